import AssayHTTP
import AssayTestServers
import Synchronization
import Testing

/// Tokens of an authorisation server over real connections.
@Suite(.timeLimit(.minutes(2)))
struct OAuth2Tests {
  /// Answers `/token` with tokens in order, and the rest with 401 unless the bearer's number is at least `good`.
  private static func server(
    good: Int = 1, expiresIn: Int = 600,
    _ before: @escaping @Sendable (HostileServer.Received) -> [HostileServer.Step] = {
      _ in []
    }
  ) throws -> HostileServer {
    let issued = Mutex(0)
    return try HostileServer { received in
      let steps = before(received)
      if received.target == "/token" {
        let number = issued.withLock { count in
          count += 1
          return count
        }
        return steps + [grant(token: "token-\(number)", expiresIn: expiresIn)]
      }
      let number = received.headers["authorization"].flatMap { Int($0.dropFirst("Bearer token-".count)) } ?? 0
      return steps + [reply(number >= good ? 200 : 401)]
    }
  }

  private static let basic = OAuth2ClientCredentialsAuth.CredentialPlace.header

  @Test
  func `id and secret go into the body as form fields`() async throws {
    let server = try Self.server()
    defer { server.stop() }
    try await withOAuth(
      server,
      { settings in
        settings.clientID = "an+n ü"
        settings.clientSecret = "g:h&/~1"
        settings.scopes = ["read", "write all"]
        settings.parameters = [("audience", "https://h/?a=b")]
      }
    ) { client in
      _ = try await client.send(client.request(path: "/x"))
    }
    let request = try #require(server.tokenRequests.first)
    #expect(request.method == "POST")
    #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
    #expect(request.headers["accept"] == "application/json")
    #expect(request.headers["authorization"] == nil)
    #expect(
      text(request.body) == "grant_type=client_credentials&audience=https%3A%2F%2Fh%2F%3Fa%3Db&scope=read+write+all"
        + "&client_id=an%2Bn+%C3%BC&client_secret=g%3Ah%26%2F~1")
    #expect(server.received.last?.headers["authorization"] == "Bearer token-1")
  }

  @Test
  func `in a Basic header id and secret are form-encoded first`() async throws {
    let server = try Self.server()
    defer { server.stop() }
    try await withOAuth(
      server,
      { settings in
        settings.clientID = "an+n ü"
        settings.clientSecret = "g:h&/~1"
        settings.credentials = Self.basic
        settings.parameters = [("account_id", "7"), ("grant_type", "account_credentials")]
      }
    ) { client in
      _ = try await client.send(client.request(path: "/x"))
      #expect(client.mask.apply(to: "an%2Bn+%C3%BC:g%3Ah%26%2F~1") == "***")
    }
    let request = try #require(server.tokenRequests.first)
    let pair = base64(Array("an%2Bn+%C3%BC:g%3Ah%26%2F~1".utf8))
    #expect(request.headers["authorization"] == "Basic \(pair)")
    #expect(text(request.body) == "grant_type=account_credentials&account_id=7")
  }

  @Test
  func `a hundred requests at once share one token`() async throws {
    let latch = Latch()
    let server = try Self.server { received in received.target == "/token" ? [.run { latch.wait() }] : [] }
    defer { server.stop() }
    let gate = APIGate(concurrency: 100)
    try await withOAuth(server, gate: gate) { client in
      let request = try client.request(path: "/x")
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<100 { group.addTask { try await client.send(request).attempts } }
        try await until { gate.active == 100 }
        latch.open()
        for try await attempts in group { #expect(attempts == 1) }
      }
    }
    #expect(server.tokenRequests.count == 1)
    #expect(server.received.count == 101)
  }

  @Test
  func `a hundred requests that are refused with one token cause one renewal`() async throws {
    let barrier = Barrier(size: 100)
    let server = try Self.server(good: 2) { received in
      // Every one of them is under way with the old token before the first is refused.
      received.headers["authorization"] == "Bearer token-1" ? [.run { barrier.pass() }] : []
    }
    defer { server.stop() }
    try await withOAuth(server, gate: APIGate(concurrency: 100)) { client in
      let request = try client.request(path: "/x")
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<100 { group.addTask { try await client.send(request).attempts } }
        for try await attempts in group { #expect(attempts == 2) }
      }
    }
    #expect(server.tokenRequests.count == 2)
  }

  @Test
  func `a request that was refused with an older token takes the current one`() async throws {
    let latch = Latch()
    let server = try Self.server(good: 2) { received in
      received.target == "/slow" && received.headers["authorization"] == "Bearer token-1" ? [.run { latch.wait() }] : []
    }
    defer { server.stop() }
    try await withOAuth(server) { client in
      let slow = Task { try await client.send(client.request(path: "/slow")).attempts }
      try await until { server.received.contains { $0.target == "/slow" } }
      #expect(try await client.send(client.request(path: "/fast")).attempts == 2)
      latch.open()
      #expect(try await slow.value == 2)
    }
    #expect(server.tokenRequests.count == 2)
    #expect(server.received.last?.headers["authorization"] == "Bearer token-2")
  }

  @Test
  func `an API that refuses every token costs two of them, and no more`() async throws {
    let server = try Self.server(good: 1000)
    defer { server.stop() }
    try await withOAuth(server) { client in
      for attempts in [2, 1, 1, 1] {
        let failure = try await refusal(of: client)
        #expect(failure?.status == 401)
        #expect(failure?.kind == .config)
        #expect(failure?.attempts == attempts)
        #expect(failure?.hint == "check the api's auth")
      }
    }
    #expect(server.tokenRequests.count == 2)
  }

  @Test
  func `one request at a time suffices for the API and its tokens`() async throws {
    let server = try Self.server(good: 2)
    defer { server.stop() }
    let gate = APIGate(concurrency: 1)
    try await withOAuth(server, gate: gate) { client in
      let request = try client.request(path: "/x")
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<10 { group.addTask { try await client.send(request).response.status } }
        for try await status in group { #expect(status == 200) }
      }
    }
    #expect(server.tokenRequests.count == 2)
    #expect(gate.active == 0)
  }

  @Test(arguments: [
    ("600", 540), ("\"600\"", 540), ("600.0", 540), ("120", 60), ("90", 45), ("10", 5), ("1", 1),
    // Whatever says nothing counts as an hour.
    ("null", 3540), ("0", 3540), ("-5", 3540), ("\"soon\"", 3540), ("[]", 3540),
  ])
  func `a token is renewed 60 s before its end, or after half its lifetime`(expiresIn: String, used: Int) async throws {
    let server = try HostileServer { received in
      received.target == "/token"
        ? [grant(#""access_token":"token-\#(received.number)","token_type":"bearer","expires_in":\#(expiresIn)"#)]
        : [reply(200)]
    }
    defer { server.stop() }
    let clock = TurningClock()
    try await withOAuth(server, clock: clock) { client in
      let request = try client.request(path: "/x")
      _ = try await client.send(request)
      clock.turn(.seconds(used) - .milliseconds(1))
      _ = try await client.send(request)
      #expect(server.tokenRequests.count == 1)
      clock.turn(.milliseconds(1))
      _ = try await client.send(request)
      #expect(server.tokenRequests.count == 2)
      #expect(server.received.last?.headers["authorization"] == "Bearer token-4")
    }
  }

  @Test
  func `a token server in trouble is asked again, as the API's policy has it`() async throws {
    let server = try HostileServer { received in
      switch received.number {
      case 1: [reply(503, [("Retry-After", "7")])]
      case 2: [.reset]
      case 3: [grant(#""access_token":"t","expires_in":60"#)]
      default: [reply(200)]
      }
    }
    defer { server.stop() }
    let clock = TurningClock()
    try await withOAuth(server, clock: clock) { client in
      let exchange = try await client.send(client.request(path: "/x"))
      #expect(exchange.attempts == 1)
      #expect(client.counters.totals == .init(requests: 1, cost: 1))
    }
    // Seven seconds as asked, then half of the second delay.
    #expect(clock.elapsed == .seconds(8))
    #expect(server.tokenRequests.count == 3)
  }

  @Test
  func `a token server that stays in trouble is a passing failure, told with its address`() async throws {
    let server = try HostileServer(scripts: [[reply(500, [], "down geheim-9")]])
    defer { server.stop() }
    try await withOAuth(server, retry: RetryPolicy(maxAttempts: 3)) { client in
      let failure = try await refusal(of: client)
      #expect(failure?.kind == .transient)
      #expect(
        failure?.description == "GET \(server.url)/x could not be authorised: POST \(server.url)/token answered "
          + "500 Internal Server Error, after 3 attempts: \"down ***\"; the service is in trouble: try again later")
      _ = try await refusal(of: client)
    }
    #expect(server.tokenRequests.count == 6)
  }

  @Test
  func `a token server that says nothing ends in the API's time-out`() async throws {
    let server = try HostileServer(scripts: [[.silence]])
    defer { server.stop() }
    let timeouts = Timeouts(connect: .seconds(30), read: .milliseconds(100), total: .seconds(60))
    try await withOAuth(server, retry: RetryPolicy(maxAttempts: 1), timeouts: timeouts) { client in
      let failure = try await refusal(of: client)
      #expect(failure?.kind == .transient)
      #expect(failure?.message.contains("the server sent nothing within the read time-out") == true)
    }
  }

  @Test
  func `cancelling the only request ends its token request`() async throws {
    let server = try HostileServer(scripts: [[.silence]])
    defer { server.stop() }
    try await withOAuth(server) { client in
      let task = Task { try await client.send(client.request(path: "/x")) }
      try await until { !server.received.isEmpty }
      task.cancel()
      let failure = await #expect(throws: HTTPFailure.self) { _ = try await task.value }
      #expect(failure?.kind == .cancelled)
      #expect(client.gate.active == 0)
    }
  }
}
