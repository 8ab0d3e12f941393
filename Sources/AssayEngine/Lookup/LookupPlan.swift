package import AssayHTTP
internal import Synchronization

/// What a look-up would ask for.
package struct LookupPlan: Sendable {
  package var step = ""
  /// The provider, where it is asked only for what those before it do not find: then all numbers are the most that may be.
  package var provider: String?
  /// The API's name; equal names share limits.
  package var api = ""
  package var rows = 0
  /// Rows whose inputs are empty: nothing is asked for them.
  package var skippedRows = 0
  /// Rows whose inputs come of a look-up before this one that has not been asked yet: each may be one more key.
  package var openRows = 0
  package var keys = 0
  package var remembered = 0
  /// Requests for the keys that are not remembered.
  package var requests = 0
  package var keysPerRequest = 1
  /// Requests under way at once.
  package var concurrency = 1
  /// How many requests the API lets start in a time; nil for any number.
  package var rate: RateLimit?
  /// What the API's budget has left before the run.
  package var budget: [RequestBudget.Remainder] = []
  /// What a request costs of it.
  package var cost = 1.0
  /// What all requests cost of it.
  package var totalCost = 0.0

  /// Keys that would be asked for.
  package var keysToAsk: Int { keys - remembered }

  init() {}
}

/// The plans of a run's look-ups, as they are counted.
package final class LookupPlans: Sendable {
  private struct State {
    /// By step, and by the place of the provider among those of the step.
    var plans: [String: [Int: LookupPlan]] = [:]
    /// Columns that look-ups would have filled.
    var openColumns: Set<String> = []
  }

  private let state = Mutex(State())

  init() {}

  /// The plans of a step, one for each of its providers in their order; none where it was not reached.
  package subscript(step: String) -> [LookupPlan] {
    state.withLock { state in (state.plans[step] ?? [:]).sorted { $0.key < $1.key }.map(\.value) }
  }

  func note(_ step: String, _ place: Int, _ change: (inout LookupPlan) -> Void) {
    state.withLock { change(&$0.plans[step, default: [:]][place, default: LookupPlan()]) }
  }

  func open(_ columns: [String]) { state.withLock { $0.openColumns.formUnion(columns) } }

  func isOpen(_ columns: [String]) -> Bool {
    state.withLock { state in columns.contains { state.openColumns.contains($0) } }
  }
}
