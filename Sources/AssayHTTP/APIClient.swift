/// One HTTP service as sources and look-ups use it: address, credentials, limits and retries in one value.
///
/// Copies share transport, gate, mask and counters. `send` is the only way out: what it returns was judged.
package struct APIClient: Sendable {
  /// The name in the pipeline file, or of the provider.
  package var name: String
  /// Where paths start; nil if every request brings an absolute URL.
  package var base: RequestURL?
  package var auth: (any Auth)?
  /// Sent with every request that has no field of that name itself.
  package var headers: HeaderFields
  package var retry: RetryPolicy
  package var timeouts: Timeouts
  /// Bytes of one body, decompressed.
  package var maxBody: Int
  package var transport: any Transport
  package let gate: APIGate
  package let mask: SecretMask
  package let clock: any RetryClock
  package var counters: RequestCounters
  /// Where exchanges are recorded, or answered from.
  package var tape: (any ExchangeTape)?
  /// Who sends, as recordings name it: a source or step.
  package var user = ""
  /// What may be sent in all; nil for any number of requests.
  package let budget: RequestBudget?
  /// What a request costs: of the budget, and of a rate that counts cost.
  package var cost: Double
  /// A promise of the budget for the first attempt.
  private(set) var reservation: BudgetReservation?
  /// Whom to trust and how to prove who asks, where TLS is spoken.
  package var tls: TLSSettings?
  /// What allows a POST or PATCH to be sent again that may have been done, in words.
  package var repeatHint = "where that is harmless, set retry: {non_idempotent: true}"
  /// What the file says of the API's answers.
  package var answers = AnswerRules()

  /// A client of an API; the secrets of its auth are registered with the mask.
  package init(
    name: String, base: RequestURL? = nil, auth: (any Auth)? = nil, headers: HeaderFields = [:],
    retry: RetryPolicy = RetryPolicy(), timeouts: Timeouts = Timeouts(), maxBody: Int = defaultMaxBody,
    transport: any Transport, gate: APIGate = APIGate(), mask: SecretMask, clock: any RetryClock = SystemClock(),
    counters: RequestCounters = RequestCounters(), budget: RequestBudget? = nil, cost: Double = 1
  ) {
    self.name = name
    self.base = base
    self.auth = auth
    self.headers = headers
    self.retry = retry
    self.timeouts = timeouts
    self.maxBody = maxBody
    self.transport = transport
    self.gate = gate
    self.mask = mask
    self.clock = clock
    self.counters = counters
    self.budget = budget
    self.cost = cost
    for secret in auth?.secrets ?? [] { mask.register(secret) }
  }

  /// A request below `base`, or to an absolute URL, whose credentials go to the host of `base` only.
  ///
  /// `path` is joined to the path of `base` with one `/`; it may hold escapes and a query of its own. A value that was
  /// put into it must have been encoded (`PercentEncoding.segment`). Throws a `config` failure for a bad URL.
  package func request(
    _ method: HTTPMethod = .get, path: String = "", query: [RequestURL.QueryItem] = [],
    headers: HeaderFields = [:], body: [UInt8] = []
  ) throws(HTTPFailure) -> HTTPRequest {
    do throws(TransportFailure) {
      let url: RequestURL
      if let base {
        url = try base.appending(path: path, query: query)
      } else {
        guard RequestURL.isAbsolute(path) else {
          throw TransportFailure(.invalidURL, "the api '\(name)' has no base_url, so the path must be a whole URL")
        }
        url = try RequestURL(path).appending(path: "", query: query)
      }
      return HTTPRequest(method, url, headers: headers, body: body, credentialOrigin: base?.origin)
    } catch {
      throw HTTPFailure(
        kind: .config, method: method, url: mask.apply(to: path),
        message: "is not sent: \(mask.apply(to: error.message))",
        attempts: 0, transport: error.kind)
    }
  }

  /// A copy whose next request is paid for: its first attempt uses what is reserved here, and what no attempt used is
  /// given back with the last copy. Nil where the budget is used up. Reservations are admitted in the order of the calls.
  package func reserving(cost: Double? = nil) -> APIClient? {
    var client = self
    client.cost = cost ?? self.cost
    guard let budget else { return client }
    guard budget.reserve(client.cost) else { return nil }
    client.reservation = BudgetReservation(budget, cost: client.cost)
    return client
  }

  /// No request costs more.
  private static let mostCost = 1e9

  /// Notes what a request has really cost, where its answer says so: counters and budget had `cost` for it.
  package func note(cost real: Double) {
    // A service's word is not to enlarge a budget.
    guard real.isFinite, (0...Self.mostCost).contains(real), real != cost else { return }
    let difference = real - cost
    counters.correct(by: difference)
    budget?.correct(by: difference)
  }

  /// Sends a request over the network, as `send` has it, and pays each attempt from the budget.
  func deliver(
    _ request: HTTPRequest, expecting expectation: BodyExpectation
  ) async throws(HTTPFailure) -> HTTPExchange {
    let expectation = expectation.under(answers)
    var report = FailureReport(request: request, client: self)
    var began: Duration?
    var hasRefreshed = false
    var spending = reservation?.take()
    if spending == nil { spending = try self.spending(report) }
    while true {
      let ticket: UInt64
      do throws(GateRefusal) {
        let deadline = began.map { $0 + retry.maxElapsed }
        ticket = try await gate.admit(
          GateState.Ask(isRetry: report.attempts > 0, maxWait: retry.maxWait, deadline: deadline, cost: cost),
          clock: clock)
      } catch {
        spending?.giveBack()
        throw report.refused(error)
      }
      began = began ?? clock.elapsed
      report.attempts += 1
      counters.count(attempt: report.attempts, cost: cost)
      spending?.spend()
      let attempt = await self.attempt(request, expecting: expectation)
      report.note(attempt)
      let judgement = await judge(attempt, expectation)
      gate.end(ticket, judgement.health, hold: judgement.hold, clock: clock)
      if !attempt.hasReached { spending?.refund() }
      if case .answered(let response, let sentCredentials?) = attempt, response.status == 401, !hasRefreshed, let auth {
        hasRefreshed = true
        let isRenewed: Bool
        do {
          isRenewed = try await auth.refresh(after: response, to: sentCredentials)
        } catch {
          throw report.unauthorized(error)
        }
        if isRenewed {
          spending = try self.spending(report)
          continue
        }
      }
      let outcome: RetryPolicy.Outcome
      switch judgement.conclusion {
      case .accepted(let response, let isFound):
        return HTTPExchange(request: request, response: response, attempts: report.attempts, isFound: isFound)
      case .cancelled: throw report.cancelled()
      case .unauthorized(let error): throw report.unauthorized(error)
      case .refused(let kind, let reason, let hint, let isRule):
        throw report.judged(kind, reason, hint, isRule: isRule)
      case .failed(let kind, let reason, let found):
        report.judgement = kind.map { ($0, reason) }
        outcome = found
      }
      let decision = retry.decide(
        after: outcome, attempt: report.attempts, elapsed: clock.elapsed - (began ?? .zero), method: request.method,
        random: clock.random())
      switch decision {
      case .giveUp(let reason): throw report.gaveUp(reason)
      case .wait(let delay):
        spending = try self.spending(report)
        do {
          try await clock.sleep(delay)
        } catch {
          spending?.giveBack()
          throw report.cancelled()
        }
      }
    }
  }

  /// An attempt's part of the budget, if there is one. Throws where it is used up.
  func spending(_ report: FailureReport) throws(HTTPFailure) -> Spending? {
    guard let budget else { return nil }
    if let shortage = budget.shortage(reserving: cost) { throw report.unpaid(shortage) }
    return Spending(budget: budget, cost: cost)
  }
}
