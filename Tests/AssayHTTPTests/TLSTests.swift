import AssayTestServers
import AssayHTTP
import FoundationEssentials
import Testing

/// What a server shows, whom the client trusts, and what is said of it.
struct TLSCase: Sendable, CustomTestStringConvertible {
  var certificate: String
  var says: String
  var host = "localhost"
  /// Whether the tests' authority is trusted.
  var trusts = true

  var testDescription: String { "\(certificate) at \(host), trusting \(trusts ? "the authority" : "the system")" }
}

struct TLSTests {
  static let refusals: [TLSCase] = [
    TLSCase(certificate: "expired", says: "the server's certificate expired on 2021-01-01"),
    TLSCase(certificate: "early", says: "the server's certificate is valid from 2100-01-01 on"),
    TLSCase(
      certificate: "elsewhere",
      says:
        "the server's certificate is not for 'localhost', but for 'other.example', '*.other.example', 192.0.2.1"),
    TLSCase(
      certificate: "elsewhere",
      says:
        "the server's certificate is not for '127.0.0.1', but for 'other.example', '*.other.example', 192.0.2.1",
      host: "127.0.0.1"),
    TLSCase(certificate: "selfsigned", says: "the server's certificate is self-signed"),
    TLSCase(
      certificate: "untrusted",
      says:
        "the server's certificate is signed by 'Unknown test authority', an authority that this machine does not know"),
    TLSCase(
      certificate: "localhost",
      says:
        "the server's certificate is signed by 'Assay test authority', an authority that this machine does not know",
      trusts: false),
  ]

  @Test(arguments: refusals)
  func `a certificate that does not hold is refused with its reason, before anything is sent`(_ example: TLSCase)
    async throws
  {
    let server = try HostileServer(scripts: [[reply(200, [], "secret things")]])
    let front = try await TLSServer(example.certificate, before: server)
    defer {
      front.stop()
      server.stop()
    }
    var tls = try settings()
    if !example.trusts { tls = try TLSSettings.make() }
    let failure = try await failure("https://\(example.host):\(front.port)", tls)
    #expect(failure?.transport == .tls)
    #expect(failure?.kind == .config)
    #expect(failure?.attempts == 1)
    #expect(failure?.message == "got no answer: no secure connection: \(example.says)")
    #expect(failure?.hint != nil)
    #expect(server.received.isEmpty)
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func `an authority's file makes its certificates good, by name and by address`(host: String) async throws {
    let server = try HostileServer { received in [reply(200, [], received.target)] }
    let front = try await TLSServer(before: server)
    defer {
      front.stop()
      server.stop()
    }
    for tls in [try settings(), try settings(systemRoots: false)] {
      try await withClient("https://\(host):\(front.port)") { client in
        var client = client
        client.tls = tls
        for path in ["/a", "/b"] {
          let exchange = try await client.send(client.request(path: path))
          #expect(text(exchange.response.body) == path)
        }
      }
    }
  }

  @Test
  func `settings of one API are not those of another`() async throws {
    let server = try HostileServer { _ in [reply(200)] }
    let front = try await TLSServer(before: server)
    defer {
      front.stop()
      server.stop()
    }
    let transport = ClientTransport()
    var trusting = HTTPRequest(.get, try RequestURL(front.url))
    trusting.tls = try settings()
    let response = try await transport.send(trusting, timeouts: Timeouts(), maxBody: 100)
    #expect(response.status == 200)
    let failure = await transportFailure(HTTPRequest(.get, try RequestURL(front.url)), over: transport)
    #expect(failure?.kind == .tls)
    await transport.shutdown()
  }

  @Test
  func `a client certificate lets in, and its lack is told`() async throws {
    let server = try HostileServer { _ in [reply(200, [], "in")] }
    let front = try await TLSServer(wantsClient: true, before: server)
    defer {
      front.stop()
      server.stop()
    }
    for tls in [
      try settings(certificate: "client", key: "client.key"),
      try settings(certificate: "client", key: "client.encrypted.key", passphrase: "opensesame"),
    ] {
      try await withClient(front.url) { client in
        var client = client
        client.tls = tls
        let exchange = try await client.send(client.request(path: "/x"))
        #expect(text(exchange.response.body) == "in")
      }
    }
    let none = try await failure(front.url, try settings())
    #expect(none?.message == "got no answer: no secure connection: the server wants a client certificate")
    #expect(none?.hint?.contains("client_certificate") == true)
    // One that the server's authority did not sign.
    let other = try await failure(front.url, try settings(certificate: "selfsigned", key: "selfsigned.key"))
    #expect(other?.message.contains("the server refused the client certificate") == true, "\(other?.message ?? "")")
    #expect(server.received.count == 2)
  }

  @Test
  func `a client certificate is not shown to another host that a redirect leads to`() async throws {
    let server = try HostileServer { _ in [reply(200, [], "far")] }
    let far = try await TLSServer(wantsClient: true, before: server)
    let home = try HostileServer { _ in [reply(302, [("Location", "\(far.url)/x")])] }
    let near = try await TLSServer(wantsClient: true, before: home)
    defer {
      far.stop()
      near.stop()
      server.stop()
      home.stop()
    }
    let failure = try await failure(near.url, try settings(certificate: "client", key: "client.key"))
    #expect(failure?.message == "got no answer: no secure connection: the server wants a client certificate")
    #expect(home.received.count == 1)
    #expect(server.received.isEmpty)
  }

  @Test(
    arguments: [
      ("authority", "client", "localhost.key", nil, "the private key does not belong to the client certificate"),
      ("authority", "client", "client.encrypted.key", nil, "encrypted, and there is no client_key_passphrase"),
      ("authority", "client", "client.encrypted.key", "wrong", "does not open the private key in client.encrypted.key"),
      ("authority", "client", "client", nil, "client holds no private key in PEM form"),
      ("authority", "client", nil, nil, "client holds no private key in PEM form"),
      ("authority", "client.key", "client.key", nil, "client.key holds no certificate in PEM form"),
      ("client.key", nil, nil, nil, "client.key holds no certificate in PEM form"),
    ] as [(String, String?, String?, String?, String)])
  func `files that are not what they are called are named`(
    authority: String, certificate: String?, key: String?, passphrase: String?, says: String
  ) throws {
    let fault = #expect(throws: TLSSettings.Fault.self) {
      try settings(authority, certificate: certificate, key: key, passphrase: passphrase)
    }
    #expect(fault?.description.contains(says) == true, "\(fault?.description ?? "")")
  }

  @Test
  func `an answer that is cut off without a farewell is truncated, even without a length`() async throws {
    let server = try HostileServer(scripts: [[raw("HTTP/1.1 200 OK\r\n\r\nhalf of it"), .reset]])
    let front = try await TLSServer(before: server)
    defer {
      front.stop()
      server.stop()
    }
    let failure = try await failure(front.url, try settings())
    #expect(failure?.transport == .truncated)
  }

  @Test(arguments: [HostileServer.Step.close, .reset])
  func `a handshake that is cut off may be tried again`(step: HostileServer.Step) async throws {
    let server = try HostileServer(scripts: [[step]])
    defer { server.stop() }
    try await withClient("https://127.0.0.1:\(server.port)", retry: RetryPolicy(maxAttempts: 2)) { client in
      let failure = try await refusal(of: client)
      #expect(failure?.transport == .reset)
      #expect(failure?.attempts == 2)
    }
  }

  @Test
  func `a server that never finishes its handshake ends at the connect time-out`() async throws {
    let server = try HostileServer(scripts: [[.silence]])
    defer { server.stop() }
    let timeouts = Timeouts(connect: .milliseconds(200), read: .seconds(30), total: .seconds(60))
    try await withClient(
      "https://127.0.0.1:\(server.port)", retry: RetryPolicy(maxAttempts: 1), timeouts: timeouts
    ) { client in
      let failure = try await refusal(of: client)
      #expect(failure?.transport == .connectTimeout)
    }
  }

  private func settings(
    _ authority: String = "authority", systemRoots: Bool = true, certificate: String? = nil, key: String? = nil,
    passphrase: String? = nil
  ) throws -> TLSSettings {
    try TLSSettings.make(
      authorities: try pem(authority), systemRoots: systemRoots, certificate: try certificate.map(pem),
      key: try key.map(pem), passphrase: passphrase)
  }

  private func pem(_ name: String) throws -> TLSSettings.PEM {
    TLSSettings.PEM(name: name, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: certificateFile(name)))))
  }

  private func failure(_ url: String, _ tls: TLSSettings) async throws -> HTTPFailure? {
    try await withClient(url, retry: RetryPolicy(maxAttempts: 3, initial: .zero)) { client in
      var client = client
      client.tls = tls
      return try await refusal(of: client)
    }
  }
}
