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
  package let transport: any Transport
  package let gate: APIGate
  package let mask: SecretMask
  package let clock: any RetryClock
  package var counters: RequestCounters
  /// Where exchanges are recorded, or answered from.
  package var tape: (any ExchangeTape)?
  /// Who sends, as recordings name it: a source or step.
  package var user = ""

  /// A client of an API; the secrets of its auth are registered with the mask.
  package init(
    name: String, base: RequestURL? = nil, auth: (any Auth)? = nil, headers: HeaderFields = [:],
    retry: RetryPolicy = RetryPolicy(), timeouts: Timeouts = Timeouts(), maxBody: Int = defaultMaxBody,
    transport: any Transport, gate: APIGate = APIGate(), mask: SecretMask, clock: any RetryClock = SystemClock(),
    counters: RequestCounters = RequestCounters()
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

  /// Sends a request over the network, as `send` has it.
  func deliver(
    _ request: HTTPRequest, expecting expectation: BodyExpectation
  ) async throws(HTTPFailure) -> HTTPExchange {
    var report = FailureReport(request: request, client: self)
    var start: Duration?
    var hasRefreshed = false
    while true {
      do {
        try await gate.admit()
      } catch {
        throw report.cancelled()
      }
      let began = start ?? clock.elapsed
      start = began
      report.attempts += 1
      counters.count(attempt: report.attempts)
      let attempt: Attempt
      do {
        defer { gate.release() }
        attempt = await self.attempt(request, expecting: expectation)
      }
      let outcome: RetryPolicy.Outcome
      report.note(attempt)
      switch attempt {
      case .failed(let failure):
        if failure.kind == .cancelled { throw report.cancelled() }
        outcome = .transport(failure)
      case .unauthorized(let error): throw report.unauthorized(error)
      case .answered(let response, let sentCredentials):
        let asked = RetryAfter.wait(in: response.headers, now: clock.unixTime)
        if expectation.accepts(status: response.status) {
          switch expectation.verdict(on: response) {
          case .accept: return HTTPExchange(request: request, response: response, attempts: report.attempts)
          case .fail(let kind, let reason, let hint): throw report.judged(kind, reason, hint)
          case .retry(let kind, let reason, let after):
            report.judgement = (kind, reason)
            outcome = .judged(retryAfter: after ?? asked)
          }
        } else {
          if response.status == 401, let sentCredentials, !hasRefreshed, let auth {
            hasRefreshed = true
            do {
              if try await auth.refresh(after: response, to: sentCredentials) { continue }
            } catch {
              throw report.unauthorized(error)
            }
          }
          outcome = .status(response.status, retryAfter: asked)
        }
      }
      let decision = retry.decide(
        after: outcome, attempt: report.attempts, elapsed: clock.elapsed - began, method: request.method,
        random: clock.random())
      switch decision {
      case .giveUp(let reason): throw report.gaveUp(reason)
      case .wait(let delay):
        do {
          try await clock.sleep(delay)
        } catch {
          throw report.cancelled()
        }
      }
    }
  }
}
