import AssayHTTP
import Testing

struct RetryPolicyTests {
  let plain = RetryPolicy(jitter: .none)

  @Test(arguments: 100...599)
  func `only statuses that may pass are retried`(status: Int) {
    let decision = plain.decide(
      after: .status(status, retryAfter: nil), attempt: 1, elapsed: .zero, method: .get, random: 0)
    let isRetried = [408, 425, 429, 500, 502, 503, 504].contains(status)
    #expect(decision == (isRetried ? .wait(.seconds(1)) : .giveUp(.notRetryable)))
  }

  @Test(arguments: TransportFailure.Kind.allCases, HTTPMethod.allCases)
  func `broken connections are retried, a POST only if nothing was sent`(
    kind: TransportFailure.Kind, method: HTTPMethod
  ) {
    let failure = TransportFailure(kind, "")
    let decision = plain.decide(after: .transport(failure), attempt: 1, elapsed: .zero, method: method, random: 0)
    switch kind {
    case .tls, .proxy, .tooLarge, .headersTooLarge, .redirect, .cancelled, .invalidURL, .invalidHeader, .client:
      #expect(decision == .giveUp(.notRetryable))
    case .dns, .refused, .unreachable, .connectTimeout: #expect(decision == .wait(.seconds(1)))
    case .reset, .readTimeout, .totalTimeout, .truncated, .malformed:
      let isSafe = method != .post && method != .patch
      #expect(decision == (isSafe ? .wait(.seconds(1)) : .giveUp(.unsafeMethod)))
    }
  }

  @Test
  func `a POST is retried when told`() {
    var policy = plain
    policy.retriesUnsafe = true
    let outcome = RetryPolicy.Outcome.status(503, retryAfter: nil)
    #expect(policy.decide(after: outcome, attempt: 1, elapsed: .zero, method: .post, random: 0) == .wait(.seconds(1)))
    #expect(
      plain.decide(after: outcome, attempt: 1, elapsed: .zero, method: .post, random: 0) == .giveUp(.unsafeMethod))
  }

  @Test
  func `delays double up to the maximum, and the last attempt gives up`() {
    var policy = plain
    policy.maxAttempts = 10
    let delays = (1...10).map {
      policy.decide(after: .status(500, retryAfter: nil), attempt: $0, elapsed: .zero, method: .get, random: 0.9)
    }
    let seconds = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    #expect(delays == seconds.map { .wait(.seconds($0)) } + [.giveUp(.attemptsExhausted)])
  }

  @Test
  func `full jitter takes any share of the delay`() {
    let policy = RetryPolicy()
    #expect(policy.backoff(afterAttempt: 3, random: 0) == .zero)
    #expect(policy.backoff(afterAttempt: 3, random: 0.25) == .seconds(1))
    #expect(policy.backoff(afterAttempt: 3, random: 0.5) == .seconds(2))
  }

  @Test
  func `a factor below one and a huge attempt number stay finite`() {
    var policy = plain
    policy.factor = 0.5
    #expect(policy.backoff(afterAttempt: 3, random: 1) == .milliseconds(250))
    policy.factor = 1e30
    #expect(policy.backoff(afterAttempt: 1_000_000, random: 1) == .seconds(60))
  }

  @Test(arguments: [
    (5, 0, RetryPolicy.Decision.wait(.seconds(5))), (0, 0, .wait(.seconds(1))), (300, 0, .wait(.seconds(300))),
    (301, 0, .giveUp(.waitTooLong(.seconds(301)))), (300, 299, .wait(.seconds(300))),
    (300, 301, .giveUp(.waitTooLong(.seconds(300)))),
  ])
  func `what a server asks to wait is honoured within the limits`(
    asked: Int, elapsed: Int, decision: RetryPolicy.Decision
  ) {
    let outcome = RetryPolicy.Outcome.status(429, retryAfter: .seconds(asked))
    #expect(
      plain.decide(after: outcome, attempt: 1, elapsed: .seconds(elapsed), method: .get, random: 0) == decision)
  }

  @Test
  func `no wait is begun that would end after max_elapsed`() {
    let outcome = RetryPolicy.Outcome.status(500, retryAfter: nil)
    #expect(
      plain.decide(after: outcome, attempt: 2, elapsed: .seconds(598), method: .get, random: 0) == .wait(.seconds(2)))
    #expect(
      plain.decide(after: outcome, attempt: 2, elapsed: .seconds(599), method: .get, random: 0)
        == .giveUp(.elapsedExhausted))
  }

  @Test(
    arguments: [
      ("120", nil, 120), (" 7 ", nil, 7), ("0", nil, 0), ("99999999999999999999", nil, 1_000_000_000), ("-5", nil, nil),
      ("soon", nil, nil), ("", nil, nil), ("Sun, 06 Nov 1994 08:49:47 GMT", nil, 10),
      ("Sunday, 06-Nov-94 08:50:37 GMT", nil, 60), ("Sun Nov  6 08:49:37 1994", nil, 0),
      ("Sun, 06 Nov 1994 08:00:00 GMT", nil, 0),
      ("Sun, 06 Nov 1994 09:00:10 GMT", "Sun, 06 Nov 1994 09:00:00 GMT", 10),
      ("Sun, 31 Foo 1994 08:49:37 GMT", nil, nil), ("Sun, 06 Nov 1994 25:49:37 GMT", nil, nil),
    ] as [(String, String?, Int?)])
  func `both forms of Retry-After are read`(value: String, date: String?, seconds: Int?) {
    var headers: HeaderFields = ["retry-after": value]
    headers["Date"] = date
    #expect(RetryAfter.wait(in: headers, now: 784_111_777) == seconds.map { .seconds($0) })
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (784_111_777, "1994-11-06T08:49:37Z"), (951_827_696, "2000-02-29T12:34:56Z"),
      (-1, "1969-12-31T23:59:59Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
    ] as [(Int64, String)])
  func `a moment is written in UTC`(seconds: Int64, text: String) {
    #expect(HTTPDate.text(seconds) == text)
  }
}
