internal import AssayFormats

/// What an authorisation server said (RFC 6749, sections 5.1 and 5.2). Its tokens are registered with the mask at once.
struct TokenAnswer {
  /// Seconds that a token is taken to be good where the answer does not say: a 401 renews it anyway.
  static let standardLifetime: Int64 = 3600
  /// Ten years; sums of times must not overflow.
  private static let longestLifetime: Int64 = 315_360_000

  private let response: HTTPResponse
  private let members: JSONObject?
  private let excerpt: String

  init(_ response: HTTPResponse, mask: SecretMask) {
    self.response = response
    members = Self.object(response.body)
    for name in ["access_token", "refresh_token", "id_token"] {
      if case .string(let token)? = members?[name] { mask.register(token) }
    }
    excerpt = mask.excerpt(of: response.body)
  }

  /// The token, or what is wrong with the answer, for the request that was sent.
  func token(of request: HTTPRequest) throws(AuthFailure) -> AccessToken {
    let asked = "\(request.method.rawValue) \(request.url) answered"
    let isSuccess = (200...299).contains(response.status)
    if case .string(let code)? = members?["error"] {
      var message = isSuccess ? "\(asked) \(code)" : "\(asked) \(statusText(response.status)): \(code)"
      if case .string(let text)? = members?["error_description"], !text.isEmpty { message += " (\(text))" }
      throw AuthFailure(message, hint: Self.hint(for: code))
    }
    guard isSuccess else {
      let body = excerpt.isEmpty ? "" : ": \"\(excerpt)\""
      throw AuthFailure(
        "\(asked) \(statusText(response.status))\(body)",
        hint: response.status == 401 || response.status == 403 ? Self.hint(for: "invalid_client") : "check token_url")
    }
    // Nothing is shown of a success that cannot be used: it may hold the token in a form that is not known here.
    guard let members else {
      throw AuthFailure("\(asked) a body that is no JSON object, and so no token", hint: "check token_url")
    }
    guard case .string(let text)? = members["access_token"], !text.isEmpty else {
      throw AuthFailure("\(asked) no access_token", hint: "check token_url and parameters")
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw AuthFailure("\(asked) an access_token with characters that a header cannot hold")
    }
    if let type = members["token_type"], type != .null {
      guard case .string(let name) = type, name.lowercased() == "bearer" else {
        let shown = if case .string(let name) = type { "'\(name)'" } else { type.kind }
        throw AuthFailure("\(asked) a token of type \(shown), and only bearer tokens can be used")
      }
    }
    return AccessToken(text, lifetime: lifetime ?? Self.standardLifetime)
  }

  /// `expires_in`, as a number or as a text; nil where it is missing or says nothing.
  private var lifetime: Int64? {
    let seconds: Double? =
      switch members?["expires_in"] {
      case .integer(let number)?: Double(number)
      case .decimal(let number)?: number
      case .string(let text)?: Double(text)
      default: nil
      }
    guard let seconds, seconds >= 1 else { return nil }
    return seconds < Double(Self.longestLifetime) ? Int64(seconds) : Self.longestLifetime
  }

  private static func object(_ body: [UInt8]) -> JSONObject? {
    do throws(FormatFault) {
      if case .object(let object) = try JSONParser.parse(body) { return object }
    } catch {}
    return nil
  }

  private static func hint(for code: String) -> String {
    switch code {
    case "invalid_client": "check client_id and client_secret, and whether the service wants credentials: header"
    case "unauthorized_client": "the client may not ask for such tokens; check its rights at the service"
    case "unsupported_grant_type":
      "the service has no such grant; one that it calls otherwise goes into parameters, as grant_type"
    case "invalid_scope": "check scopes"
    default: "check scopes and parameters"
    }
  }
}
