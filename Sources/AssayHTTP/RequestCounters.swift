import Synchronization

/// Requests sent over an API so far. Thread-safe.
package final class RequestCounters: Sendable {
  /// Sums up to a moment.
  package struct Totals: Sendable, Hashable {
    /// Attempts that were made, redirects not counted apart.
    package var requests: Int
    /// Attempts after the first of their request.
    package var retries: Int
    /// What the attempts cost together, in the provider's units; as the answers have it where they say what they cost.
    package var cost: Double

    package init(requests: Int = 0, retries: Int = 0, cost: Double = 0) {
      self.requests = requests
      self.retries = retries
      self.cost = cost
    }
  }

  private let state = Mutex(Totals())

  package init() {}

  package var totals: Totals { state.withLock { $0 } }

  func count(attempt: Int, cost: Double) {
    state.withLock { totals in
      totals.requests += 1
      if attempt > 1 { totals.retries += 1 }
      totals.cost += cost
    }
  }

  /// Takes an attempt for dearer than it was counted, or for cheaper.
  func correct(by difference: Double) { state.withLock { $0.cost += difference } }
}
