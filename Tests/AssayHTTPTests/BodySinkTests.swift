import AssayHTTP
import AssayTestServers
import Synchronization
import Testing

/// Keeps what it is given, and how often it was begun.
private final class KeepingSink: BodySink {
  let memoryLimit: Int
  private let state = Mutex((begun: 0, bytes: [UInt8](), largest: 0))

  init(memoryLimit: Int) { self.memoryLimit = memoryLimit }

  var begun: Int { state.withLock { $0.begun } }
  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var largest: Int { state.withLock { $0.largest } }

  func begin() async throws(TransportFailure) {
    state.withLock { state in
      state.begun += 1
      state.bytes = []
    }
  }

  func write(_ bytes: [UInt8]) async throws(TransportFailure) {
    state.withLock { state in
      state.bytes += bytes
      state.largest = max(state.largest, bytes.count)
    }
  }
}

/// Bodies that go to a sink in place of memory.
struct BodySinkTests {
  private func send(
    _ scripts: [[HostileServer.Step]], _ sink: KeepingSink, maxBody: Int = 8 << 20
  ) async throws -> HTTPResponse {
    let server = try HostileServer(scripts: scripts)
    defer { server.stop() }
    return try await withClient(server.url, maxBody: maxBody) { client in
      var request = try client.request(path: "/x")
      request.target = BodyTarget(sink)
      return try await client.send(request).response
    }
  }

  private func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) } }

  @Test
  func `a body within the limit stays in memory`() async throws {
    for count in [0, 1, 1_000] {
      let sink = KeepingSink(memoryLimit: 1_000)
      let response = try await send([[reply(body: text(count))]], sink)
      #expect(response.body == text(count))
      #expect(response.written == nil)
      #expect(sink.begun == 0)
    }
  }

  @Test
  func `a larger one goes to the sink in pieces, and its beginning stays`() async throws {
    let sink = KeepingSink(memoryLimit: 1_000)
    let body = text(5 << 20)
    let response = try await send([[reply(body: body)]], sink)
    #expect(response.written == body.count)
    #expect(response.body == Array(body.prefix(64 << 10)))
    #expect(sink.bytes == body)
    #expect(sink.begun == 1)
    #expect(sink.largest < 3 << 20)
    let small = KeepingSink(memoryLimit: 1_000)
    #expect(try await send([[reply(body: text(1_001))]], small).written == 1_001)
    #expect(small.bytes == text(1_001))
  }

  @Test
  func `a sink without memory gets every body, be it empty`() async throws {
    for count in [0, 3] {
      let sink = KeepingSink(memoryLimit: -1)
      let response = try await send([[reply(body: text(count))]], sink)
      #expect(response.written == count)
      #expect(sink.begun == 1)
      #expect(sink.bytes == text(count))
    }
  }

  @Test
  func `another attempt begins again`() async throws {
    let sink = KeepingSink(memoryLimit: -1)
    let half: [HostileServer.Step] = [
      .send(Array("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n".utf8) + text(2_000_000)), .close,
    ]
    let response = try await send([half, [reply(503, body: text(9))], [reply(body: text(3_000_000))]], sink)
    #expect(response.written == 3_000_000)
    #expect(sink.bytes == text(3_000_000))
    // The first body may be lost whole with its connection; that of a 503 is none of the sink's business.
    #expect((1...2).contains(sink.begun))
  }

  @Test
  func `max_body goes for sinks too`() async throws {
    let sink = KeepingSink(memoryLimit: -1)
    let failure = await #expect(throws: HTTPFailure.self) {
      _ = try await send([[raw("HTTP/1.1 200 OK\r\n\r\n"), .send(text(3 << 20)), .close]], sink, maxBody: 2 << 20)
    }
    #expect(failure?.transport == .tooLarge)
    #expect(sink.bytes.count <= 2 << 20)
    let packed = KeepingSink(memoryLimit: -1)
    let bomb = await #expect(throws: HTTPFailure.self) {
      _ = try await send(
        [[reply(200, [("Content-Encoding", "gzip")], body: gzipBomb(matches: 40_000))]], packed, maxBody: 1 << 20)
    }
    #expect(bomb?.transport == .tooLarge)
    #expect(packed.bytes.count <= 1 << 20)
  }
}
