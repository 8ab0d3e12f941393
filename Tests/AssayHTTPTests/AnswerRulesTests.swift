import AssayTestServers
import AssayHTTP
import Testing

struct AnswerRulesTests {
  @Test(arguments: [
    (["404"], 404, true), (["404"], 405, false), (["5xx"], 599, true), (["5XX"], 500, true), (["5xx"], 600, false),
    (["500-503"], 503, true), (["500-503"], 504, false), (["200", "4xx"], 418, true), (["999"], 999, true),
  ])
  func `a set of statuses holds numbers, classes and ranges`(words: [String], status: Int, isIn: Bool) throws {
    let set = try #require(StatusSet(words))
    #expect(set.contains(status) == isIn)
  }

  @Test(arguments: [
    [], [""], ["20"], ["2000"], ["0xx"], ["xx"], ["5x"], ["500-"], ["-500"], ["503-500"], ["500-501-502"], ["ok"],
    ["200", "abc"], ["099"], ["+40"],
  ])
  func `what is no status makes no set`(words: [String]) { #expect(StatusSet(words) == nil) }

  /// Rules as a test writes them: what a status means.
  private static func rules(_ verdicts: [Int: BodyExpectation.Verdict]) -> AnswerRules {
    AnswerRules(judge: { verdicts[$0.status] })
  }

  @Test
  func `a rule decides over any status, and before the body is looked at`() async throws {
    let html = "<html>an HTML page</html>"
    let server = try HostileServer(scripts: [
      [reply(404, [], html)], [reply(200, [], html)], [reply(500, [], "final")], [reply(422, [], "{}")],
      [reply(422, [], html)],
    ])
    defer { server.stop() }
    let clock = StillClock()
    try await withClient(server.url, clock: clock) { client in
      var client = client
      client.answers = Self.rules([
        404: .notFound, 200: .notFound, 500: .fail(.data, reason: "said that it is final"), 422: .accept,
      ])
      let request = try client.request(path: "/x")
      for status in [404, 200] {
        let exchange = try await client.send(request, expecting: .init(.json))
        #expect(exchange.response.status == status)
        #expect(!exchange.isFound)
      }
      let final = try await refusal(of: client, expecting: .init(.json))
      #expect(final?.message == "said that it is final")
      #expect(final?.attempts == 1)
      let accepted = try await client.send(request, expecting: .init(.json))
      #expect(accepted.response.status == 422)
      #expect(accepted.isFound)
      // What is accepted is an answer, and must be what answers are.
      let page = try await refusal(of: client, expecting: .init(.json))
      #expect(page?.message == "answered an HTML page, not JSON")
      #expect(clock.sleeps.isEmpty)
    }
  }

  @Test
  func `a rule's retry waits as it says, and ends with its reason`() async throws {
    let server = try HostileServer(scripts: [[reply(200, [], "busy")]])
    defer { server.stop() }
    let clock = StillClock()
    try await withClient(server.url, retry: RetryPolicy(maxAttempts: 3), clock: clock) { client in
      var client = client
      client.answers = Self.rules([200: .retry(reason: "answered BUSY", after: .seconds(7))])
      let failure = try await refusal(of: client)
      #expect(failure?.message == "answered BUSY")
      #expect(failure?.attempts == 3)
      #expect(failure?.status == 200)
      #expect(clock.sleeps == [.seconds(7), .seconds(7)])
    }
  }

  @Test
  func `a provider's judge speaks after the rules, on what they leave`() async throws {
    let server = try HostileServer(scripts: [[reply(200, [], "{}")], [reply(201, [], "{}")]])
    defer { server.stop() }
    try await withClient(server.url) { client in
      var client = client
      client.answers = Self.rules([200: .notFound])
      let expectation = BodyExpectation(.json) { _ in .fail(.data, reason: "the provider's word") }
      let exchange = try await client.send(client.request(path: "/x"), expecting: expectation)
      #expect(!exchange.isFound)
      let failure = try await refusal(of: client, expecting: expectation)
      #expect(failure?.message == "the provider's word")
    }
  }

  @Test
  func `a 401 is answered with new credentials before any rule sees it`() async throws {
    let server = try HostileServer { received in
      received.headers["authorization"] == "Bearer 2" ? [reply(200, [], "in")] : [reply(401)]
    }
    defer { server.stop() }
    try await withClient(server.url, auth: TurningToken()) { client in
      var client = client
      client.answers = Self.rules([401: .notFound])
      let exchange = try await client.send(client.request(path: "/x"))
      #expect(exchange.isFound)
      #expect(exchange.attempts == 2)
    }
  }

  @Test
  func `expected statuses replace the successes, and an expected type must be named`() async throws {
    let json: [(String, String)] = [("Content-Type", "application/json")]
    let server = try HostileServer(scripts: [
      [reply(200, json, "{}")], [reply(404, json, "{}")], [reply(202, json, "{}")], [reply(204)],
      [reply(200, [("Content-Type", "text/plain")], "{}")], [reply(404, [("Content-Type", "text/html")], "<html>")],
    ])
    defer { server.stop() }
    try await withClient(server.url) { client in
      var client = client
      client.answers = AnswerRules(contentType: "application/json", statuses: StatusSet(200, 404))
      let request = try client.request(path: "/x")
      for status in [200, 404] {
        let exchange = try await client.send(request, expecting: .init(.json))
        #expect(exchange.response.status == status)
      }
      for (status, message) in [
        (202, "answered 202, where 200, 404 is expected"), (204, "answered 204, where 200, 404 is expected"),
        (200, "answered content of type text/plain, not application/json"),
        (404, "answered content of type text/html, not application/json"),
      ] {
        let failure = try await refusal(of: client, expecting: .init(.json))
        #expect(failure?.status == status)
        #expect(failure?.message == message)
        #expect(failure?.kind == .data)
      }
    }
  }

  @Test
  func `a redirect that a rule speaks of is judged, any other is followed`() async throws {
    let server = try HostileServer { received in
      switch received.target {
      case "/keyless": [reply(302, [("Location", "/page"), ("X-KeyError", "1")], "moved")]
      case "/moved": [reply(302, [("Location", "/page")])]
      default: [reply(200, [], "the page")]
      }
    }
    defer { server.stop() }
    try await withClient(server.url) { client in
      var client = client
      client.answers = AnswerRules(judge: { response in
        response.headers["x-keyerror"] == nil ? nil : .fail(.config, reason: "the key is missing")
      })
      let failure = try await refusal(of: client, path: "/keyless")
      #expect(failure?.message == "the key is missing")
      #expect(failure?.status == 302)
      let exchange = try await client.send(client.request(path: "/moved"))
      #expect(text(exchange.response.body) == "the page")
      #expect(server.received.map(\.target) == ["/keyless", "/moved", "/page"])
    }
  }
}

/// A token that is 1 until it was refused, and 2 from then on.
private actor TurningToken: Auth {
  private var token = "1"

  nonisolated var secrets: [String] { [] }

  func authorize(_ request: inout HTTPRequest) async throws { request.headers["Authorization"] = "Bearer \(token)" }

  func refresh(after response: HTTPResponse, to request: HTTPRequest) async throws -> Bool {
    token = "2"
    return true
  }
}
