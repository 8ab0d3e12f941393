import AssayTestServers
import AssayHTTP
import Testing

struct RedirectTests {
  @Test(arguments: [
    (301, HTTPMethod.get, HTTPMethod.get, true), (301, .post, .get, false), (302, .post, .get, false),
    (302, .put, .put, true), (303, .post, .get, false), (303, .put, .get, false), (303, .head, .head, false),
    (307, .post, .post, true), (308, .post, .post, true),
  ])
  func `method and body follow the status`(status: Int, method: HTTPMethod, then: HTTPMethod, keepsBody: Bool) throws {
    let request = HTTPRequest(method, try RequestURL("https://h/a"), headers: ["Content-Type": "x"], body: [1])
    let response = HTTPResponse(status: status, headers: ["location": "/b?c"], finalURL: request.url)
    let next = try #require(try Redirect.target(of: response, to: request))
    #expect(next.method == then)
    #expect(next.url.description == "https://h/b?c")
    #expect(next.body.isEmpty != keepsBody)
    #expect((next.headers["content-type"] != nil) == keepsBody)
  }

  @Test(arguments: ["http://h/a", "ftp://h/", "https://u:p@h/", "//"])
  func `a redirect to http, to another scheme or to nothing is refused`(location: String) throws {
    let request = HTTPRequest(.get, try RequestURL("https://h/a"))
    let response = HTTPResponse(status: 302, headers: ["location": location], finalURL: request.url)
    let failure = #expect(throws: TransportFailure.self) { try Redirect.target(of: response, to: request) }
    #expect(failure?.kind == .redirect)
  }

  @Test(arguments: [
    ("http://h/", "http://h/x", true), ("http://h/", "https://h/x", true), ("https://h/", "http://h/x", false),
    ("http://h/", "http://h:81/", false), ("http://h:81/", "https://h/", false), ("https://h/", "https://x.h/", false),
  ])
  func `credentials go to the same origin, or to its https twin`(home: String, target: String, goes: Bool) throws {
    var request = HTTPRequest(.get, try RequestURL(home))
    request.url = try RequestURL(target)
    #expect(request.takesCredentials == goes)
  }

  static let auths: [any Auth] = [
    BasicAuth(username: "ann", password: "geheim"), BearerAuth(token: "geheim"),
    APIKeyAuth(place: .header, name: "X-Key", value: "geheim"), APIKeyAuth(place: .query, name: "key", value: "geheim"),
  ]

  @Test(arguments: auths.indices)
  func `credentials stay at home when a redirect leads elsewhere`(index: Int) async throws {
    let elsewhere = try HostileServer(scripts: [[reply(200, [], "there")]])
    // A server may echo the credentials in its redirect.
    let home = try HostileServer { received in
      received.target.hasPrefix("/near")
        ? [reply(302, [("Location", "\(elsewhere.url)/far?a=1&key=geheim")])]
        : [reply(307, [("Location", "/near?a=1")])]
    }
    defer {
      home.stop()
      elsewhere.stop()
    }
    let headers: HeaderFields = ["X-Plain": "1", "X-Own": "my-own-secret", "Cookie": "c=1"]
    let mask = SecretMask(["my-own-secret"])
    try await withClient(home.url, auth: Self.auths[index], headers: headers, mask: mask) { client in
      let exchange = try await client.send(client.request(path: "/start"))
      #expect(text(exchange.response.body) == "there")
      #expect(exchange.response.finalURL.description == "\(elsewhere.url)/far?a=1&key=geheim")
      #expect(exchange.attempts == 1)
    }
    let shown = { (received: HostileServer.Received) in
      received.target + received.headers.values.joined(separator: " ")
    }
    #expect(home.received.count == 2)
    let secretForms = SecretMask(Self.auths[index].secrets)
    #expect(home.received.allSatisfy { secretForms.reveals(shown($0)) && $0.headers["x-own"] == "my-own-secret" })
    let received = try #require(elsewhere.received.first)
    #expect(received.target == "/far?a=1")
    #expect(received.headers["x-plain"] == "1")
    #expect(received.headers["x-own"] == nil)
    #expect(received.headers["cookie"] == nil)
    #expect(!secretForms.reveals(shown(received)))
  }

  @Test
  func `a next page on another host is asked for without credentials`() async throws {
    let elsewhere = try HostileServer(scripts: [[reply(401)]])
    let home = try HostileServer(scripts: [[reply(200)]])
    defer {
      home.stop()
      elsewhere.stop()
    }
    try await withClient(home.url, auth: BearerAuth(token: "geheim")) { client in
      let first = try client.request(path: "/x")
      let next = PageRequest(url: try RequestURL(elsewhere.url + "/y")).applied(to: first)
      let failure = await #expect(throws: HTTPFailure.self) { _ = try await client.send(next) }
      #expect(failure?.hint?.hasPrefix("no credentials were sent") == true)
      #expect(elsewhere.received.first?.headers["authorization"] == nil)
    }
  }

  @Test
  func `a body that holds a secret is not sent elsewhere`() async throws {
    let elsewhere = try HostileServer(scripts: [[reply(200)]])
    let home = try HostileServer(scripts: [[reply(307, [("Location", elsewhere.url)])]])
    defer {
      home.stop()
      elsewhere.stop()
    }
    try await withClient(home.url, mask: SecretMask(["geheim"])) { client in
      let request = try client.request(.post, path: "/x", body: Array("client_secret=geheim".utf8))
      let failure = await #expect(throws: HTTPFailure.self) { _ = try await client.send(request) }
      #expect(failure?.transport == .redirect)
      #expect(elsewhere.received.isEmpty)
    }
  }

  @Test
  func `a loop ends after five redirects`() async throws {
    let server = try HostileServer { received in [reply(302, [("Location", "/\(received.number)")])] }
    defer { server.stop() }
    try await withClient(server.url) { client in
      let failure = try await refusal(of: client)
      #expect(failure?.kind == .data)
      #expect(failure?.message == "redirects more than 5 times; the last one led to \(server.url)/6")
      #expect(server.received.count == 6)
    }
  }
}
