import AssayFormats
import AssayTestServers
import SandboxAPIs
import Testing

/// Tokens and signatures that the program makes itself, against APIs that check them.
@Suite struct AuthTests {
  private static let pages =
    "path: /customers, records: '$.items[*]', paginator: {type: page_number, size_param: per_page, page_size: 200, total_path: $.total}"

  private static func oauth(_ base: String, _ more: String = "") -> String {
    "{type: oauth2_client_credentials, token_url: \"\(base)/crm-oauth/oauth/token\", client_id: assay, client_secret: \"${secret:S}\"\(more)}"
  }

  private static let jwt = "{type: jwt, algorithm: HS256, key: \"${secret:S}\", claims: {iss: assay}}"

  private static let hmac = #"""
    {type: hmac, access_key: assay, secret: "${secret:S}",
      string_to_sign: "{method}\n{path}\n{query}\n{timestamp}\n{nonce}\n{body_sha256}",
      headers: {X-Access-Key: "{access_key}", X-Timestamp: "{timestamp}", X-Nonce: "{nonce}", X-Signature: "{signature}"}}
    """#

  private func fetch(
    _ base: String, auth: String, secret: String, api: String = "", in workspace: Workspace
  ) async throws -> RunOutcome {
    try await workspace.run(
      """
      apis:
        crm:
          base_url: "\(base)"
          auth: \(auth)
          retry: {max_attempts: 2, initial: 1ms}\(api)
      sources: {s: {type: http, api: crm, \(Self.pages)}}
      outputs: [{type: sqlite, from: s, table: t}]
      report: {json: report.json}
      """, environment: ["S": secret])
  }

  /// No secret and no token in anything that the program wrote.
  private func expectSilence(_ workspace: Workspace, _ run: RunOutcome, _ secrets: [String]) {
    #expect(workspace.exists("assay.db"))
    for file in workspace.files where file != "p.yaml" {
      let text = String(decoding: workspace.bytes(file) ?? [], as: UTF8.self)
      for secret in secrets { #expect(!text.contains(secret), "\(secret) is in \(file)") }
    }
    for secret in secrets { #expect(!run.everything.contains(secret), "\(secret) is in \(run.everything)") }
  }

  @Test(arguments: [
    ("/crm-oauth", "oauth", "sandbox-secret"), ("/crm-jwt", jwt, "sandbox-jwt-key-of-32-characters"),
    ("/crm-hmac", hmac, "sandbox-hmac-secret"),
  ])
  func `each kind opens the API that checks it, and leaves nothing behind`(
    _ root: String, _ auth: String, _ secret: String
  ) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let auth = auth == "oauth" ? Self.oauth(sandbox.baseURL) : auth
      let run = try await fetch(sandbox.baseURL + root, auth: auth, secret: secret, in: workspace)
      try #require(run.code == 0, "\(run.errors)")
      #expect(try await workspace.query("SELECT count(DISTINCT id) FROM t") == ["\(sandboxCustomers)"])
      #expect(run.step("s")?["requests"]?.int == 6)
      #expect(run.step("s")?["retries"]?.int == 0)
      #expect(sandbox.requests(to: "/crm-oauth/oauth/token") == (root == "/crm-oauth" ? 1 : 0))
      expectSilence(workspace, run, [secret, "eyJ"] + sandbox.issuedTokens)
    }
  }

  @Test func `id and secret in a Basic header, scopes and further fields arrive`() async throws {
    try await withSandbox { sandbox in
      let auth = Self.oauth(sandbox.baseURL, ", credentials: header, scopes: [read, write], parameters: {silent: true}")
      let run = try await fetch(
        sandbox.baseURL + "/crm-oauth", auth: auth, secret: "sandbox-secret", in: try Workspace())
      #expect(run.code == 0, "\(run.errors)")
    }
  }

  @Test(arguments: [1, 8])
  func `a token that ends in the middle of a run is renewed once`(concurrency: Int) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let run = try await fetch(
        sandbox.baseURL + "/crm-oauth", auth: Self.oauth(sandbox.baseURL, ", parameters: {uses: 4}"),
        secret: "sandbox-secret", api: "\n    concurrency: \(concurrency)", in: workspace)
      try #require(run.code == 0, "\(run.errors)")
      #expect(try await workspace.query("SELECT count(DISTINCT id) FROM t") == ["\(sandboxCustomers)"])
      #expect(sandbox.requests(to: "/crm-oauth/oauth/token") == 2)
      #expect(sandbox.issuedTokens.count == 2)
      expectSilence(workspace, run, ["sandbox-secret"] + sandbox.issuedTokens)
    }
  }

  @Test func `a token server in passing trouble costs no row`() async throws {
    try await withSandbox { sandbox in
      let auth = Self.oauth(sandbox.baseURL + "/fault/status=503,first=1")
      let run = try await fetch(
        sandbox.baseURL + "/crm-oauth", auth: auth, secret: "sandbox-secret", in: try Workspace())
      #expect(run.code == 0, "\(run.errors)")
      #expect(sandbox.requests(to: "/crm-oauth/oauth/token") == 2)
    }
  }

  @Test func `an API that answers 401 for ever ends the run after one renewal`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let run = try await fetch(
        sandbox.baseURL + "/fault/status=401/crm-oauth", auth: Self.oauth(sandbox.baseURL), secret: "sandbox-secret",
        in: workspace)
      #expect(run.code == 3)
      #expect(run.error("s").contains("answered 401 Unauthorized, after 2 attempts"), "\(run.error("s"))")
      #expect(run.error("s").contains("check the api's auth"), "\(run.error("s"))")
      #expect(run.published == [false])
      #expect(sandbox.issuedTokens.count == 2)
      #expect(sandbox.requests(to: "/crm-oauth/customers") == 2)
      expectSilence(workspace, run, ["sandbox-secret"] + sandbox.issuedTokens)
    }
  }

  @Test(arguments: [
    ("/crm-oauth", "oauth", "401 Unauthorized: invalid_client (no client with this id and secret)"),
    ("/crm-jwt", jwt, "answered 401 Unauthorized"), ("/crm-hmac", hmac, "answered 401 Unauthorized"),
  ])
  func `a wrong secret ends the run and is not shown`(_ root: String, _ auth: String, _ words: String) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let auth = auth == "oauth" ? Self.oauth(sandbox.baseURL) : auth
      let run = try await fetch(sandbox.baseURL + root, auth: auth, secret: "wrong-secret/+1", in: workspace)
      #expect(run.code == 3)
      #expect(run.error("s").contains(words), "\(run.error("s"))")
      #expect(sandbox.requests(to: "/crm-oauth/oauth/token") <= 1)
      expectSilence(workspace, run, ["wrong-secret/+1", "wrong-secret%2F%2B1", "eyJ"])
    }
  }

  @Test(arguments: ["oauth", jwt])
  func `a token that comes back in an answer is masked`(_ auth: String) async throws {
    try await withServer({ request in
      if request.target == "/crm-oauth/oauth/token" {
        return [reply(200, [], #"{"access_token":"leaky/token+1","token_type":"bearer","refresh_token":"leaky/2"}"#)]
      }
      let echo = request.headers["authorization"].map { $0.contains("leaky") ? $0 + " leaky/2" : $0 } ?? ""
      return [reply(401, [("Content-Type", "text/plain"), ("X-Echo", echo)], "not for \(echo)")]
    }) { server in
      let workspace = try Workspace()
      let auth = auth == "oauth" ? Self.oauth(server.url) : auth
      let run = try await fetch(server.url, auth: auth, secret: "a-secret-of-more-than-32-characters", in: workspace)
      #expect(run.code == 3)
      #expect(run.error("s").contains("not for Bearer ***"), "\(run.error("s"))")
      let sent = server.received.compactMap { $0.headers["authorization"]?.dropFirst("Bearer ".count) }.map(String.init)
      #expect(!sent.isEmpty)
      expectSilence(workspace, run, sent + ["leaky/token+1", "leaky%2Ftoken%2B1", "leaky/2", "eyJ"])
    }
  }

  @Test func `a key that cannot be read is a fault of the file, at its place and without the key`() async throws {
    let workspace = try Workspace()
    let run = try await fetch(
      "http://127.0.0.1:1", auth: Self.jwt.replacing("HS256", with: "RS256"), secret: "no-pem-at-all", in: workspace)
    #expect(run.code == 2)
    #expect(run.errors.contains("p.yaml:6:"), "\(run.errors)")
    #expect(run.errors.contains("this is no PEM text"), "\(run.errors)")
    #expect(!run.everything.contains("no-pem-at-all"))
  }
}
