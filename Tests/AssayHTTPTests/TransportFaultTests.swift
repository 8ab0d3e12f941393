import AssayTestServers
import AssayHTTP
import Foundation
import Testing

/// One way in which a server fails, and what is told of it.
struct ServerFault: Sendable, CustomTestStringConvertible {
  var name: String
  var steps: [HostileServer.Step]
  var kind: TransportFailure.Kind

  init(_ name: String, _ kind: TransportFailure.Kind, _ steps: [HostileServer.Step]) {
    self.name = name
    self.kind = kind
    self.steps = steps
  }

  var testDescription: String { name }
}

/// 258 zeros for each 13 bits: a deflate block of one literal and many matches of distance 1.
func gzipBomb(matches: Int) -> [UInt8] {
  var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
  var word = 0
  var count = 0
  func push(_ bits: [Int]) {
    for bit in bits {
      word |= bit << count
      count += 1
      if count == 8 {
        bytes.append(UInt8(word))
        word = 0
        count = 0
      }
    }
  }
  push([1, 1, 0])
  push([0, 0, 1, 1, 0, 0, 0, 0])
  for _ in 0..<matches { push([1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]) }
  push([0, 0, 0, 0, 0, 0, 0])
  push([Int](repeating: 0, count: 7))
  return bytes
}

/// `{"hello": "world", "n": [1, 2, 3]}`
let gzippedJSON: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56, 0xCA, 0x48, 0xCD, 0xC9,
  0xC9, 0x57, 0xB2, 0x52, 0x50, 0x2A, 0xCF, 0x2F, 0xCA, 0x49, 0x51, 0xD2, 0x51, 0x50, 0xCA, 0x03,
  0xF2, 0xA2, 0x0D, 0x75, 0x14, 0x8C, 0x74, 0x14, 0x8C, 0x63, 0x6B, 0x01, 0x4A, 0x64, 0x20, 0x80,
  0x22, 0x00, 0x00, 0x00,
]

struct TransportFaultTests {
  static let faults: [ServerFault] = [
    ServerFault("closed before the headers", .reset, [.close]),
    ServerFault("reset before the headers", .reset, [.reset]),
    ServerFault("closed within the headers", .truncated, [raw("HTTP/1.1 200 OK\r\nContent-Le"), .close]),
    ServerFault(
      "closed within a body of known length", .truncated,
      [raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"), .close]),
    ServerFault(
      "closed before a body of known length", .truncated,
      [raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), .close]),
    ServerFault(
      "closed within a chunk", .truncated,
      [raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n12345"), .close]),
    ServerFault(
      "closed between chunks", .truncated,
      [raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"), .close]),
    ServerFault(
      "a compressed body whose end is missing", .truncated,
      [reply(200, [("Content-Encoding", "gzip")], body: Array(gzippedJSON.dropLast(12)))]),
    ServerFault(
      "a compressed body that is broken", .malformed,
      [reply(200, [("Content-Encoding", "gzip")], body: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF, 0xFF])]),
    ServerFault(
      "a body that is called gzip and is none", .malformed, [reply(200, [("Content-Encoding", "gzip")], "{\"a\": 1}")]),
    ServerFault(
      "a gzip bomb", .tooLarge, [reply(200, [("Content-Encoding", "gzip")], body: gzipBomb(matches: 20_000))]),
    ServerFault(
      "a body that is announced as too large", .tooLarge,
      [raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx"), .silence]),
    ServerFault(
      "a body that never ends", .tooLarge,
      [raw("HTTP/1.1 200 OK\r\n\r\n")]
        + [HostileServer.Step](repeating: .send([UInt8](repeating: 120, count: 65536)), count: 40)),
    ServerFault(
      "headers of a megabyte", .headersTooLarge,
      [raw("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 1 << 20) + "\r\n\r\n"), .close]),
    ServerFault("an answer that is no HTTP", .malformed, [raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), .close]),
    ServerFault("a negative length", .malformed, [raw("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), .close]),
    ServerFault("status 000", .malformed, [raw("HTTP/1.1 000 x\r\n\r\n"), .close]),
    ServerFault("status 099", .malformed, [raw("HTTP/1.1 099 x\r\nContent-Length: 2\r\n\r\nok"), .silence]),
    ServerFault("status 101", .malformed, [raw("HTTP/1.1 101 x\r\n\r\n"), .silence]),
    ServerFault(
      "status 101 with an upgrade", .malformed,
      [raw("HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), .close]),
    ServerFault("status 100, then the end", .reset, [raw("HTTP/1.1 100 Continue\r\n\r\n"), .close]),
    ServerFault(
      "status 199 with a body", .malformed, [raw("HTTP/1.1 199 x\r\nContent-Length: 2\r\n\r\nok"), .close]),
    ServerFault("status 000 after 100", .malformed, [raw("HTTP/1.1 100 x\r\n\r\nHTTP/1.1 000 x\r\n\r\n"), .close]),
    ServerFault("never answers", .readTimeout, [.silence]),
    ServerFault("one byte, then silence", .readTimeout, [raw("H"), .silence]),
    ServerFault(
      "headers, then silence", .readTimeout, [raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), .silence]),
    ServerFault(
      "half a body, then silence", .readTimeout, [raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234"), .silence]),
  ]

  @Test(arguments: faults)
  func `a server's fault has its name`(fault: ServerFault) async throws {
    let server = try HostileServer(scripts: [fault.steps])
    defer { server.stop() }
    let transport = ClientTransport()
    // Short only where it must pass, so that a busy machine changes nothing.
    let read: Duration = fault.kind == .readTimeout ? .milliseconds(200) : .seconds(30)
    let timeouts = Timeouts(connect: .seconds(30), read: read, total: .seconds(60))
    let request = HTTPRequest(.get, try RequestURL(server.url + "/x"))
    let failure = await transportFailure(request, over: transport, timeouts: timeouts)
    await transport.shutdown()
    #expect(failure?.kind == fault.kind, "\(failure?.message ?? "answered")")
  }

  @Test(arguments: [
    (["100"], 200), (["103", "100"], 200), ([String](repeating: "100", count: 10_000), 200), ([], 600), ([], 999),
  ])
  func `informational heads before an answer, and statuses that nobody knows, come through`(
    before: [String], status: Int
  ) async throws {
    let heads = before.map { raw("HTTP/1.1 \($0) x\r\n\r\n") }
    let server = try HostileServer(scripts: [heads + [reply(status, [], "body")]])
    defer { server.stop() }
    let transport = ClientTransport()
    // The second time over the same connection.
    for _ in 0..<2 {
      let response = try await transport.send(
        HTTPRequest(.get, RequestURL(server.url)), timeouts: Timeouts(), maxBody: 100)
      #expect(response.status == status)
      #expect(response.body == Array("body".utf8))
    }
    await transport.shutdown()
  }

  @Test
  func `an impossible status reads like any answer that is no valid HTTP`() async throws {
    let server = try HostileServer(scripts: [[raw("HTTP/1.1 000 x\r\n\r\n"), .close]])
    defer { server.stop() }
    let transport = ClientTransport()
    let failure = await transportFailure(HTTPRequest(.get, try RequestURL(server.url)), over: transport)
    #expect(failure?.message.contains("no valid HTTP") == true)
    await transport.shutdown()
  }

  @Test
  func `a slow drip ends at the total time-out although each read is in time`() async throws {
    let server = try HostileServer { _ in
      [raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")]
        + (0..<1000).flatMap { _ in
          [HostileServer.Step.send([120]), .run { Thread.sleep(forTimeInterval: 0.01) }]
        }
    }
    defer { server.stop() }
    let transport = ClientTransport()
    let timeouts = Timeouts(connect: .seconds(5), read: .seconds(5), total: .milliseconds(200))
    let request = HTTPRequest(.get, try RequestURL(server.url))
    let failure = await transportFailure(request, over: transport, timeouts: timeouts)
    #expect(failure?.kind == .totalTimeout)
    #expect(failure?.message == "no complete answer within the total time-out (200ms)")
    await transport.shutdown()
  }

  @Test
  func `a refused connection, an unknown host and a plain server behind https have their names`() async throws {
    let server = try HostileServer(scripts: [[raw("HTTP/1.1 400 Bad Request\r\n\r\n"), .close]])
    let closed = try ClosedPort()
    let rude = try HostileServer(scripts: [[.close]])
    let transport = ClientTransport()
    for (url, kind) in [
      (closed.url, TransportFailure.Kind.refused), ("http://host.invalid/", .dns),
      ("https://127.0.0.1:\(server.port)/", .tls), ("https://127.0.0.1:\(rude.port)/", .reset),
    ] {
      let request = HTTPRequest(.get, try RequestURL(url))
      let failure = await transportFailure(request, over: transport)
      #expect(failure?.kind == kind, "\(url): \(failure?.message ?? "answered")")
    }
    server.stop()
    rude.stop()
    closed.free()
    await transport.shutdown()
  }

  @Test
  func `cancelling the task ends a request that is never answered, and a used transport refuses later ones`()
    async throws
  {
    let arrived = AsyncStream<Void>.makeStream()
    let server = try HostileServer { _ in [.run { arrived.continuation.yield() }, .silence] }
    defer { server.stop() }
    let transport = ClientTransport()
    let request = HTTPRequest(.get, try RequestURL(server.url))
    let task = Task { await transportFailure(request, over: transport) }
    for await _ in arrived.stream { break }
    task.cancel()
    #expect(await task.value?.kind == .cancelled)
    await transport.shutdown()
    #expect(await transportFailure(request, over: transport)?.kind == .client)
  }

  @Test
  func `a transport that nobody shuts down ends by itself`() async throws {
    let server = try HostileServer(scripts: [[reply(200)]])
    defer { server.stop() }
    var transport: ClientTransport? = ClientTransport()
    let response = try await transport?.send(
      HTTPRequest(.get, RequestURL(server.url)), timeouts: Timeouts(), maxBody: 100)
    #expect(response?.status == 200)
    transport = nil
  }

  @Test
  func `a header value with a line end is not sent, and not shown`() async throws {
    let transport = ClientTransport()
    var request = HTTPRequest(.get, try RequestURL("http://127.0.0.1:9/"))
    request.headers["X-Key"] = "secret-value\n"
    let failure = await transportFailure(request, over: transport)
    #expect(failure?.kind == .invalidHeader)
    #expect(failure?.message.contains("secret-value") == false)
    await transport.shutdown()
  }
}
