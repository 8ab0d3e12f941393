import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What arrived on a socket until the server closed it.
struct RawAnswer: Sendable {
  var status = 0
  /// Names in lower case.
  var headers: [String: String] = [:]
  var body = ""
  /// The number of the error that ended the connection, 0 for an orderly end.
  var brokenBy: CInt = 0
}

struct NoConnection: Error {
  let code: CInt
}

/// Sends one request over a socket of its own and reads to its end: no HTTP library hides what happened.
func fetch(
  _ port: Int, _ target: String, method: String = "GET", headers: [String] = [], body: String = "",
  keepAlive: Bool = false
) async throws -> RawAnswer {
  let lines =
    [
      "\(method) \(target) HTTP/1.1", "Host: 127.0.0.1:\(port)",
      "Connection: \(keepAlive ? "keep-alive" : "close")", "Content-Length: \(body.utf8.count)",
    ] + headers
  let message = lines.joined(separator: "\r\n") + "\r\n\r\n" + body
  return try await withCheckedThrowingContinuation { continuation in
    // A thread and not a Dispatch queue: blocked queues would take the threads on which the server answers.
    Thread.detachNewThread { continuation.resume(with: Result { try exchange(port, message) }) }
  }
}

private func exchange(_ port: Int, _ message: String) throws -> RawAnswer {
  #if canImport(Darwin)
    let stream = SOCK_STREAM
  #else
    let stream = CInt(SOCK_STREAM.rawValue)
  #endif
  let file = socket(AF_INET, stream, 0)
  guard file >= 0 else { throw NoConnection(code: errno) }
  defer { close(file) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = in_port_t(port).bigEndian
  address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
  let connected = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  guard connected == 0 else { throw NoConnection(code: errno) }
  var rest = Array(message.utf8)[...]
  while !rest.isEmpty {
    let sent = rest.withUnsafeBytes { send(file, $0.baseAddress, $0.count, 0) }
    guard sent > 0 else { return RawAnswer(brokenBy: errno) }
    rest = rest.dropFirst(sent)
  }
  var received: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = chunk.withUnsafeMutableBytes { recv(file, $0.baseAddress, $0.count, 0) }
    if count < 0 {
      var answer = parsed(received)
      answer.brokenBy = errno
      return answer
    }
    if count == 0 { return parsed(received) }
    received += chunk.prefix(count)
  }
}

private func parsed(_ bytes: [UInt8]) -> RawAnswer {
  var answer = RawAnswer()
  let text = String(decoding: bytes, as: UTF8.self)
  guard let end = text.firstRange(of: "\r\n\r\n") else { return answer }
  let lines = text[..<end.lowerBound].split(separator: "\r\n")
  answer.status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
  for line in lines.dropFirst() {
    let name = line.prefix { $0 != ":" }
    answer.headers[name.lowercased()] = String(line.dropFirst(name.count + 1).drop { $0 == " " })
  }
  answer.body = String(text[end.upperBound...])
  return answer
}
