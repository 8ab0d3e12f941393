extension APIClient {
  /// What one attempt means: for its request, and for all others to the API.
  struct Judgement: Sendable {
    enum Conclusion: Sendable {
      case accepted(HTTPResponse, isFound: Bool)
      case cancelled
      case unauthorized(any Error)
      /// Asking again would change nothing: kind, reason, hint, and whether a rule says so.
      case refused(FailureClass, String, String?, isRule: Bool)
      /// The policy decides; with a kind, where the reason is not the status alone.
      case failed(FailureClass?, String, RetryPolicy.Outcome)
    }

    var conclusion: Conclusion
    var health: AttemptResult
    /// How long all requests to the API are to wait from now on.
    var hold: Duration?
  }

  /// Judges an attempt.
  ///
  /// An API is left alone for as long as it says: by `Retry-After` with a 429 or 503, unless that is longer than
  /// `max_wait` (then only this request fails), and by fields that say that nothing is left of its rate limit, with any
  /// status. A 403 counts as a 429 where nothing is left, or where it brings a `Retry-After`: GitHub means it so. A body
  /// that says that a limit is used up counts as a 429 too, with the wait that it names.
  func judge(_ attempt: Attempt, _ expectation: BodyExpectation) async -> Judgement {
    switch attempt {
    case .failed(let failure):
      if failure.kind == .cancelled { return Judgement(conclusion: .cancelled, health: .unknown) }
      return Judgement(conclusion: .failed(nil, "", .transport(failure)), health: AttemptResult(failure))
    case .unauthorized(let error): return Judgement(conclusion: .unauthorized(error), health: .unknown)
    case .answered(let response, _):
      let quota = ServerQuota.wait(in: response.headers, now: clock.unixTime)
      if let ruling = await expectation.ruling(on: response) {
        return judge(response, ruling.verdict, isRule: ruling.isRule, quota)
      }
      let retryAfter = RetryAfter.wait(in: response.headers, now: clock.unixTime)
      let isLimited = response.status == 429 || response.status == 403 && (quota ?? retryAfter) != nil
      let status = isLimited ? 429 : response.status
      let asked = retryAfter ?? (isLimited ? quota : nil)
      var hold = quota
      if let asked, status == 429 || status == 503, asked <= retry.maxWait { hold = max(asked, quota ?? .zero) }
      let reason = "answered \(statusText(response.status))"
      return Judgement(
        conclusion: .failed(isLimited ? .rateLimited : nil, reason, .status(status, retryAfter: asked)),
        health: AttemptResult(status: status), hold: hold)
    }
  }

  private func judge(
    _ response: HTTPResponse, _ verdict: BodyExpectation.Verdict, isRule: Bool, _ quota: Duration?
  ) -> Judgement {
    switch verdict {
    case .accept: return Judgement(conclusion: .accepted(response, isFound: true), health: .succeeded, hold: quota)
    case .notFound:
      return Judgement(conclusion: .accepted(response, isFound: false), health: .succeeded, hold: quota)
    case .fail(let kind, let reason, let hint):
      return Judgement(
        conclusion: .refused(kind, reason, hint, isRule: isRule), health: .succeeded, hold: quota)
    case .retry(let kind, let reason, let after):
      let asked = after ?? RetryAfter.wait(in: response.headers, now: clock.unixTime)
      var hold = quota
      if let asked, kind == .rateLimited, asked <= retry.maxWait { hold = max(asked, quota ?? .zero) }
      return Judgement(
        conclusion: .failed(kind, reason, .judged(retryAfter: asked)),
        health: kind == .rateLimited ? .limited : .failed, hold: hold)
    }
  }
}

extension AttemptResult {
  /// What a status that is no success says: 503 and 504 come of too much work, other retried ones of anything.
  init(status: Int) {
    switch status {
    case 429: self = .limited
    case 503, 504: self = .overloaded
    case 408, 425, 500...599: self = status == 501 ? .succeeded : .failed
    default: self = .succeeded
    }
  }

  /// What a broken exchange says: servers with too much work drop connections and do not answer in time.
  init(_ failure: TransportFailure) {
    switch failure.kind {
    case .reset, .connectTimeout, .readTimeout, .totalTimeout: self = .overloaded
    case .dns, .refused, .unreachable, .truncated, .malformed, .proxy: self = .failed
    case .tooLarge, .headersTooLarge, .redirect: self = .succeeded
    case .tls, .cancelled, .invalidURL, .invalidHeader, .client: self = .unknown
    }
  }
}
