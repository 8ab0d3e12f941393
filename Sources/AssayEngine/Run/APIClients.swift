internal import AssayDefinition
package import AssayHTTP
package import AssayStore
internal import Synchronization

/// What a provider brings along where the file says nothing.
package struct ProviderDefaults: Sendable, Hashable {
  package var name: String
  package var baseURL: String
  /// Requests under way at once.
  package var concurrency: Int
  /// How long its answers are good.
  package var age: AnswerAge
  /// Requests in a time, or their cost, where the provider says so.
  package var rateLimit: RateLimit?
  /// What a request costs of a budget.
  package var cost: Double
  /// How long a request may take; nil for what is usual.
  package var timeouts: Timeouts?
  /// Sent with each request, unless the file gives a header of that name.
  package var headers: HeaderFields
  /// Whether a `POST` only asks, so that it may be sent again.
  package var retriesPosts: Bool

  package init(
    name: String, baseURL: String, concurrency: Int = 8, rateLimit: RateLimit? = nil, cost: Double = 1,
    age: AnswerAge = AnswerAge(found: .seconds(90 * 86_400), notFound: .seconds(7 * 86_400)),
    timeouts: Timeouts? = nil, headers: HeaderFields = [:], retriesPosts: Bool = false
  ) {
    self.timeouts = timeouts
    self.headers = headers
    self.retriesPosts = retriesPosts
    self.age = age
    self.name = name
    self.baseURL = baseURL
    self.concurrency = concurrency
    self.rateLimit = rateLimit
    self.cost = cost
  }
}

/// The HTTP clients of a run, one for each API, made on first use: steps that use one API share its limits.
package final class APIClients: Sendable {
  private let declarations: [String: APIDeclaration]
  /// By the API's name.
  private let budgets: [String: RequestBudget]
  private let mask: SecretMask
  /// The folder that paths of certificates start at.
  private let directory: String
  /// Whether nothing is sent: then nobody proves who asks, and no secret and no certificate need be there.
  private let isOffline: Bool
  private let makeTransport: @Sendable () -> any Transport
  private let state = Mutex(State())

  /// What a client is made of.
  private struct ClientKey: Hashable {
    var name: String?
    var provider: ProviderDefaults?
  }

  private struct State {
    var clients: [ClientKey: APIClient] = [:]
    /// One gate for each API: whoever uses it, its limits are shared.
    var gates: [String: APIGate] = [:]
    var transport: (any Transport)?
    /// One auth for each API: its token is shared by all that use it.
    var auths: [String: any Auth] = [:]
  }

  /// - Parameters:
  ///   - budgets: By the name of the API; those that have none send what they like.
  ///   - isOffline: Whether nothing is sent, as in a replay: clients are made without auth and TLS.
  ///   - makeTransport: Called once, when the first client is made.
  package init(
    _ declarations: [(name: String, declaration: APIDeclaration)], mask: SecretMask, directory: String = "",
    budgets: [String: RequestBudget] = [:], isOffline: Bool = false,
    makeTransport: @escaping @Sendable () -> any Transport
  ) {
    self.declarations = Dictionary(declarations.map { ($0.name, $0.declaration) }) { first, _ in first }
    self.mask = mask
    self.budgets = budgets
    self.directory = directory
    self.isOffline = isOffline
    self.makeTransport = makeTransport
  }

  /// The client of a named API, of a provider, or of a named API with a provider's address.
  package func client(_ name: String?, provider: ProviderDefaults?) throws(RunFailure) -> APIClient {
    let key = ClientKey(name: name, provider: provider)
    // Whoever asks a provider without an entry of the file shares its limits, too.
    let gateKey = name ?? " \(provider?.baseURL ?? "")"
    let result: Result<APIClient, RunFailure> = state.withLock { state in
      if let client = state.clients[key] { return .success(client) }
      do throws(RunFailure) {
        let transport = state.transport ?? makeTransport()
        state.transport = transport
        let gate = state.gates[gateKey] ?? makeGate(name, provider)
        state.gates[gateKey] = gate
        var client = try make(name, provider: provider, transport: transport, gate: gate)
        if let name, !isOffline {
          let known = state.auths[name]
          let auth = known == nil ? try makeAuth(name, client) : known
          state.auths[name] = auth
          if let auth { client.use(auth) }
        }
        state.clients[key] = client
        return .success(client)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func makeGate(_ name: String?, _ provider: ProviderDefaults?) -> APIGate {
    let declaration = name.flatMap { declarations[$0] } ?? APIDeclaration()
    return APIGate(
      concurrency: declaration.concurrency ?? provider?.concurrency ?? 8,
      rate: declaration.rateLimit.map {
        RateLimit(
          requests: $0.requests, per: $0.per, burst: $0.burst,
          unit: $0.unit ?? provider?.rateLimit?.unit ?? .requests)
      } ?? provider?.rateLimit,
      breaker: declaration.circuitBreaker.declaration.map {
        CircuitBreaker.Settings(failures: $0.failures, coolDown: $0.coolDown)
      })
  }

  private func makeAuth(_ name: String, _ client: APIClient) throws(RunFailure) -> (any Auth)? {
    do {
      return try declarations[name]?.auth?.value.makeAuth(client.authContext)
    } catch {
      throw RunFailure("api '\(name)': \(mask.apply(to: "\(error)"))")
    }
  }

  private func make(
    _ name: String?, provider: ProviderDefaults?, transport: any Transport, gate: APIGate
  ) throws(RunFailure) -> APIClient {
    let declaration = name.flatMap { declarations[$0] } ?? APIDeclaration()
    let title = name ?? provider?.name ?? "http"
    do {
      let retry = declaration.retry
      var headers = HeaderFields(declaration.headers.items.map { HeaderFields.Field($0.name, $0.value) })
      for field in provider?.headers.fields ?? [] where headers[field.name] == nil {
        headers.append(field.name, field.value)
      }
      let usual = provider?.timeouts ?? Timeouts()
      let tls = isOffline ? nil : try declaration.tls?.settings(in: directory, mask)
      var client = APIClient(
        name: title, base: try (declaration.baseURL ?? provider?.baseURL).map { try RequestURL($0) },
        headers: headers,
        retry: RetryPolicy(
          maxAttempts: retry.maxAttempts, initial: retry.initial, factor: retry.factor, max: retry.max,
          jitter: retry.jitter == .full ? .full : .none, maxElapsed: retry.maxElapsed, maxWait: retry.maxWait,
          retriesUnsafe: retry.nonIdempotent || provider?.retriesPosts == true),
        timeouts: Timeouts(
          connect: declaration.timeout.connect ?? usual.connect, read: declaration.timeout.read ?? usual.read,
          total: declaration.timeout.total ?? usual.total),
        maxBody: declaration.maxBody.bytes, transport: transport,
        gate: gate, mask: mask, budget: name.flatMap { budgets[$0] }, cost: provider?.cost ?? 1)
      client.tls = tls
      return client
    } catch {
      throw RunFailure("api '\(title)': \(mask.apply(to: "\(error)"))")
    }
  }

  /// What the file says of a named API's answers.
  func answers(of name: String?) -> AnswerDeclaration {
    guard let declaration = name.flatMap({ declarations[$0] }) else { return AnswerDeclaration() }
    return AnswerDeclaration(expect: declaration.expect, responses: declaration.responses)
  }

  /// The transport, if one was made, so that it can be shut down at the end of the run.
  package var madeTransport: (any Transport)? { state.withLock { $0.transport } }
}
