import FoundationEssentials
import Glibc
import Synchronization

/// A raw socket server on loopback that answers with scripted bytes, however wrong they are.
///
/// Each connection has a thread of its own and is kept alive until a script closes it.
package final class HostileServer: Sendable {
  /// A request as it arrived.
  package struct Received: Sendable {
    /// From 1, over all connections.
    package var number: Int
    package var method: String
    /// Path and query as sent.
    package var target: String
    package var headers: [String: String]
    package var body: [UInt8]
    package var connection: Int
  }

  package enum Step: Sendable {
    case send([UInt8])
    case run(@Sendable () -> Void)
    /// Stays silent until the client goes away.
    case silence
    /// An orderly end of the connection.
    case close
    /// A TCP reset.
    case reset
    /// Hands bytes to a port on loopback and back, as a proxy does, until one side ends.
    case tunnel(to: Int)
  }

  package let port: UInt16
  private let listener: Int32
  private let handler: @Sendable (Received) -> [Step]
  private let log = Mutex<[Received]>([])
  private let connections = Mutex(0)

  package init(_ handler: @escaping @Sendable (Received) -> [Step]) throws {
    self.handler = handler
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 128) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: address.sin_port)
    detachThread { [self] in acceptLoop() }
  }

  /// Answers the n-th request with the n-th script, and all further ones with the last.
  package convenience init(scripts: [[Step]]) throws {
    try self.init { received in scripts[min(received.number, scripts.count) - 1] }
  }

  package var url: String { "http://127.0.0.1:\(port)" }

  /// All requests so far, in order of arrival.
  package var received: [Received] { log.withLock { $0 } }

  /// Connections are refused from now on.
  package func stop() {
    // Closed by the loop alone: else it might accept for another server that has got the number meanwhile.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func acceptLoop() {
    defer { close(listener) }
    while true {
      let client = accept(listener, nil, nil)
      if client < 0 { return }
      let number = connections.withLock { count in
        count += 1
        return count
      }
      detachThread { [self] in serve(client, connection: number) }
    }
  }

  private func serve(_ client: Int32, connection: Int) {
    defer { close(client) }
    var buffer: [UInt8] = []
    while let request = readRequest(client, &buffer, connection: connection) {
      for step in handler(request) {
        switch step {
        case .send(let bytes): if !write(bytes, to: client) { return }
        case .run(let action): action()
        case .silence:
          var byte: UInt8 = 0
          while recv(client, &byte, 1, 0) > 0 {}
          return
        case .close: return
        case .reset:
          var linger = linger(l_onoff: 1, l_linger: 0)
          setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
          return
        case .tunnel(let port):
          tunnel(client, to: port)
          return
        }
      }
    }
  }

  private func write(_ bytes: [UInt8], to client: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }

  /// The address that a SOCKS client asks for (RFC 1928), once its greeting was answered; nil if more must be read.
  private func readSOCKS(_ client: Int32, _ buffer: inout [UInt8], _ connection: Int) -> Received? {
    if buffer.count == 3 {
      buffer = []
      _ = write([5, 0], to: client)
      return nil
    }
    // Version, command, nothing, kind 3: a name with its length, and a port.
    guard buffer.count > 5, buffer[3] == 3, buffer.count >= 7 + Int(buffer[4]) else { return nil }
    let name = buffer[5..<(5 + Int(buffer[4]))]
    let port = Int(buffer[5 + name.count]) << 8 | Int(buffer[6 + name.count])
    buffer = []
    return Received(
      number: 1, method: "SOCKS", target: "\(String(decoding: name, as: UTF8.self)):\(port)", headers: [:], body: [],
      connection: connection)
  }

  private func tunnel(_ client: Int32, to port: Int) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(server) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = UInt16(port).bigEndian
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return }
    // Descriptors of its own, so that none is closed under the other thread.
    let (from, to) = (dup(client), dup(server))
    detachThread { [self] in
      copy(from: from, to: to)
      close(from)
      close(to)
    }
    copy(from: server, to: client)
  }

  private func copy(from: Int32, to: Int32) {
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(from, &chunk, chunk.count, 0)
      if count <= 0 || !write(Array(chunk[..<count]), to: to) { break }
    }
    shutdown(from, Int32(SHUT_RDWR))
    shutdown(to, Int32(SHUT_RDWR))
  }

  private func readRequest(_ client: Int32, _ buffer: inout [UInt8], connection: Int) -> Received? {
    let end = Array("\r\n\r\n".utf8)
    while true {
      // The first byte of a TLS handshake; what follows is for no one here.
      if buffer.first == 0x16 {
        buffer = []
        return Received(number: 1, method: "TLS", target: "", headers: [:], body: [], connection: connection)
      }
      if buffer.first == 5, buffer.count >= 3, let received = readSOCKS(client, &buffer, connection) { return received }
      if let range = buffer.firstRange(of: end) {
        let lines = String(decoding: buffer[..<range.lowerBound], as: UTF8.self).split(
          separator: "\r\n", omittingEmptySubsequences: false)
        let first = lines[0].split(separator: " ")
        guard first.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1)
          headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        if buffer.count >= range.upperBound + length {
          let body = Array(buffer[range.upperBound..<range.upperBound + length])
          buffer.removeFirst(range.upperBound + length)
          return log.withLock { log in
            let received = Received(
              number: log.count + 1, method: String(first[0]), target: String(first[1]), headers: headers, body: body,
              connection: connection)
            log.append(received)
            return received
          }
        }
      }
      var chunk = [UInt8](repeating: 0, count: 4096)
      let count = recv(client, &chunk, chunk.count, 0)
      if count <= 0 { return nil }
      buffer += chunk[..<count]
    }
  }
}

/// A complete answer with its length.
package func reply(_ status: Int = 200, _ headers: [(String, String)] = [], body: [UInt8]) -> HostileServer.Step {
  var head = "HTTP/1.1 \(status) X\r\nContent-Length: \(body.count)\r\n"
  for (name, value) in headers { head += "\(name): \(value)\r\n" }
  return .send(Array((head + "\r\n").utf8) + body)
}

package func reply(_ status: Int = 200, _ headers: [(String, String)] = [], _ body: String = "") -> HostileServer.Step {
  reply(status, headers, body: Array(body.utf8))
}

/// Text as it stands, for answers that are wrong.
package func raw(_ text: String) -> HostileServer.Step { .send(Array(text.utf8)) }
