import Synchronization

/// Lets requests to one API go, whichever steps they come from: as many at once and in a time as the API's limits, its
/// answers and its circuit breaker allow.
///
/// Each attempt is admitted before it is sent and ended after it; waits between attempts hold no place. Requests go in
/// the order in which they ask, those that were sent before ahead of those that were not: else a retry would stand behind
/// everything that has come meanwhile. Waits for time are one timer of the gate, for whoever is first. (A lock rather
/// than an actor, so that an attempt costs no hop where nothing limits.)
package final class APIGate: Sendable {
  private typealias Answer = Result<UInt64, GateRefusal>

  private struct Waiter {
    var ask: GateState.Ask
    var continuation: CheckedContinuation<Answer, Never>
  }

  /// IDs in order; one without a waiter was cancelled.
  private struct Line {
    private var ids: [UInt64] = []
    private var head = 0

    mutating func append(_ id: UInt64) { ids.append(id) }

    var first: UInt64? { head < ids.count ? ids[head] : nil }

    /// Drops what was taken once it is half of the line, so that a place costs constant time.
    mutating func removeFirst() {
      head += 1
      guard head == ids.count || head > 32 && head * 2 >= ids.count else { return }
      ids.removeFirst(head)
      head = 0
    }
  }

  private struct State {
    var limits: GateState
    var retries = Line()
    var firsts = Line()
    var waiters: [UInt64: Waiter] = [:]
    var cancelled: Set<UInt64> = []
    var lastID: UInt64 = 0
    var timer: (id: UInt64, at: Duration, task: Task<Void, Never>)?

    mutating func newID() -> UInt64 {
      lastID += 1
      return lastID
    }

    mutating func decide(_ ask: GateState.Ask, _ clock: any RetryClock) -> GateState.Answer {
      limits.ask(ask, at: limits.needsTime || ask.deadline != nil ? clock.elapsed : .zero)
    }
  }

  /// At least 1: what the file says. Less may be allowed for a while.
  package let concurrency: Int
  /// How many requests, or how much of their cost, start in a time; nil for any number.
  package let rate: RateLimit?
  private let state: Mutex<State>

  /// - Parameters:
  ///   - rate: Requests in a time; nil for any number.
  ///   - breaker: When the API is left alone; nil for never.
  package init(concurrency: Int = 8, rate: RateLimit? = nil, breaker: CircuitBreaker.Settings? = .init()) {
    precondition(concurrency >= 1, "a gate lets at least one request through")
    self.concurrency = concurrency
    self.rate = rate
    state = Mutex(State(limits: GateState(concurrency: concurrency, rate: rate, breaker: breaker)))
  }

  /// Waits until a request may go, and returns the ticket with which its attempt is ended. Throws as soon as the task is
  /// cancelled, or the request may not go at all; then there is nothing to end.
  package func admit(_ ask: GateState.Ask = .init(), clock: any RetryClock) async throws(GateRefusal) -> UInt64 {
    if Task.isCancelled { throw .cancelled }
    let (answer, id) = state.withLock { state -> (Answer?, UInt64) in
      // Whoever waits goes first; a retry waits for other retries only.
      let isNext = state.waiters.isEmpty || ask.isRetry && Self.first(of: &state.retries, state.waiters) == nil
      if isNext {
        switch state.decide(ask, clock) {
        case .go(let ticket): return (.success(ticket), 0)
        case .refused(let refusal): return (.failure(refusal), 0)
        case .wait: break
        }
      }
      return (nil, state.newID())
    }
    if let answer { return try answer.get() }
    return try await wait(ask, id, clock).get()
  }

  private func wait(_ ask: GateState.Ask, _ id: UInt64, _ clock: any RetryClock) async -> Answer {
    defer { state.withLock { _ = $0.cancelled.remove(id) } }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answers: [(Waiter, Answer)] = state.withLock { state in
          let waiter = Waiter(ask: ask, continuation: continuation)
          if state.cancelled.contains(id) { return [(waiter, .failure(.cancelled))] }
          state.waiters[id] = waiter
          if ask.isRetry { state.retries.append(id) } else { state.firsts.append(id) }
          // What stood in the way may have gone since it was asked.
          return pump(&state, clock)
        }
        for (waiter, answer) in answers { waiter.continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        state.cancelled.insert(id)
        defer { if state.waiters.isEmpty { Self.stopTimer(&state) } }
        return state.waiters.removeValue(forKey: id)
      }
      waiter?.continuation.resume(returning: .failure(.cancelled))
    }
  }

  /// Ends an attempt, and lets those go that may go now.
  /// - Parameter hold: How long the API is to be left alone, as it asked.
  package func end(_ ticket: UInt64, _ result: AttemptResult, hold: Duration? = nil, clock: any RetryClock) {
    let answers = state.withLock { state -> [(Waiter, Answer)] in
      state.limits.end(ticket, result, hold: hold, at: clock.elapsed)
      return state.waiters.isEmpty ? [] : pump(&state, clock)
    }
    for (waiter, answer) in answers { waiter.continuation.resume(returning: answer) }
  }

  /// Requests under way now.
  package var active: Int { state.withLock { $0.limits.active } }

  /// Requests that wait now.
  package var waiting: Int { state.withLock { $0.waiters.count } }

  /// Requests that may be under way at once now: fewer than `concurrency` where the API was overloaded.
  package var limit: Int { state.withLock { $0.limits.limit } }

  /// Answers those that wait, the first of them first, until one has to wait on. Called under the lock.
  private func pump(_ state: inout State, _ clock: any RetryClock) -> [(Waiter, Answer)] {
    var answers: [(Waiter, Answer)] = []
    while true {
      let isRetry = Self.first(of: &state.retries, state.waiters) != nil
      guard let id = isRetry ? state.retries.first : Self.first(of: &state.firsts, state.waiters),
        let waiter = state.waiters[id]
      else { break }
      let answer: Answer
      switch state.decide(waiter.ask, clock) {
      case .go(let ticket): answer = .success(ticket)
      case .refused(let refusal): answer = .failure(refusal)
      case .wait(let until):
        if let until { setTimer(&state, at: until, clock) }
        return answers
      }
      if isRetry { state.retries.removeFirst() } else { state.firsts.removeFirst() }
      state.waiters[id] = nil
      answers.append((waiter, answer))
    }
    Self.stopTimer(&state)
    return answers
  }

  /// The first of a line that still waits.
  private static func first(of line: inout Line, _ waiters: [UInt64: Waiter]) -> UInt64? {
    while let id = line.first {
      if waiters[id] != nil { return id }
      line.removeFirst()
    }
    return nil
  }

  private func setTimer(_ state: inout State, at moment: Duration, _ clock: any RetryClock) {
    // One that fires before is as good: it looks again.
    if let timer = state.timer, timer.at <= moment { return }
    state.timer?.task.cancel()
    let id = state.newID()
    let task = Task {
      do { try await clock.sleep(max(.zero, moment - clock.elapsed)) } catch { return }
      let answers = self.state.withLock { state -> [(Waiter, Answer)] in
        guard state.timer?.id == id else { return [] }
        state.timer = nil
        return pump(&state, clock)
      }
      for (waiter, answer) in answers { waiter.continuation.resume(returning: answer) }
    }
    state.timer = (id, moment, task)
  }

  private static func stopTimer(_ state: inout State) {
    state.timer?.task.cancel()
    state.timer = nil
  }
}
