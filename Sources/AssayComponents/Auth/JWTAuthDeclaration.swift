package import AssayDefinition
internal import AssayEngine
package import AssayHTTP

extension JWTSigningAlgorithm: ConfigChoice {}

/// `auth: {type: jwt}`: JWTs that are signed here.
package struct JWTAuthDeclaration: AuthDeclaration, Component {
  var algorithm: JWTSigningAlgorithm?
  var key = ""
  var keyEncoding = SecretEncoding.text
  var claims = JWTFields()
  var lifetime = Duration.seconds(300)
  var notBefore = false
  var backdate = Duration.zero
  var keyID: String?
  var headerFields = JWTFields()
  var header = "Authorization"
  var prefix = "Bearer"

  package static let schema = Schema(
    "jwt", JWTAuthDeclaration(), summary: "A JWT that is signed here (RFC 7519), in a header.",
    details: """
      Each token has the `claims`, `iat` (now, less `backdate`) and `exp` (now and `lifetime`). It is used until 60 s before its
      end, or for half its lifetime if that is shorter; a 401 makes one new token. Tokens are masked like secrets.

      The `key` of HS256, HS384 and HS512 is a secret text, whose bytes (`key_encoding`) sign. The others take a private key in
      PEM (`PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`, without a passphrase); line ends may be missing, or written
      `\\n`, as in environment variables. A value of `claims` that is not in quotes and reads as a number, `true` or `false` is
      one: quote a number that is to be a text.
      """,
    keys: [
      Key("algorithm", \.algorithm, required: true, "How tokens are signed."),
      Key("key", \.key, required: true, secret: true, "The secret text, or the private key in PEM."),
      Key(
        "key_encoding", \.keyEncoding,
        "How the text of an HS key stands for its bytes: as it is, base64 or hex."),
      Key("claims", \.claims, "What the token says: names with texts, numbers, booleans, or lists of them."),
      Key("lifetime", \.lifetime, "How long a token is good, in whole seconds."),
      Key("not_before", \.notBefore, "Whether the token has an `nbf`, which is its `iat`."),
      Key("backdate", \.backdate, "How far `iat` lies in the past, for services whose clocks are behind."),
      Key("key_id", \.keyID, "The `kid` of the token's header."),
      Key("header_fields", \.headerFields, "Further fields of the token's own header; a `typ` replaces `JWT`."),
      Key("header", \.header, "The header of the request that carries the token."),
      Key("prefix", \.prefix, "What stands before the token, with a space between; may be empty."),
    ],
    rules: [
      Rule("key", code: .badValue) { $0.keyFault },
      Rule("key_encoding") { auth in
        guard let algorithm = auth.algorithm, !algorithm.isSymmetric, auth.keyEncoding != .text else { return nil }
        return "a key in PEM has no other encoding; 'key_encoding' is for HS256, HS384 and HS512"
      },
      Rule("claims") { auth in
        ["iat", "nbf", "exp"].first { auth.claims.has($0) }
          .map { "'\($0)' is set here: see lifetime, backdate and not_before" }
      },
      Rule("header_fields") { auth in
        if auth.headerFields.has("alg") { return "'alg' is set here: see algorithm" }
        return auth.keyID != nil && auth.headerFields.has("kid") ? "'kid' is set by key_id already" : nil
      },
      Rule("lifetime", code: .badValue) { $0.lifetime < .seconds(1) ? "a lifetime is at least 1s" : nil },
      Rule("header", code: .badValue) { isHeaderName($0.header) ? nil : "'\($0.header)' cannot be a header's name" },
    ],
    examples: [
      """
      type: jwt
      algorithm: RS256
      key: "${secret:GITHUB_APP_KEY}"
      claims: {iss: "${env:GITHUB_APP_ID}"}
      lifetime: 9m
      backdate: 1m
      """,
      """
      type: jwt
      algorithm: ES256
      key: "${secret:APP_STORE_KEY}"
      key_id: "${env:APP_STORE_KEY_ID}"
      claims: {iss: "${env:APP_STORE_ISSUER}", aud: appstoreconnect-v1}
      lifetime: 20m
      """,
      """
      type: jwt
      algorithm: HS256
      key: "${secret:CRM_KEY}"
      claims: {iss: assay, roles: [read], level: 2}
      header: X-Token
      prefix: ""
      """,
    ],
    faults: [
      FaultExample(
        "type: jwt\nalgorithm: RS256\n⟪key: s3cret",
        "this is no PEM text, which begins with '-----BEGIN PRIVATE KEY-----'"),
      FaultExample(
        "type: jwt\nalgorithm: HS256\nkey: \"${secret:CRM_KEY}\"\n⟪claims: {exp: 1}",
        "'exp' is set here: see lifetime, backdate and not_before"),
      FaultExample(
        "type: jwt\nalgorithm: ⟪HS265\nkey: \"${secret:CRM_KEY}\"", "not 'HS265'; did you mean 'HS256'?"),
      FaultExample(
        "type: jwt\nalgorithm: HS256\nkey: \"${secret:CRM_KEY}\"\nclaims: {user: ⟪{id: 1}}",
        "expected a text, a number, true, false, or a list of these, not a mapping"),
    ])

  /// What is wrong with the key; nil where it is not known yet.
  private var keyFault: String? {
    // In a replay, where nothing is signed, a secret that is not set is its own mask.
    guard let algorithm, !key.isEmpty, key != SecretMask.replacement else { return nil }
    do throws(AuthFailure) {
      _ = try JWTSigningKey(algorithm, key, encoding: keyEncoding)
      return nil
    } catch {
      return error.message
    }
  }

  package func makeAuth(_ context: AuthContext) throws -> any Auth {
    var settings = JWTAuth.Settings()
    settings.claims = claims.object
    settings.headerFields = headerFields.object
    settings.lifetime = lifetime
    settings.hasNotBefore = notBefore
    settings.backdate = backdate
    settings.keyID = keyID
    settings.header = header
    settings.prefix = prefix
    let signing = try JWTSigningKey(algorithm ?? .hs256, key, encoding: keyEncoding)
    return JWTAuth(settings, key: signing, keyText: key, context)
  }
}
