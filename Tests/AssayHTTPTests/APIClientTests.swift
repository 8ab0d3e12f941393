import AssayTestServers
import AssayHTTP
import Testing

struct APIClientTests {
  @Test
  func `a server in trouble is asked again, with full jitter, and the attempts are counted`() async throws {
    let server = try HostileServer(scripts: [[reply(500)], [reply(503)], [reply(200, [], "{}")]])
    defer { server.stop() }
    let clock = StillClock(chance: 0.25)
    try await withClient(server.url, clock: clock) { client in
      let exchange = try await client.send(client.request(path: "/x"), expecting: BodyExpectation(.json))
      #expect(exchange.attempts == 3)
      #expect(text(exchange.response.body) == "{}")
      #expect(clock.sleeps == [.milliseconds(250), .milliseconds(500)])
      #expect(client.counters.totals == .init(requests: 3, retries: 2, cost: 3))
      #expect(server.received.map(\.target) == ["/x", "/x", "/x"])
    }
  }

  @Test
  func `a broken connection is asked again`() async throws {
    let server = try HostileServer(scripts: [
      [.reset], [raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12"), .close], [reply(200, [], "done")],
    ])
    defer { server.stop() }
    try await withClient(server.url) { client in
      let exchange = try await client.send(client.request(path: "/x"))
      #expect(text(exchange.response.body) == "done")
      #expect(exchange.attempts == 3)
    }
  }

  @Test
  func `the wait that a server asks for is kept to`() async throws {
    let server = try HostileServer(scripts: [[reply(429, [("Retry-After", "7")])], [reply(200)]])
    defer { server.stop() }
    let clock = StillClock()
    try await withClient(server.url, clock: clock) { client in
      _ = try await client.send(client.request(path: "/x"))
      #expect(clock.sleeps == [.seconds(7)])
    }
  }

  @Test
  func `a wait longer than max_wait fails at once and says until when`() async throws {
    let server = try HostileServer(scripts: [[reply(429, [("Retry-After", "3600")], "slow down")]])
    defer { server.stop() }
    let clock = StillClock()
    try await withClient(server.url, clock: clock) { client in
      let failure = try await refusal(of: client)
      #expect(failure?.kind == .rateLimited)
      #expect(failure?.retryAt == 1_795_003_600)
      #expect(clock.sleeps.isEmpty)
      #expect(
        failure?.description == "GET \(server.url)/x answered 429 Too Many Requests and asks to wait until "
          + "2026-11-18T12:06:40Z (1h), longer than max_wait (5m) allows: \"slow down\"; "
          + "lower the api's rate_limit or concurrency")
    }
  }

  @Test(arguments: [
    (400, FailureClass.config, 1), (401, .config, 1), (403, .config, 1), (404, .config, 1), (422, .config, 1),
    (501, .config, 1), (500, .transient, 5), (504, .transient, 5), (429, .rateLimited, 5), (304, .data, 1),
    (302, .data, 1),
  ])
  func `a status that stays is a failure of its class`(status: Int, kind: FailureClass, attempts: Int) async throws {
    let server = try HostileServer(scripts: [[reply(status, [], status == 304 ? "" : "why")]])
    defer { server.stop() }
    try await withClient(server.url) { client in
      let failure = try await refusal(of: client)
      #expect(failure?.kind == kind)
      #expect(failure?.status == status)
      #expect(failure?.attempts == attempts)
      #expect(server.received.count == attempts)
    }
  }

  @Test
  func `a POST is sent once, and its body arrives`() async throws {
    let server = try HostileServer(scripts: [[reply(500)]])
    defer { server.stop() }
    try await withClient(server.url) { client in
      var request = try client.request(.post, path: "/x", headers: ["Content-Type": "application/json"])
      request.body = Array("{\"a\":1}".utf8)
      let posted = request
      let failure = await #expect(throws: HTTPFailure.self) { _ = try await client.send(posted) }
      #expect(
        failure?.hint
          == "a POST is not repeated by itself: it may have been done; where that is harmless, set retry: {non_idempotent: true}"
      )
      #expect(server.received.map { text($0.body) } == ["{\"a\":1}"])
      #expect(server.received.first?.headers["content-type"] == "application/json")
    }
  }

  @Test
  func `nothing that is shown holds a secret`() async throws {
    let server = try HostileServer(scripts: [[reply(401, [], "bad key k%y/1, that is k%25y%2F1")]])
    defer { server.stop() }
    let auth = APIKeyAuth(place: .query, name: "key", value: "k%y/1")
    try await withClient(server.url, auth: auth) { client in
      let failure = try await refusal(of: client, path: "/v6/k%25y%2F1/latest?token=k%25y%2F1")
      #expect(server.received.first?.target == "/v6/k%25y%2F1/latest?token=k%25y%2F1&key=k%25y%2F1")
      #expect(failure?.url == "\(server.url)/v6/***/latest?token=***")
      #expect(failure?.excerpt == "bad key ***, that is ***")
      #expect(failure?.hint == "check the api's auth")
    }
  }

  @Test
  func `credentials and defaults stand in the request as they should`() async throws {
    let server = try HostileServer(scripts: [[reply(200, [], "{}")]])
    defer { server.stop() }
    try await withClient(server.url + "/base?v=1", auth: BasicAuth(username: "ü", password: "p:w")) { client in
      _ = try await client.send(
        client.request(path: "/a b", query: [.init("q", "1+1"), .init("city", "São Paulo")]), expecting: .init(.json))
    }
    try await withClient(server.url, auth: BearerAuth(token: "tok"), headers: ["user-agent": "mine", "X-A": "1"]) {
      client in
      _ = try await client.send(client.request(path: "/b", headers: ["x-a": "2"]))
    }
    try await withClient(server.url, auth: APIKeyAuth(place: .header, name: "X-Key", value: "kk")) { client in
      _ = try await client.send(client.request(path: "/c"))
    }
    let received = server.received
    try #require(received.count == 3)
    #expect(received[0].target == "/base/a%20b?v=1&q=1%2B1&city=S%C3%A3o%20Paulo")
    #expect(received[0].headers["authorization"] == "Basic w7w6cDp3")
    #expect(received[0].headers["accept"] == "application/json, */*;q=0.5")
    #expect(received[0].headers["user-agent"] == "assay")
    #expect(received[0].headers["accept-encoding"]?.contains("gzip") == true)
    #expect(received[1].headers["authorization"] == "Bearer tok")
    #expect(received[1].headers["user-agent"] == "mine")
    #expect(received[1].headers["x-a"] == "2")
    #expect(received[2].headers["x-key"] == "kk")
  }

  @Test
  func `a compressed answer is undone, and a connection is used again`() async throws {
    let server = try HostileServer(scripts: [[reply(200, [("Content-Encoding", "gzip")], body: gzippedJSON)]])
    defer { server.stop() }
    try await withClient(server.url) { client in
      for _ in 0..<3 {
        let exchange = try await client.send(client.request(path: "/x"), expecting: .init(.json))
        #expect(text(exchange.response.body) == "{\"hello\": \"world\", \"n\": [1, 2, 3]}")
      }
      #expect(server.received.map(\.connection) == [1, 1, 1])
    }
  }

  @Test
  func `an error in a body of status 200 is retried or told as the judge says`() async throws {
    let server = try HostileServer(scripts: [
      [reply(200, [], "{\"status\": \"BUSY\"}")], [reply(200, [], "{\"status\": \"DENIED\"}")],
    ])
    defer { server.stop() }
    let expectation = BodyExpectation(.json) { response in
      let body = text(response.body)
      if body.contains("BUSY") { return .retry(reason: "answered BUSY") }
      return body.contains("DENIED") ? .fail(.config, reason: "answered DENIED", hint: "get a key") : .accept
    }
    try await withClient(server.url) { client in
      let failure = try await refusal(of: client, expecting: expectation)
      #expect(failure?.kind == .config)
      #expect(failure?.attempts == 2)
      #expect(
        failure?.description
          == "GET \(server.url)/x answered DENIED, after 2 attempts: \"{\"status\": \"DENIED\"}\"; get a key")
    }
  }

  /// Counts how often its token was renewed.
  actor RenewingAuth: Auth {
    nonisolated let secrets: [String] = ["old-token", "new-token"]
    var token = "old-token"
    func authorize(_ request: inout HTTPRequest) { request.headers["Authorization"] = "Bearer \(token)" }
    func refresh(after response: HTTPResponse, to request: HTTPRequest) -> Bool {
      token = "new-token"
      return true
    }
  }

  @Test
  func `credentials are renewed once after a 401`() async throws {
    let server = try HostileServer { received in
      [received.headers["authorization"] == "Bearer new-token" && received.target == "/good" ? reply(200) : reply(401)]
    }
    defer { server.stop() }
    try await withClient(server.url, auth: RenewingAuth()) { client in
      let exchange = try await client.send(client.request(path: "/good"))
      #expect(exchange.attempts == 2)
      let failure = try await refusal(of: client, path: "/never")
      #expect(failure?.attempts == 2)
    }
  }

  @Test
  func `an API without a base URL takes whole URLs only`() async throws {
    let client = APIClient(name: "google", transport: ClientTransport(), mask: SecretMask())
    let request = try client.request(path: "https://maps.example/json", query: [.init("a", "b")])
    #expect(request.url.description == "https://maps.example/json?a=b")
    let failure = #expect(throws: HTTPFailure.self) { try client.request(path: "/json") }
    #expect(failure?.message.contains("the api 'google' has no base_url") == true)
  }
}
