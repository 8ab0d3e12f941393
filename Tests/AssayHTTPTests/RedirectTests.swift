import AssayTestServers
import AssayHTTP
import FoundationEssentials
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
    let headers: HeaderFields = ["X-Plain": "1", "Accept": "application/x", "X-Own": "my-own-secret", "Cookie": "c=1"]
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
    // A header of the API's own may be a key under a name that nobody else knows.
    #expect(received.headers["x-plain"] == nil)
    #expect(received.headers["accept"] == "application/x")
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

  @Test
  func `a secret in a path is not sent elsewhere, whatever its encoding`() async throws {
    let elsewhere = try HostileServer(scripts: [[reply(200)]])
    defer { elsewhere.stop() }
    for shown in ["/v6/ge%2Fheim/latest", "/v6/ge/heim", "/x?k=ge%2fheim", "/x?ge%2Fheim"] {
      let home = try HostileServer(scripts: [[reply(302, [("Location", elsewhere.url + shown)])]])
      try await withClient(home.url, mask: SecretMask(["ge/heim"])) { client in
        let request = try client.request(path: "/v6/\(PercentEncoding.segment("ge/heim"))/latest")
        if shown.hasPrefix("/v6") {
          let failure = await #expect(throws: HTTPFailure.self) { _ = try await client.send(request) }
          #expect(failure?.transport == .redirect)
          #expect(failure?.description.contains("heim") == false)
        } else {
          _ = try await client.send(request)
        }
      }
      home.stop()
    }
    #expect(elsewhere.received.map(\.target) == ["/x", "/x"])
  }

  @Test(arguments: [
    ("../c?d=1", "/a/c?d=1"), ("/e", "/e"), ("?f", "/a/b/x?f"), ("", "/a/b/x"), ("y%2Fz w", "/a/b/y%2Fz%20w"),
    ("//HOST/g", "/g"), ("http://HOST/h#part", "/h"),
  ])
  func `a place is read from where it stands`(location: String, target: String) async throws {
    let server = try HostileServer { received in
      let host = received.headers["host"] ?? ""
      return received.number == 1
        ? [reply(302, [("Location", location.replacing("HOST", with: host))])] : [reply(200, [], received.target)]
    }
    defer { server.stop() }
    try await withClient(server.url) { client in
      let exchange = try await client.send(client.request(path: "/a/b/x"))
      #expect(text(exchange.response.body) == target)
      #expect(exchange.response.finalURL.description == server.url + target)
    }
  }

  @Test(arguments: ["http://ann:pw@127.0.0.1/", "ftp://127.0.0.1/", "http://", "mailto:a@b"])
  func `a place that cannot be followed is an error that names it`(location: String) async throws {
    let server = try HostileServer(scripts: [[reply(302, [("Location", location)])]])
    defer { server.stop() }
    try await withClient(server.url) { client in
      let failure = try await refusal(of: client)
      #expect(failure?.transport == .redirect)
      #expect(failure?.message.hasPrefix("redirects to an address that cannot be followed") == true)
      #expect(server.received.count == 1)
    }
  }

  @Test
  func `method and body go along or not as the status says, over a real connection`() async throws {
    let server = try HostileServer { received in
      received.target.hasPrefix("/to/")
        ? [reply(Int(received.target.dropFirst(4)) ?? 0, [("Location", "/end")])]
        : [reply(200, [], "\(received.method) \(received.headers["content-type"] ?? "-") \(text(received.body))")]
    }
    defer { server.stop() }
    try await withClient(server.url) { client in
      for (status, seen) in [(303, "GET - "), (301, "GET - "), (307, "POST a/b body"), (308, "POST a/b body")] {
        let request = try client.request(
          .post, path: "/to/\(status)", headers: ["Content-Type": "a/b"], body: Array("body".utf8))
        let exchange = try await client.send(request)
        #expect(text(exchange.response.body) == seen)
      }
    }
  }

  @Test
  func `a redirect from https to http is not followed, even on the same host`() async throws {
    let plain = try HostileServer(scripts: [[reply(200)]])
    let server = try HostileServer { _ in [reply(302, [("Location", "http://localhost:\(plain.port)/")])] }
    let front = try await TLSServer(before: server)
    defer {
      plain.stop()
      front.stop()
      server.stop()
    }
    let path = certificateFile("authority")
    try await withClient(front.url) { client in
      var client = client
      client.tls = try TLSSettings.make(
        authorities: TLSSettings.PEM(name: path, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path)))))
      let failure = try await refusal(of: client)
      #expect(failure?.message == "redirects from https to http (http://localhost:\(plain.port)/)")
      #expect(plain.received.isEmpty)
    }
  }

  @Test
  func `a redirect of which the judge speaks is not followed, any other is`() async throws {
    let server = try HostileServer(scripts: [
      [reply(302, [("Location", "/page"), ("X-Key-Error", "1")])], [reply(302, [("Location", "/next")])],
      [reply(200, [], "{}")],
    ])
    defer { server.stop() }
    var expectation = BodyExpectation(.json)
    expectation.redirectJudge = { response in
      response.headers["X-Key-Error"].map { _ in .fail(.config, reason: "wants a key", hint: "set auth") }
    }
    try await withClient(server.url) { client in
      let failure = try await refusal(of: client, expecting: expectation)
      #expect(failure?.message == "wants a key" && failure?.hint == "set auth" && failure?.status == 302)
      #expect(failure?.attempts == 1)
      let accepted = try await refusal(of: client, expecting: expectation)
      #expect(accepted == nil)
      #expect(server.received.map(\.target) == ["/x", "/x", "/next"])
    }
  }
}
