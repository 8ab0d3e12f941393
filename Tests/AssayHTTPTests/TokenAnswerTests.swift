import AssayHTTP
import AssayTestServers
import Testing

/// What an authorisation server may say in place of a token.
@Suite(.timeLimit(.minutes(2)))
struct TokenAnswerTests {
  @Test(arguments: [
    (
      401, #"{"error":"invalid_client","error_description":"no such client"}"#,
      "answered 401 Unauthorized: invalid_client (no such client); check client_id and client_secret, and whether the "
        + "service wants credentials: header"
    ),
    (400, #"{"error":"invalid_scope"}"#, "answered 400 Bad Request: invalid_scope; check scopes"),
    (
      400, #"{"error":"unsupported_grant_type","error_description":""}"#,
      "answered 400 Bad Request: unsupported_grant_type; the service has no such grant; one that it calls otherwise goes "
        + "into parameters, as grant_type"
    ),
    (200, #"{"error":"unauthorized_client"}"#, "answered unauthorized_client; the client may not ask for such tokens"),
    (400, #"{"error":"x","error_description":"geheim-9"}"#, "answered 400 Bad Request: x (***); check scopes"),
    (404, "<h1>nothing here</h1>", #"answered 404 Not Found: "<h1>nothing here</h1>"; check token_url"#),
    (403, "", "answered 403 Forbidden; check client_id and client_secret"),
    (200, "<html>", "answered a body that is no JSON object, and so no token; check token_url"),
    (200, "", "answered a body that is no JSON object"), (204, "", "answered a body that is no JSON object"),
    (200, "[1]", "answered a body that is no JSON object"),
    (200, #"{"token":"x"}"#, "answered no access_token; check token_url and parameters"),
    (200, #"{"access_token":""}"#, "answered no access_token"),
    (200, #"{"access_token":7}"#, "answered no access_token"),
    (
      200, #"{"access_token":"leak-1","token_type":"mac"}"#,
      "answered a token of type 'mac', and only bearer tokens can be used; check the api's auth"
    ),
    (200, #"{"access_token":"leak-2","token_type":1}"#, "answered a token of type a number"),
    (
      200, #"{"access_token":"leak-3\r\nX-A: 1"}"#, "answered an access_token with characters that a header cannot hold"
    ),
    (200, "access_token=leak-4&token_type=bearer", "answered a body that is no JSON object"),
  ])
  func `an answer without a usable token is a refusal that says why, and is asked for once`(
    status: Int, body: String, message: String
  ) async throws {
    let server = try HostileServer(scripts: [[reply(status, [], status == 204 ? "" : body)]])
    defer { server.stop() }
    try await withOAuth(server) { client in
      for _ in 0..<3 {
        let failure = try await refusal(of: client)
        #expect(failure?.kind == .config)
        let start = "GET \(server.url)/x could not be authorised: POST \(server.url)/token \(message)"
        #expect(failure?.description.hasPrefix(start) == true, "\(failure?.description ?? "")")
        #expect(failure?.description.contains("leak") == false)
      }
    }
    #expect(server.received.count == 1)
  }

  @Test(arguments: [#""token_type":"bearer","#, #""token_type":"BEARER","#, #""token_type":null,"#, ""])
  func `a bearer token is one in any case, and where nothing is said`(type: String) async throws {
    let server = try HostileServer { received in
      received.target == "/token"
        ? [grant(#"\#(type)"access_token":"a.b-c_d~e+f/g=","refresh_token":"again-1","id_token":"who-1""#)]
        : [reply(200)]
    }
    defer { server.stop() }
    try await withOAuth(server) { client in
      _ = try await client.send(client.request(path: "/x"))
      #expect(client.mask.apply(to: "a.b-c_d~e+f/g= again-1 who-1") == "*** *** ***")
    }
    #expect(server.received.last?.headers["authorization"] == "Bearer a.b-c_d~e+f/g=")
  }

  @Test(arguments: [301, 302, 307, 308])
  func `a token request follows no redirect, not even within its host`(status: Int) async throws {
    let elsewhere = try HostileServer(scripts: [[grant(token: "t")]])
    defer { elsewhere.stop() }
    for target in [elsewhere.url + "/token", "/other"] {
      let server = try HostileServer(scripts: [[reply(status, [("Location", target)])]])
      defer { server.stop() }
      for place in OAuth2ClientCredentialsAuth.CredentialPlace.allCases {
        try await withOAuth(server, { $0.credentials = place }) { client in
          let failure = try await refusal(of: client)
          #expect(failure?.kind == .config)
          #expect(
            failure?.message.contains("and client_id and client_secret go to token_url alone") == true,
            "\(failure?.message ?? "")")
          #expect(failure?.hint == "put the final address into token_url")
        }
      }
      #expect(server.received.count == 2)
    }
    #expect(elsewhere.received.isEmpty)
  }
}
