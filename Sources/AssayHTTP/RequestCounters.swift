import Synchronization

/// Requests sent over an API so far. Thread-safe.
package final class RequestCounters: Sendable {
  /// Sums up to a moment.
  package struct Totals: Sendable, Hashable {
    /// Attempts that were made, redirects not counted apart.
    package var requests: Int
    /// Attempts after the first of their request.
    package var retries: Int

    package init(requests: Int = 0, retries: Int = 0) {
      self.requests = requests
      self.retries = retries
    }
  }

  private let state = Mutex(Totals())

  package init() {}

  package var totals: Totals { state.withLock { $0 } }

  func count(attempt: Int) {
    state.withLock { totals in
      totals.requests += 1
      if attempt > 1 { totals.retries += 1 }
    }
  }
}
