import AssayTestServers
import FoundationEssentials
import Testing

/// Whom a run trusts, how it proves who asks, and which way its requests go.
@Suite struct ConnectionTests {
  private static let rows = reply(200, [("Content-Type", "application/json")], #"[{"a":1},{"a":2}]"#)

  private func run(
    _ base: String, tls: String, in workspace: Workspace, environment: [String: String] = [:]
  ) async throws -> RunOutcome {
    try await workspace.run(
      """
      apis: {a: {base_url: "\(base)", retry: {max_attempts: 1}, tls: \(tls)}}
      sources: {s: {type: http, api: a, path: /x}}
      outputs: [{type: jsonl, from: s, path: out.jsonl}]
      """, name: "sub/p.yaml", environment: environment)
  }

  private func copy(_ names: String..., to workspace: Workspace) throws {
    for name in names {
      try workspace.write(
        Array(try Data(contentsOf: URL(fileURLWithPath: certificateFile(name)))), to: "sub/certs/\(name).pem")
    }
  }

  @Test func `files of certificates start at the pipeline file`() async throws {
    try await withServer({ _ in [Self.rows] }) { server in
      let front = try await TLSServer(wantsClient: true, before: server)
      defer { front.stop() }
      let workspace = try Workspace()
      try copy("authority", "client", "client.key", to: workspace)
      let tls =
        "{ca_file: certs/authority.pem, system_roots: false, client_certificate: certs/client.pem, client_key: certs/client.key.pem}"
      let run = try await run(front.url, tls: tls, in: workspace)
      #expect(run.code == 0, "\(run.everything)")
      #expect(workspace.text("sub/out.jsonl") == "{\"a\":1}\n{\"a\":2}\n")
    }
  }

  @Test func `a key may come from a secret, and is nowhere to be seen`() async throws {
    try await withServer({ _ in [Self.rows] }) { server in
      let front = try await TLSServer(wantsClient: true, before: server)
      defer { front.stop() }
      let workspace = try Workspace()
      try copy("authority", "client", "client.encrypted.key", to: workspace)
      let key = try #require(workspace.text("sub/certs/client.encrypted.key.pem"))
      for passphrase in ["opensesame", "wrong"] {
        let tls = """
          {ca_file: certs/authority.pem, client_certificate: certs/client.pem, client_key: "${env:KEY}", \
          client_key_passphrase: "${env:WORD}"}
          """
        let run = try await run(front.url, tls: tls, in: workspace, environment: ["KEY": key, "WORD": passphrase])
        #expect(run.code == (passphrase == "wrong" ? 3 : 0), "\(run.everything)")
        #expect(!run.everything.contains(passphrase == "wrong" ? key.split(separator: "\n")[1] : "opensesame"))
      }
    }
  }

  @Test(arguments: [
    (
      "{ca_file: certs/no.pem}",
      "api 'a': tls.ca_file: the file 'certs/no.pem' cannot be read: No such file or directory"
    ),
    ("{ca_file: certs}", "tls.ca_file: the file 'certs' cannot be read: Is a directory"),
    ("{ca_file: p.yaml}", "'p.yaml' (tls.ca_file) holds no certificate in PEM form"),
    (
      "{client_certificate: certs/client.pem, client_key: certs/authority.pem}",
      "'certs/authority.pem' (tls.client_key) holds no private key in PEM form"
    ),
    (
      "{client_certificate: certs/client.pem, client_key: certs/localhost.key.pem}",
      "the private key does not belong to the client certificate"
    ),
  ])
  func `a file that cannot be used is named before anything is sent`(tls: String, says: String) async throws {
    try await withServer({ _ in [Self.rows] }) { server in
      let workspace = try Workspace()
      try copy("authority", "client", "localhost.key", to: workspace)
      let run = try await run(server.url, tls: tls, in: workspace)
      #expect(run.code == 3)
      #expect(run.error("s").contains(says), "\(run.error("s"))")
      #expect(server.received.isEmpty)
    }
  }

  @Test func `plain requests go through the proxy that the environment names`() async throws {
    try await withServer({ received in
      [reply(200, [("Content-Type", "application/json")], #"[{"target":"\#(received.target)"}]"#)]
    }) { proxy in
      let workspace = try Workspace()
      let pipeline = """
        apis: {a: {base_url: "http://api.invalid", retry: {max_attempts: 1}}}
        sources: {s: {type: http, api: a, path: /x}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        """
      let place = "http://ann:ge%2Fheim@127.0.0.1:\(proxy.port)"
      let run = try await workspace.run(pipeline, environment: ["HTTP_PROXY": place])
      #expect(run.code == 0, "\(run.everything)")
      #expect(workspace.text("out.jsonl") == "{\"target\":\"http://api.invalid/x\"}\n")
      #expect(proxy.received.first?.headers["proxy-authorization"] == "Basic YW5uOmdlL2hlaW0=")
      // In a CGI script that variable is a visitor's.
      for environment in [
        ["HTTP_PROXY": place, "REQUEST_METHOD": "GET"], ["http_proxy": place, "NO_PROXY": ".invalid"],
      ] {
        let direct = try await workspace.run(pipeline, environment: environment)
        #expect(direct.code == 3)
        #expect(direct.error("s").contains("the host 'api.invalid' was not found"), "\(direct.error("s"))")
      }
      #expect(proxy.received.count == 1)
    }
  }

  @Test func `https goes through a tunnel of the proxy, and what the proxy refuses shows no password`() async throws {
    try await withServer({ _ in [Self.rows] }) { server in
      let front = try await TLSServer(before: server)
      defer { front.stop() }
      let port = front.port
      try await withServer({ received in
        received.target == "localhost:\(port)"
          ? [raw("HTTP/1.1 200 OK\r\n\r\n"), .tunnel(to: port)]
          : [reply(407, [], received.headers["proxy-authorization"] ?? "")]
      }) { proxy in
        let workspace = try Workspace()
        try copy("authority", to: workspace)
        let environment = ["https_proxy": "http://ann:geheim12@127.0.0.1:\(proxy.port)"]
        let tls = "{ca_file: certs/authority.pem}"
        let run = try await run(front.url, tls: tls, in: workspace, environment: environment)
        #expect(run.code == 0, "\(run.everything)")
        #expect(proxy.received.count == 1)
        let refused = try await self.run("https://other.invalid", tls: tls, in: workspace, environment: environment)
        #expect(refused.code == 3)
        #expect(refused.error("s").contains("the proxy wants a user and a password"), "\(refused.error("s"))")
        for shown in ["geheim12", "YW5uOmdlaGVpbTEy"] { #expect(!refused.everything.contains(shown)) }
      }
    }
  }

  @Test func `a variable that names no proxy is told when it is needed`() async throws {
    let workspace = try Workspace()
    let run = try await run("https://api.invalid", tls: "{}", in: workspace, environment: ["HTTPS_PROXY": "ftp://p"])
    #expect(run.code == 3)
    #expect(run.error("s").contains("the variable HTTPS_PROXY names a proxy of kind 'ftp'"), "\(run.error("s"))")
  }
}
