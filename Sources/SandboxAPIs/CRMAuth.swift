/// One way in which the CRM is locked; each has a path prefix of its own in front of the same routes.
///
/// Another way is one more value in ``all``.
struct CRMAuth: Sendable {
  /// The first part of the path.
  let prefix: String
  /// What the refusal asks for; also the `WWW-Authenticate` header if the scheme has one.
  let challenge: String?
  let admits: @Sendable (SandboxRequest) -> Bool

  static let all: [CRMAuth] = [
    open, basic, key, keyInQuery, bearer, CRMOAuth.lock, CRMJWT.lock, CRMHMAC.lock,
  ]

  static let open = CRMAuth(prefix: "crm", challenge: nil) { _ in true }

  /// User `assay`, password `sandbox`.
  static let basic = CRMAuth(prefix: "crm-basic", challenge: #"Basic realm="crm""#) {
    $0.header("authorization") == "Basic YXNzYXk6c2FuZGJveA=="
  }

  /// `X-API-Key: sandbox-key`.
  static let key = CRMAuth(prefix: "crm-key", challenge: nil) { $0.header("x-api-key") == "sandbox-key" }

  /// `?api_key=sandbox-key`.
  static let keyInQuery = CRMAuth(prefix: "crm-key-query", challenge: nil) { $0["api_key"] == "sandbox-key" }

  /// `Authorization: Bearer sandbox-token`.
  static let bearer = CRMAuth(prefix: "crm-bearer", challenge: #"Bearer realm="crm""#) {
    $0.header("authorization") == "Bearer sandbox-token"
  }

  var refusal: Answer {
    let answer = Answer.error(401, "unauthorized", "the credentials are missing or wrong")
    return challenge.map { answer.with(header: "WWW-Authenticate", $0) } ?? answer
  }
}
