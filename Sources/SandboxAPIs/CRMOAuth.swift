import FoundationEssentials

/// The CRM's authorisation server (RFC 6749, section 4.4): client `assay`, secret `sandbox-secret`, in the body or in
/// a Basic header.
///
/// Tokens last 60 s. A request may ask for others: `lifetime` in seconds, `uses` for the number of requests that a token
/// lets in. `silent=true` leaves out `expires_in`.
enum CRMOAuth {
  static let tokenPath = "/crm-oauth/oauth/token"

  static let lock = CRMAuth(prefix: "crm-oauth", challenge: #"Bearer realm="crm""#) { request in
    guard let header = request.header("authorization"), header.hasPrefix("Bearer ") else { return false }
    return request.issued.admits(String(header.dropFirst("Bearer ".count)))
  }

  static func answer(_ request: SandboxRequest) throws(Refusal) -> Answer {
    guard request.method == "POST" else {
      return Answer.error(405, "method_not_allowed", "tokens are asked for with POST").with(header: "Allow", "POST")
    }
    guard request.header("content-type")?.hasPrefix("application/x-www-form-urlencoded") == true else {
      return refusal("invalid_request", "the body must be a form")
    }
    var form = request
    form.query = request.body.split(separator: "&").map { pair in
      let name = pair.prefix { $0 != "=" }
      return (percentDecoded(name, form: true), percentDecoded(pair.dropFirst(name.count + 1), form: true))
    }
    guard form["grant_type"] == "client_credentials" else {
      return refusal("unsupported_grant_type", "there is client_credentials only")
    }
    guard client(of: form) == ["assay", "sandbox-secret"] else {
      return refusal("invalid_client", "no client with this id and secret", status: 401)
        .with(header: "WWW-Authenticate", #"Basic realm="crm""#)
    }
    let scope = form["scope"] ?? "read"
    guard scope.split(separator: " ").allSatisfy({ $0 == "read" || $0 == "write" }) else {
      return refusal("invalid_scope", "there are read and write")
    }
    let lifetime = try form.integer("lifetime", default: 60, in: 1...86_400)
    let uses = try form["uses"] == nil ? nil : form.integer("uses", default: 1, in: 1...1_000_000)
    var members: [(name: String, value: JSONText)] = [
      ("access_token", .string(request.issued.issue(seconds: lifetime, uses: uses))), ("token_type", "Bearer"),
      ("scope", .string(scope)),
    ]
    if form["silent"] != "true" { members.append(("expires_in", .integer(lifetime))) }
    return Answer.json(.object(members)).with(header: "Cache-Control", "no-store")
  }

  /// Id and secret, or what there is of them.
  private static func client(of form: SandboxRequest) -> [String?] {
    guard let header = form.header("authorization"), header.hasPrefix("Basic "),
      let pair = Data(base64Encoded: String(header.dropFirst("Basic ".count)))
    else { return [form["client_id"], form["client_secret"]] }
    return String(decoding: pair, as: UTF8.self).split(separator: ":", maxSplits: 1).map {
      percentDecoded($0, form: true)
    }
  }

  private static func refusal(_ code: String, _ description: String, status: Int = 400) -> Answer {
    .json(["error": .string(code), "error_description": .string(description)], status: status)
  }
}
