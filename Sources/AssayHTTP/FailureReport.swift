/// Gathers what happened to one request, and words its failure. Everything that leaves it is masked.
struct FailureReport {
  let request: HTTPRequest
  let client: APIClient
  var attempts = 0
  /// What a judge said of the last body, where it asked for another attempt.
  var judgement: (kind: FailureClass, reason: String)?
  private var last: APIClient.Attempt?

  init(request: HTTPRequest, client: APIClient) {
    self.request = request
    self.client = client
  }

  mutating func note(_ attempt: APIClient.Attempt) {
    last = attempt
    judgement = nil
  }

  func cancelled() -> HTTPFailure {
    failure(.cancelled, "was cancelled", transport: .cancelled)
  }

  func unauthorized(_ error: any Error) -> HTTPFailure {
    let cause =
      error as? AuthFailure ?? AuthFailure("\(error)", kind: error is CancellationError ? .cancelled : .config)
    if cause.kind == .cancelled { return cancelled() }
    return failure(
      cause.kind, "could not be authorised: \(cause.message)", hint: cause.hint ?? "check the api's auth",
      retryAt: cause.retryAt)
  }

  func judged(_ kind: FailureClass, _ reason: String, _ hint: String?, isRule: Bool = false) -> HTTPFailure {
    var failure = failure(kind, reason + redirected, hint: hint)
    failure.isJudged = true
    failure.isRule = isRule
    return failure
  }

  /// The gate did not let the request go, or not again.
  func refused(_ refusal: GateRefusal) -> HTTPFailure {
    switch refusal {
    case .cancelled: return cancelled()
    case .late: return gaveUp(.elapsedExhausted)
    case .held(let until):
      let (wait, retryAt) = left(until)
      return stopped(
        .rateLimited,
        "the service said that its limit is used up until \(HTTPDate.text(retryAt)) (\(durationText(wait))), longer than "
          + "max_wait (\(durationText(client.retry.maxWait))) or max_elapsed allows",
        hint: statusHint(429, sentCredentials: true), retryAt: retryAt)
    case .leftAlone(let until):
      let (_, retryAt) = left(until)
      return stopped(
        .transient,
        "the api '\(client.name)' is left alone until \(HTTPDate.text(retryAt)), since its last requests all failed",
        hint: "check that the service runs; circuit_breaker sets after how many failures it is left alone",
        retryAt: retryAt)
    }
  }

  /// The budget did not allow the request, or not again.
  func unpaid(_ shortage: String) -> HTTPFailure {
    var failure = stopped(.budget, shortage, hint: nil, retryAt: nil)
    failure.shortage = client.mask.apply(to: shortage)
    return failure
  }

  /// A wait in whole seconds, and the moment at which it ends.
  private func left(_ until: Duration) -> (Duration, Int64) {
    let (seconds, rest) = max(.zero, until - client.clock.elapsed).components
    let whole = seconds + (rest > 0 ? 1 : 0)
    return (.seconds(whole), client.clock.unixTime + whole)
  }

  /// A failure whose reason is not the last attempt, where there was one at all.
  private func stopped(_ kind: FailureClass, _ reason: String, hint: String?, retryAt: Int64?) -> HTTPFailure {
    let message =
      switch last {
      case .answered(let response, _):
        "\(judgement?.reason ?? "answered \(statusText(response.status))")\(redirected), and is not sent again: \(reason)"
      case .failed(let error): "got no answer: \(error.message), and is not sent again: \(reason)"
      case .unauthorized, nil: "is not sent: \(reason)"
      }
    return failure(kind, message, hint: hint, retryAt: retryAt)
  }

  func gaveUp(_ giveUp: RetryPolicy.GiveUp) -> HTTPFailure {
    var wait: Duration?
    if case .waitTooLong(let asked) = giveUp { wait = asked }
    let retryAt = wait.map { client.clock.unixTime + $0.components.seconds }
    switch last {
    case .answered(let response, let sentCredentials):
      let kind = judgement?.kind ?? FailureClass(status: response.status)
      var message = (judgement?.reason ?? "answered \(statusText(response.status))") + redirected
      if let wait, let retryAt {
        let limit = wait > client.retry.maxWait ? "max_wait" : "max_elapsed"
        let length = limit == "max_wait" ? client.retry.maxWait : client.retry.maxElapsed
        message +=
          " and asks to wait until \(HTTPDate.text(retryAt)) (\(durationText(wait))), longer than "
          + "\(limit) (\(durationText(length))) allows"
      }
      if giveUp == .elapsedExhausted { message += elapsed }
      let status = kind == .rateLimited ? 429 : response.status
      var hint = statusHint(status, sentCredentials: sentCredentials != nil)
      if judgement != nil, kind != .rateLimited {
        hint = "the service asks to come again later; retry.max_attempts says how often"
      }
      if giveUp == .unsafeMethod { hint = notRepeated }
      var failure = failure(kind, message, hint: hint, retryAt: retryAt)
      failure.isJudged = judgement != nil
      return failure
    case .failed(let error):
      var message = "got no answer: \(error.message)"
      if error.kind == .redirect { message = error.message }
      if error.kind == .tooLarge { message = "answered too much: \(error.message)" }
      if giveUp == .elapsedExhausted { message += elapsed }
      return failure(
        FailureClass(transport: error), message,
        hint: giveUp == .unsafeMethod ? notRepeated : error.hint ?? Self.hint(for: error.kind), transport: error.kind)
    case .unauthorized(let error): return unauthorized(error)
    case nil: return failure(.config, "was not sent")
    }
  }

  private var elapsed: String { "; max_elapsed (\(durationText(client.retry.maxElapsed))) is over" }

  private var notRepeated: String {
    "a \(request.method.rawValue) is not repeated by itself: it may have been done; \(client.repeatHint)"
  }

  private var redirected: String {
    guard case .answered(let response, _)? = last, response.finalURL != request.url else { return "" }
    return " (redirected to \(response.finalURL))"
  }

  private func failure(
    _ kind: FailureClass, _ message: String, hint: String? = nil, retryAt: Int64? = nil,
    transport: TransportFailure.Kind? = nil
  ) -> HTTPFailure {
    var failure = HTTPFailure(
      kind: kind, method: request.method, url: client.mask.apply(to: request.url.description),
      message: client.mask.apply(to: message), attempts: attempts, hint: hint.map { client.mask.apply(to: $0) },
      retryAt: retryAt, transport: transport)
    if case .answered(let response, _)? = last {
      failure.status = response.status
      let excerpt = client.mask.excerpt(of: response.body)
      failure.excerpt = excerpt.isEmpty ? nil : excerpt
    }
    return failure
  }

  private static func hint(for kind: TransportFailure.Kind) -> String? {
    switch kind {
    case .dns: "check the host in the URL, and this machine's name service"
    case .refused, .unreachable: "check base_url, and that the service runs"
    case .connectTimeout: "check base_url and the network, or raise timeout.connect"
    case .readTimeout: "the service is slow: raise timeout.read, or ask for less at once"
    case .totalTimeout: "the service is slow: raise timeout.total, or ask for less at once"
    case .tls: "check base_url, and this machine's certificates and clock"
    case .tooLarge: "ask for less at once, or raise max_body"
    case .headersTooLarge: "the limit of the headers is fixed: ask the service for fewer, or shorter, ones"
    case .redirect: "put the final address into base_url"
    case .invalidHeader: "check the variables that the headers and auth are filled from"
    case .proxy: "check the proxy that the environment names"
    case .reset: "if it stays so, look at the service's log, and at firewalls and proxies on the way"
    case .truncated: "if it stays so, ask for less at once, or look at proxies on the way"
    case .malformed: "check that base_url has the scheme and port of the service"
    case .cancelled, .invalidURL, .client: nil
    }
  }
}
