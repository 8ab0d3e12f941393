import SandboxAPIs
import Testing

@Suite struct `The CRM's tokens` {
  private struct Grant: Decodable {
    let access_token: String
    let token_type: String
    let expires_in: Int?
  }

  private struct OAuthError: Decodable {
    let error: String
  }

  private static let form = "Content-Type: application/x-www-form-urlencoded"
  private static let client = "grant_type=client_credentials&client_id=assay&client_secret=sandbox-secret"

  private func ask(
    _ sandbox: RunningSandbox, _ body: String, headers: [String] = [form], method: String = "POST"
  ) async throws -> RawAnswer {
    try await fetch(sandbox.port, "/crm-oauth/oauth/token", method: method, headers: headers, body: body)
  }

  @Test(arguments: [
    client, "\(client)&scope=read+write",
    "grant_type=client_credentials&client_id=assay&client_secret=sandbox%2Dsecret",
  ])
  func `are issued to the client, let it in, and are counted`(body: String) async throws {
    try await withSandbox { sandbox in
      let grant = try decoded(try await ask(sandbox, body), as: Grant.self)
      #expect(grant.token_type == "Bearer")
      #expect(grant.expires_in == 60)
      let header = "Authorization: Bearer \(grant.access_token)"
      let right = try await sandbox.get("/crm-oauth/customers", headers: [header])
      #expect(right.status == 200)
      let wrong = try await sandbox.get("/crm-oauth/customers", headers: [header + "x"])
      #expect(wrong.status == 401)
      #expect(sandbox.issuedTokens == [grant.access_token])
      #expect(sandbox.requests(to: "/crm-oauth/oauth/token") == 1)
    }
  }

  @Test func `end after the uses that were asked for`() async throws {
    try await withSandbox { sandbox in
      let grant = try decoded(try await ask(sandbox, Self.client + "&uses=2&silent=true"), as: Grant.self)
      #expect(grant.expires_in == nil)
      for status in [200, 200, 401, 401] {
        let answer = try await sandbox.get(
          "/crm-oauth/customers", headers: ["Authorization: Bearer \(grant.access_token)"])
        #expect(answer.status == status)
      }
    }
  }

  @Test(arguments: [
    ("grant_type=client_credentials&client_id=assay&client_secret=x", 401, "invalid_client"),
    ("grant_type=client_credentials", 401, "invalid_client"), ("grant_type=password", 400, "unsupported_grant_type"),
    ("\(client)&scope=all", 400, "invalid_scope"),
  ])
  func `are refused as RFC 6749 says`(body: String, status: Int, error: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await ask(sandbox, body)
      let refusal = try decoded(answer, as: OAuthError.self)
      #expect(answer.status == status)
      #expect(refusal.error == error)
      #expect(sandbox.issuedTokens.isEmpty)
    }
  }

  @Test func `are not issued to another method, or another type of body`() async throws {
    try await withSandbox { sandbox in
      let read = try await ask(sandbox, "", method: "GET")
      #expect(read.status == 405)
      let json = try await ask(sandbox, Self.client, headers: ["Content-Type: application/json"])
      #expect(json.status == 400)
    }
  }

  @Test(arguments: [
    // Signed with another key; `alg` none; not a token at all; ended in 2001.
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhc3NheSIsImlhdCI6MSwiZXhwIjoyfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "eyJhbGciOiJub25lIn0.eyJpc3MiOiJhc3NheSIsImlhdCI6MSwiZXhwIjo5OTk5OTk5OTk5fQ.", "a.b", "",
  ])
  func `of other makers are not taken`(token: String) async throws {
    try await withSandbox { sandbox in
      let answer = try await sandbox.get("/crm-jwt/customers", headers: ["Authorization: Bearer \(token)"])
      #expect(answer.status == 401)
      let signed = try await sandbox.get(
        "/crm-hmac/customers",
        headers: ["X-Access-Key: assay", "X-Timestamp: 1", "X-Nonce: 12345678", "X-Signature: AAAA"])
      #expect(signed.status == 401)
    }
  }
}
