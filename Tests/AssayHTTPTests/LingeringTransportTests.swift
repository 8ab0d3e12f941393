import AssayHTTP
import AssayTestServers
import Testing

/// Requests that are cancelled when they are on their way already.
@Suite(.timeLimit(.minutes(1))) struct LingeringTransportTests {
  /// A server that says when a request has come, and answers when it is told to.
  private func withServer<T>(
    _ body: (HostileServer, _ arrival: AsyncStream<Void>, _ release: @escaping @Sendable () -> Void) async throws -> T
  ) async throws -> T {
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let latch = Latch()
    let server = try HostileServer { _ in
      arrived.yield()
      return [.run { latch.wait() }, reply(201, [], "done")]
    }
    defer {
      latch.open()
      server.stop()
    }
    return try await body(server, arrivals) { latch.open() }
  }

  @Test func `a request that was sent is answered although it was cancelled meanwhile`() async throws {
    try await withServer { server, arrivals, release in
      try await withClient(server.url) { client in
        var lingering = client
        lingering.transport = LingeringTransport(client.transport, grace: .seconds(50))
        let asking = lingering
        let task = Task { try await asking.send(asking.request(.post, path: "/x")) }
        for await _ in arrivals { break }
        task.cancel()
        release()
        let exchange = try await task.value
        #expect(exchange.response.status == 201)
      }
    }
  }

  @Test func `after its grace it ends as cancelled`() async throws {
    try await withServer { server, arrivals, _ in
      try await withClient(server.url) { client in
        var lingering = client
        lingering.transport = LingeringTransport(client.transport, grace: .zero)
        let asking = lingering
        let task = Task { try await asking.send(asking.request(.post, path: "/x")) }
        for await _ in arrivals { break }
        task.cancel()
        let failure = await #expect(throws: HTTPFailure.self) { try await task.value }
        #expect(failure?.kind == .cancelled)
      }
    }
  }

  @Test func `a request that waits for its turn is not sent any more`() async throws {
    try await withServer { server, arrivals, release in
      try await withClient(server.url, gate: APIGate(concurrency: 1)) { client in
        var lingering = client
        lingering.transport = LingeringTransport(client.transport, grace: .seconds(50))
        let asking = lingering
        let first = Task { try await asking.send(asking.request(.post, path: "/x")) }
        for await _ in arrivals { break }
        let second = Task { try await asking.send(asking.request(.post, path: "/y")) }
        while client.gate.waiting == 0 { await Task.yield() }
        second.cancel()
        first.cancel()
        let failure = await #expect(throws: HTTPFailure.self) { try await second.value }
        #expect(failure?.kind == .cancelled && failure?.attempts == 0)
        release()
        let exchange = try await first.value
        #expect(exchange.response.status == 201)
        #expect(server.received.map(\.target) == ["/x"])
      }
    }
  }
}

/// An answer that only says that something arrived.
@Suite struct ReceiptTests {
  @Test(
    arguments: [
      (200, nil, "", nil, nil), (201, nil, "", "application/json", nil), (200, "text/plain", "ok", nil, nil),
      (
        200, "text/plain", "ok", "application/json", "answered content of type text/plain, not application/json"
      ),
      (
        200, "text/html", BodyExpectationTests.html, nil, "answered an HTML page, which says nothing of what was sent"
      ),
      (200, "text/html", BodyExpectationTests.html, "text/html", nil),
    ] as [(Int, String?, String, String?, String?)])
  func `a receipt may be empty, and is no page`(
    status: Int, type: String?, body: String, wanted: String?, complaint: String?
  ) throws {
    var expectation = BodyExpectation(.any, contentType: wanted)
    expectation.isReceipt = true
    var headers: HeaderFields = [:]
    headers["Content-Type"] = type
    let response = HTTPResponse(
      status: status, headers: headers, body: Array(body.utf8), finalURL: try RequestURL("http://h/"))
    var found: String?
    if case .fail(_, let reason, _) = expectation.verdict(on: response) { found = reason }
    #expect(found == complaint)
  }
}
