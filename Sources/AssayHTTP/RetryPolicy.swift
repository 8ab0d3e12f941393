/// When a request is sent again, and how long is waited before.
package struct RetryPolicy: Sendable, Hashable {
  package enum Jitter: String, Sendable, Hashable, CaseIterable {
    /// Anything from nothing to the whole delay: many clients do not come back together.
    case full
    /// The whole delay.
    case none
  }

  /// Attempts in all, the first included. At least 1.
  package var maxAttempts: Int
  /// The delay after the first attempt.
  package var initial: Duration
  /// What each further delay is multiplied with.
  package var factor: Double
  /// The longest delay of our own choice.
  package var max: Duration
  package var jitter: Jitter
  /// From the first attempt on; a wait that would end later is not begun.
  package var maxElapsed: Duration
  /// The longest wait that a server may ask for; beyond it the request fails at once.
  package var maxWait: Duration
  /// Whether POST and PATCH are sent again too after the server may have seen them.
  package var retriesUnsafe: Bool

  package init(
    maxAttempts: Int = 5, initial: Duration = .seconds(1), factor: Double = 2, max: Duration = .seconds(60),
    jitter: Jitter = .full, maxElapsed: Duration = .seconds(600), maxWait: Duration = .seconds(300),
    retriesUnsafe: Bool = false
  ) {
    self.maxAttempts = maxAttempts
    self.initial = initial
    self.factor = factor
    self.max = max
    self.jitter = jitter
    self.maxElapsed = maxElapsed
    self.maxWait = maxWait
    self.retriesUnsafe = retriesUnsafe
  }

  /// How an attempt ended without success.
  package enum Outcome: Sendable, Hashable {
    /// A status, with what the server asks to wait.
    case status(Int, retryAfter: Duration?)
    case transport(TransportFailure)
    /// A complete answer whose body says that the request may succeed later.
    case judged(retryAfter: Duration?)
  }

  package enum Decision: Sendable, Hashable {
    case wait(Duration)
    case giveUp(GiveUp)
  }

  package enum GiveUp: Sendable, Hashable {
    /// Asking again would change nothing.
    case notRetryable
    /// It might succeed, but the method is not idempotent.
    case unsafeMethod
    case attemptsExhausted
    case elapsedExhausted
    /// The server asks for a longer wait than `maxWait`, or than `maxElapsed` leaves.
    case waitTooLong(Duration)
  }

  /// Statuses after which the same request may succeed.
  package static let retryableStatuses: Set<Int> = [408, 425, 429, 500, 502, 503, 504]

  /// What follows after an attempt. Pure; `attempt` counts from 1, `random` is from 0 up to 1.
  package func decide(
    after outcome: Outcome, attempt: Int, elapsed: Duration, method: HTTPMethod, random: Double
  ) -> Decision {
    var asked: Duration?
    var isUnseen = false
    switch outcome {
    case .status(let status, let retryAfter):
      guard Self.retryableStatuses.contains(status) else { return .giveUp(.notRetryable) }
      asked = retryAfter
    case .transport(let failure):
      guard failure.isTransient else { return .giveUp(.notRetryable) }
      isUnseen = failure.isBeforeSending
    case .judged(let retryAfter): asked = retryAfter
    }
    guard method.isIdempotent || retriesUnsafe || isUnseen else { return .giveUp(.unsafeMethod) }
    guard attempt < maxAttempts else { return .giveUp(.attemptsExhausted) }
    // A wait of nothing would be a burst of attempts, so it counts as no wish.
    if let asked, asked > .zero {
      if asked > maxWait || elapsed + asked > maxElapsed { return .giveUp(.waitTooLong(asked)) }
      return .wait(asked)
    }
    let delay = backoff(afterAttempt: attempt, random: random)
    return elapsed + delay > maxElapsed ? .giveUp(.elapsedExhausted) : .wait(delay)
  }

  /// `initial × factor^(attempt − 1)`, at most `max` and `maxWait`, times `random` with full jitter.
  package func backoff(afterAttempt attempt: Int, random: Double) -> Duration {
    // In seconds, since a Duration times a large factor would overflow.
    let cap = Swift.min(max, maxWait) / Duration.seconds(1)
    var delay = Swift.min(initial / Duration.seconds(1), cap)
    for _ in 1..<Swift.max(1, attempt) where delay < cap {
      delay = Swift.min(delay * (factor.isFinite ? factor : 1), cap)
    }
    return .seconds(Swift.max(0, jitter == .full ? delay * random : delay))
  }
}
