package import AssayFormats

/// JWTs (RFC 7519) that are signed here with a key of the caller's, in a header.
package struct JWTAuth: Auth {
  package struct Settings: Sendable {
    /// Members of the payload, in the order in which they are signed; `iat`, `nbf` and `exp` are added.
    package var claims = JSONObject()
    /// Members of the JOSE header beside `alg`, `typ` and `kid`; a `typ` of theirs wins.
    package var headerFields = JSONObject()
    /// How long each token is good; whole seconds, at least 1.
    package var lifetime = Duration.seconds(300)
    /// How far `iat` and `nbf` lie in the past, for services whose clocks are behind.
    package var backdate = Duration.zero
    package var hasNotBefore = false
    /// The `kid`.
    package var keyID: String?
    package var header = "Authorization"
    /// What stands before the token, without the space between; may be empty.
    package var prefix = "Bearer"

    package init() {}
  }

  private let settings: Settings
  private let tokens: TokenCache
  package let secrets: [String]

  /// - Parameter keyText: As it was given, so that it is masked.
  package init(_ settings: Settings, key: JWTSigningKey, keyText: String, _ context: AuthContext) {
    self.settings = settings
    secrets = [keyText]
    let (clock, mask) = (context.clock, context.mask)
    tokens = TokenCache(clock: clock) {
      let input = settings.signingInput(key.algorithm, now: clock.unixTime)
      let signature = try await key.sign(Array(input.utf8))
      let token = "\(input).\(base64URL(signature))"
      mask.register(token)
      return AccessToken(token, lifetime: settings.lifetimeSeconds)
    }
  }

  package func authorize(_ request: inout HTTPRequest) async throws {
    request.headers[settings.header] = start + (try await tokens.token())
  }

  package func accepted(_ request: HTTPRequest) async {
    if let token = token(in: request) { await tokens.accept(token) }
  }

  package func refresh(after response: HTTPResponse, to request: HTTPRequest) async throws -> Bool {
    guard let token = token(in: request) else { return false }
    return try await tokens.replace(refused: token)
  }

  private var start: String { settings.prefix.isEmpty ? "" : settings.prefix + " " }

  private func token(in request: HTTPRequest) -> String? {
    request.headers[settings.header].map { String($0.dropFirst(start.count)) }
  }
}

extension JWTAuth.Settings {
  var lifetimeSeconds: Int64 { max(1, lifetime.components.seconds) }

  /// Header and payload as they are signed: base64url, with a dot between (RFC 7515, section 5.1).
  package func signingInput(_ algorithm: JWTSigningAlgorithm, now: Int64) -> String {
    var header: JSONObject = ["alg": .string(algorithm.rawValue), "typ": "JWT"]
    if let keyID { header.set("kid", to: .string(keyID)) }
    for field in headerFields.members { header.set(field.name, to: field.value) }
    var payload = claims
    let issued = now - backdate.components.seconds
    payload.set("iat", to: .integer(issued))
    if hasNotBefore { payload.set("nbf", to: .integer(issued)) }
    payload.set("exp", to: .integer(now + lifetimeSeconds))
    return [header, payload].map { base64URL(Array(JSONValue.object($0).text.utf8)) }.joined(separator: ".")
  }
}
