import Synchronization

/// How many requests an API may be sent, and at what cost, in a run and in a day. Shared by all that use the API.
///
/// Who wants to send a request reserves it first; reservations are admitted in the order of the calls. What was reserved
/// is then either spent, as the request is sent, or given back. Days are those of UTC. Thread-safe.
package final class RequestBudget: Sendable {
  /// What may be sent; nil for no limit.
  package struct Limits: Sendable, Hashable {
    package var requestsPerRun: Int?
    package var requestsPerDay: Int?
    package var costPerRun: Double?
    package var costPerDay: Double?

    package init(
      requestsPerRun: Int? = nil, requestsPerDay: Int? = nil, costPerRun: Double? = nil, costPerDay: Double? = nil
    ) {
      self.requestsPerRun = requestsPerRun
      self.requestsPerDay = requestsPerDay
      self.costPerRun = costPerRun
      self.costPerDay = costPerDay
    }
  }

  /// Requests, and what they cost together.
  package struct Usage: Sendable, Hashable {
    package var requests: Int
    package var cost: Double

    package init(requests: Int = 0, cost: Double = 0) {
      self.requests = requests
      self.cost = cost
    }

    package static func + (left: Usage, right: Usage) -> Usage {
      Usage(requests: left.requests + right.requests, cost: left.cost + right.cost)
    }

    package static func - (left: Usage, right: Usage) -> Usage {
      Usage(requests: left.requests - right.requests, cost: left.cost - right.cost)
    }
  }

  private struct State {
    /// Sent in this run.
    var run = Usage()
    /// Promised, and not yet sent.
    var reserved = Usage()
    var day: Int64
    /// Sent by this run on `day`.
    var dayOwn = Usage()
    /// Sent by others on `day`, as far as it is known.
    var dayOthers: Usage
  }

  /// The API's name in messages.
  package let api: String
  package let limits: Limits
  private let today: @Sendable () -> Int64
  private let note: @Sendable (_ day: Int64, Usage) -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - usedToday: What was sent today before this run began.
  ///   - today: The days since 1970-01-01, UTC.
  ///   - note: Told of each request as it is sent, with its day. A request that then turns out not to have reached the
  ///     API is told of once more, with the opposite sign; one that cost something else, with the difference. Called
  ///     under no lock, from any thread.
  package init(
    api: String, limits: Limits, usedToday: Usage = Usage(),
    today: @escaping @Sendable () -> Int64 = { SystemClock().unixTime / 86_400 },
    note: @escaping @Sendable (_ day: Int64, Usage) -> Void = { _, _ in }
  ) {
    self.api = api
    self.limits = limits
    self.today = today
    self.note = note
    state = Mutex(State(day: today(), dayOthers: usedToday))
  }

  /// Promises a request of this cost, if the budget has it. Each promise is then spent or given back. O(1).
  package func reserve(_ cost: Double = 1) -> Bool { shortage(reserving: cost) == nil }

  /// Takes back a promise: the request is not sent.
  package func giveBack(_ cost: Double = 1) {
    state.withLock { $0.reserved = $0.reserved - Usage(requests: 1, cost: cost) }
  }

  /// Turns a promise into use: the request is about to be sent. Returns the day on which it counts.
  func spend(_ cost: Double) -> Int64 {
    let use = Usage(requests: 1, cost: cost)
    let day = today()
    let counted = state.withLock { state in
      Self.turn(&state, to: day)
      state.reserved = state.reserved - use
      state.run = state.run + use
      state.dayOwn = state.dayOwn + use
      return state.day
    }
    note(counted, use)
    return counted
  }

  /// Undoes a use: the request did not get as far as the API.
  func refund(_ cost: Double, of day: Int64) {
    let use = Usage(requests: 1, cost: cost)
    state.withLock { state in
      state.run = state.run - use
      if state.day == day { state.dayOwn = state.dayOwn - use }
    }
    note(day, Usage() - use)
  }

  /// A request that was sent has cost more than was reserved for it, or less. What it was dearer is spent even where a
  /// limit is passed: the next request then finds it used up.
  func correct(by difference: Double) {
    let use = Usage(cost: difference)
    let day = today()
    let counted = state.withLock { state in
      Self.turn(&state, to: day)
      state.run = state.run + use
      state.dayOwn = state.dayOwn + use
      return state.day
    }
    note(counted, use)
  }

  /// Takes over what other runs have sent on a day.
  package func learn(others: Usage, on day: Int64) {
    state.withLock { state in
      Self.turn(&state, to: day)
      if state.day == day { state.dayOthers = others }
    }
  }

  /// What a limit still allows.
  package struct Remainder: Sendable, Hashable {
    /// `requests per run`, `cost per day`.
    package var name: String
    package var left: Double
    /// Whether requests count by their cost.
    package var isCost: Bool
  }

  /// What each limit still allows, of those that there are.
  package var remainders: [Remainder] {
    let day = today()
    let (run, whole) = state.withLock { state in
      Self.turn(&state, to: day)
      return (state.run + state.reserved, state.dayOwn + state.dayOthers + state.reserved)
    }
    let counts = [("requests per run", limits.requestsPerRun, run), ("requests per day", limits.requestsPerDay, whole)]
    let costs = [("cost per run", limits.costPerRun, run), ("cost per day", limits.costPerDay, whole)]
    return counts.compactMap { name, most, used in
      most.map { Remainder(name: name, left: Double(max(0, $0 - used.requests)), isCost: false) }
    }
      + costs.compactMap { name, most, used in
        most.map { Remainder(name: name, left: max(0, $0 - used.cost), isCost: true) }
      }
  }

  /// Sent in this run.
  package var usedInRun: Usage { state.withLock { $0.run } }

  /// Reserves, or says which limit does not allow it: `the budget of api 'crm' is used up: 5000 requests per run`.
  func shortage(reserving cost: Double) -> String? {
    let day = limits.requestsPerDay == nil && limits.costPerDay == nil ? nil : today()
    return state.withLock { state -> String? in
      if let day { Self.turn(&state, to: day) }
      let after = state.reserved + Usage(requests: 1, cost: cost)
      let run = state.run + after
      let whole = state.dayOwn + state.dayOthers + after
      if let most = limits.requestsPerRun, run.requests > most { return usedUp("\(most) requests per run") }
      if let most = limits.requestsPerDay, whole.requests > most { return usedUp("\(most) requests per day (UTC)") }
      if let most = limits.costPerRun, Self.exceeds(run.cost, most) { return usedUp("a cost of \(most) per run") }
      if let most = limits.costPerDay, Self.exceeds(whole.cost, most) {
        return usedUp("a cost of \(most) per day (UTC)")
      }
      state.reserved = after
      return nil
    }
  }

  private func usedUp(_ limit: String) -> String { "the budget of api '\(api)' is used up: \(limit)" }

  /// A new day begins with nothing used. It never goes back, whatever the clock does.
  private static func turn(_ state: inout State, to day: Int64) {
    if day <= state.day { return }
    state.day = day
    state.dayOwn = Usage()
    state.dayOthers = Usage()
  }

  /// Three times 0.1 is not more than 0.3.
  private static func exceeds(_ sum: Double, _ most: Double) -> Bool { sum > most + max(1, most) * 1e-9 }
}

/// A request that a budget has promised to one sender. What was not spent is given back with the last reference.
final class BudgetReservation: Sendable {
  private let budget: RequestBudget
  private let cost: Double
  private let isOpen = Mutex(true)

  /// Takes over a promise that was made.
  init(_ budget: RequestBudget, cost: Double) {
    self.budget = budget
    self.cost = cost
  }

  deinit { if isOpen.withLock({ $0 }) { budget.giveBack(cost) } }

  /// The promise as one attempt's own; nil where it was taken already.
  func take() -> Spending? {
    isOpen.withLock { isOpen in
      defer { isOpen = false }
      return isOpen ? Spending(budget: budget, cost: cost) : nil
    }
  }
}

/// One attempt's part of a budget. Its owner ends it in one of three ways: given back, spent, or spent and refunded.
struct Spending: Sendable {
  let budget: RequestBudget
  let cost: Double
  private var day: Int64?

  init(budget: RequestBudget, cost: Double) {
    self.budget = budget
    self.cost = cost
  }

  func giveBack() { budget.giveBack(cost) }

  mutating func spend() { day = budget.spend(cost) }

  func refund() { if let day { budget.refund(cost, of: day) } }
}
