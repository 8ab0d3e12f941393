/// Whether a request to an API may go now: its rate, its concurrency, what its servers ask, and its circuit breaker in
/// one. A pure state machine; who waits, and for how long, is the gate's affair.
package struct GateState: Sendable {
  /// What is known of a request that wants to go.
  package struct Ask: Sendable, Hashable {
    /// Whether it was sent before: then it goes before those that were not.
    package var isRetry: Bool
    /// It is refused rather than held for longer than that.
    package var maxWait: Duration
    /// When it must have gone at the latest, if ever; on the clock's `elapsed`.
    package var deadline: Duration?
    /// What it counts as where the rate counts cost.
    package var cost: Double

    /// A first attempt that may wait for five minutes, where nothing else is said.
    package init(
      isRetry: Bool = false, maxWait: Duration = .seconds(300), deadline: Duration? = nil, cost: Double = 1
    ) {
      self.isRetry = isRetry
      self.maxWait = maxWait
      self.deadline = deadline
      self.cost = cost
    }
  }

  /// What a request is told that asks.
  package enum Answer: Sendable, Hashable {
    /// It goes, under this ticket.
    case go(UInt64)
    /// Ask again then, or when a request has ended.
    case wait(Duration?)
    case refused(GateRefusal)
  }

  private var concurrency: AdaptiveConcurrency
  private var bucket: TokenBucket?
  private var breaker: CircuitBreaker?
  /// Until then the API is left alone, as it asked.
  private var heldUntil: Duration?
  /// Requests under way.
  package private(set) var active = 0
  /// Tickets count up from 0.
  private var nextTicket: UInt64 = 0

  /// A state in which nothing has been sent yet; nil for no limit.
  package init(concurrency: Int, rate: RateLimit?, breaker: CircuitBreaker.Settings?) {
    self.concurrency = AdaptiveConcurrency(most: concurrency)
    bucket = rate.map { TokenBucket($0) }
    self.breaker = breaker.map { CircuitBreaker($0) }
  }

  /// Requests that may be under way at once now.
  package var limit: Int { concurrency.limit }

  /// Whether answers hang on the time.
  package var needsTime: Bool { bucket != nil || heldUntil != nil || breaker?.isClosed == false }

  /// Lets a request go, if nothing speaks against it. `now` is read where `needsTime` is true or the request has a
  /// deadline. O(1).
  package mutating func ask(_ ask: Ask, at now: Duration) -> Answer {
    if let deadline = ask.deadline, now > deadline { return .refused(.late) }
    switch breaker?.verdict(at: now) {
    case .refuse(let until): return .refused(.leftAlone(until: until))
    case .wait(let until?):
      return ask.allows(until, at: now) ? .wait(until) : .refused(.leftAlone(until: until))
    case .wait(nil): return .wait(nil)
    case .pass, .probe, nil: break
    }
    if let until = heldUntil {
      if now < until { return ask.allows(until, at: now) ? .wait(until) : .refused(.held(until: until)) }
      heldUntil = nil
    }
    if active >= concurrency.limit { return .wait(nil) }
    if let token = bucket?.nextToken(for: ask.cost, at: now), token > now { return .wait(token) }
    _ = bucket?.take(ask.cost, at: now)
    breaker?.goes(nextTicket, at: now)
    active += 1
    defer { nextTicket += 1 }
    return .go(nextTicket)
  }

  /// A request that went has ended. `hold` is how long the API is to be left alone from now on. O(1).
  package mutating func end(_ ticket: UInt64, _ result: AttemptResult, hold: Duration?, at now: Duration) {
    active -= 1
    switch result {
    case .succeeded:
      concurrency.succeeded(ticket)
      breaker?.succeeded()
    case .limited:
      // Those that were under way together were told the same thing: it counts once.
      if concurrency.congested(ticket, next: nextTicket) {
        breaker?.failed(ticket, at: now)
      } else {
        breaker?.ended(ticket, at: now)
      }
    case .overloaded:
      _ = concurrency.congested(ticket, next: nextTicket)
      breaker?.failed(ticket, at: now)
    case .failed: breaker?.failed(ticket, at: now)
    case .unknown: breaker?.ended(ticket, at: now)
    }
    guard let hold, hold > .zero else { return }
    heldUntil = max(now + hold, heldUntil ?? now)
    concurrency.restart(next: nextTicket)
  }
}

extension GateState.Ask {
  fileprivate func allows(_ until: Duration, at now: Duration) -> Bool {
    until - now <= maxWait && until <= deadline ?? until
  }
}

/// What one attempt says of the API's health.
package enum AttemptResult: Sendable, Hashable {
  /// The API answered, be it that there is no such thing.
  case succeeded
  /// It said that there were too many requests.
  case limited
  /// It has more to do than it can.
  case overloaded
  /// It failed in another way that may pass.
  case failed
  /// Nothing: the attempt was given up, or never sent.
  case unknown
}

/// Why a request may not go at all. Moments are on the clock's `elapsed`.
package enum GateRefusal: Error, Sendable, Hashable {
  case cancelled
  /// The API asks to be left alone for longer than the request may wait.
  case held(until: Duration)
  /// The circuit breaker is open.
  case leftAlone(until: Duration)
  /// The request's own time is over.
  case late
}
