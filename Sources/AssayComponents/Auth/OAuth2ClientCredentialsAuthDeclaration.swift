package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

/// `auth: {type: oauth2_client_credentials}`: tokens of an authorisation server.
package struct OAuth2ClientCredentialsAuthDeclaration: AuthDeclaration, Component {
  package enum Place: String, ConfigChoice {
    case body, header
  }

  var tokenURL = ""
  var clientID = ""
  var clientSecret = ""
  var scopes: [String] = []
  var credentials = Place.body
  var parameters = Named<String>()

  package static let schema = Schema(
    "oauth2_client_credentials", OAuth2ClientCredentialsAuthDeclaration(),
    summary: "Tokens of an authorisation server, for the client's own credentials (RFC 6749, section 4.4).",
    details: """
      All requests to the API share one token. It is asked for when the first request needs it, renewed 60 s before its end
      (after half its lifetime if that is shorter; `expires_in`, 1h where the answer does not say), and once after a 401. If a
      renewal fails while the token is still good, it is used on. A token that came after a 401 and is refused as well is not
      renewed again.

      Token requests obey the api's `timeout` and `retry`; they take no place of its `concurrency`, follow no redirect, and go
      to `token_url` alone. A refusal (`invalid_client` and the like) is told with its reason, and is not asked for again in the
      run. Tokens are masked like secrets, and kept nowhere.
      """,
    keys: [
      Key("token_url", \.tokenURL, required: true, "Where tokens are asked for: a whole address."),
      Key("client_id", \.clientID, required: true, "The client's name at the server."),
      Key("client_secret", \.clientSecret, required: true, secret: true, "The client's secret."),
      Key("scopes", \.scopes, "What the token is to allow; sent as `scope`, with spaces between."),
      Key(
        "credentials", \.credentials,
        "Where id and secret stand in a token request: in its `body`, or in a Basic `header`."),
      Key(
        "parameters", \.parameters,
        "Further fields of a token request, such as `audience`; `grant_type` replaces `client_credentials`."),
    ],
    rules: [
      Rule("token_url", code: .badValue) { auth in
        guard !auth.tokenURL.isEmpty else { return nil }
        do throws(TransportFailure) {
          _ = try RequestURL(auth.tokenURL)
          return nil
        } catch {
          return error.message
        }
      },
      Rule("parameters") { auth in
        let own = ["client_id": "client_id", "client_secret": "client_secret", "scope": "scopes"]
        return auth.parameters.items.lazy.compactMap { item in
          own[item.name].map { "'\(item.name)' is set by \($0)" }
        }.first
      },
    ],
    examples: [
      """
      type: oauth2_client_credentials
      token_url: https://auth.example.com/oauth/token
      client_id: "${env:CRM_ID}"
      client_secret: "${secret:CRM_SECRET}"
      scopes: [customers.read]
      """,
      """
      type: oauth2_client_credentials
      token_url: https://zoom.us/oauth/token
      client_id: "${env:ZOOM_ID}"
      client_secret: "${secret:ZOOM_SECRET}"
      credentials: header
      parameters: {grant_type: account_credentials, account_id: "${env:ZOOM_ACCOUNT}"}
      """,
    ],
    faults: [
      FaultExample(
        "type: oauth2_client_credentials\n⟪token_url: /oauth/token\nclient_id: a\nclient_secret: b",
        "'/oauth/token' is no URL; it must start with http:// or https://"),
      FaultExample(
        """
        type: oauth2_client_credentials
        token_url: https://auth.example.com/token
        client_id: a
        client_secret: b
        ⟪parameters: {scope: read}
        """, "'scope' is set by scopes"),
    ])

  package func makeAuth(_ context: AuthContext) throws -> any Auth {
    OAuth2ClientCredentialsAuth(
      .init(
        tokenURL: try RequestURL(tokenURL), clientID: clientID, clientSecret: clientSecret, scopes: scopes,
        credentials: credentials == .body ? .body : .header,
        parameters: parameters.items.map { ($0.name, $0.value) }), context)
  }
}
