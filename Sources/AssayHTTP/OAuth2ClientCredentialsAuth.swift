/// Access tokens of an authorisation server, for a client's own credentials (RFC 6749, section 4.4).
///
/// Token requests have a gate of their own, are sent again by the API's policy, never follow a redirect, and are kept
/// nowhere.
package struct OAuth2ClientCredentialsAuth: Auth {
  /// Where id and secret stand in a token request (RFC 6749, section 2.3.1).
  package enum CredentialPlace: String, Sendable, Hashable, CaseIterable {
    case body
    /// Basic, both parts form-encoded.
    case header
  }

  package struct Settings: Sendable {
    package var tokenURL: RequestURL
    package var clientID: String
    package var clientSecret: String
    package var scopes: [String]
    package var credentials: CredentialPlace
    /// Further fields of the token request; `grant_type` replaces `client_credentials`.
    package var parameters: [(name: String, value: String)]

    package init(
      tokenURL: RequestURL, clientID: String, clientSecret: String, scopes: [String] = [],
      credentials: CredentialPlace = .body, parameters: [(name: String, value: String)] = []
    ) {
      self.tokenURL = tokenURL
      self.clientID = clientID
      self.clientSecret = clientSecret
      self.scopes = scopes
      self.credentials = credentials
      self.parameters = parameters
    }
  }

  /// Bytes that a token answer may have.
  private static let maxAnswer = 1 << 20

  private let settings: Settings
  private let tokens: TokenCache

  package init(_ settings: Settings, _ context: AuthContext) {
    self.settings = settings
    var retry = context.retry
    // Asking twice for a token does no harm.
    retry.retriesUnsafe = true
    var client = APIClient(
      name: "token", retry: retry, timeouts: context.timeouts, maxBody: Self.maxAnswer,
      transport: DirectTransport(inner: context.transport), gate: APIGate(concurrency: 1), mask: context.mask,
      clock: context.clock)
    client.tls = context.tls
    tokens = TokenCache(clock: context.clock) { [client] in try await Self.fetch(settings.request, over: client) }
  }

  /// The secret, and the pair as it stands in a Basic header.
  package var secrets: [String] { [settings.clientSecret, settings.pair] }

  package func authorize(_ request: inout HTTPRequest) async throws {
    request.headers["Authorization"] = "Bearer " + (try await tokens.token())
  }

  package func accepted(_ request: HTTPRequest) async {
    if let token = token(in: request) { await tokens.accept(token) }
  }

  package func refresh(after response: HTTPResponse, to request: HTTPRequest) async throws -> Bool {
    guard let token = token(in: request) else { return false }
    return try await tokens.replace(refused: token)
  }

  private func token(in request: HTTPRequest) -> String? {
    request.headers["Authorization"].map { String($0.dropFirst("Bearer ".count)) }
  }

  private static func fetch(_ request: HTTPRequest, over client: APIClient) async throws -> AccessToken {
    // Whatever is no passing trouble is read here: error answers say what is wrong.
    let read = Set(300...599).subtracting(RetryPolicy.retryableStatuses)
    do {
      let exchange = try await client.send(request, expecting: BodyExpectation(.any, acceptedStatuses: read))
      return try TokenAnswer(exchange.response, mask: client.mask).token(of: request)
    } catch let failure as HTTPFailure {
      throw AuthFailure(token: failure)
    }
  }
}

extension OAuth2ClientCredentialsAuth.Settings {
  /// Id and secret as a Basic header has them before base64.
  fileprivate var pair: String { "\(FormEncoding.text(clientID)):\(FormEncoding.text(clientSecret))" }

  fileprivate var request: HTTPRequest {
    var fields = parameters.filter { $0.name != "grant_type" }
    let grant = parameters.first { $0.name == "grant_type" }?.value ?? "client_credentials"
    fields.insert(("grant_type", grant), at: 0)
    if !scopes.isEmpty { fields.append(("scope", scopes.joined(separator: " "))) }
    var headers: HeaderFields = ["Accept": "application/json", "Content-Type": FormEncoding.contentType]
    switch credentials {
    case .body: fields += [("client_id", clientID), ("client_secret", clientSecret)]
    case .header: headers["Authorization"] = "Basic " + base64(Array(pair.utf8))
    }
    return HTTPRequest(.post, tokenURL, headers: headers, body: FormEncoding.body(fields))
  }
}

/// Sends to the address that was named, and nowhere else: id and secret are for it alone.
private struct DirectTransport: Transport {
  let inner: any Transport

  func send(_ request: HTTPRequest, timeouts: Timeouts, maxBody: Int) async throws(TransportFailure) -> HTTPResponse {
    let response = try await inner.send(request, timeouts: timeouts, maxBody: maxBody)
    if let next = try Redirect.target(of: response, to: request) {
      throw TransportFailure(
        .redirect, "redirects to \(next.url), and client_id and client_secret go to token_url alone")
    }
    return response
  }
}

extension AuthFailure {
  /// What kept a token request from being answered.
  fileprivate init(token failure: HTTPFailure) {
    var told = failure
    told.hint = nil
    // A success that could not be used may hold the token.
    if let status = failure.status, (200...299).contains(status) { told.excerpt = nil }
    let hint = failure.transport == .redirect ? "put the final address into token_url" : failure.hint
    self.init(
      told.description, kind: failure.kind == .data ? .config : failure.kind, hint: hint ?? "check token_url",
      retryAt: failure.retryAt)
  }
}
