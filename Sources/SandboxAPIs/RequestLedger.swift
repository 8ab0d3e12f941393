import Synchronization

/// Counts requests by path, and by fault, so that "the first two fail" means the same to every client.
final class RequestLedger: Sendable {
  struct State: Sendable {
    var total = 0
    var inFlight = 0
    var peakInFlight = 0
    var paths: [String: Int] = [:]
    var targets: [String] = []
    var faults: [String: Int] = [:]
  }

  /// A test that runs for hours must not fill the memory.
  private static let maxTargets = 100_000
  private let state = Mutex(State())

  var snapshot: State { state.withLock { $0 } }

  func begin(_ request: SandboxRequest) {
    state.withLock { state in
      state.total += 1
      state.inFlight += 1
      state.peakInFlight = max(state.peakInFlight, state.inFlight)
      state.paths[request.path, default: 0] += 1
      if state.targets.count < Self.maxTargets { state.targets.append(request.target) }
    }
  }

  func end() {
    state.withLock { $0.inFlight -= 1 }
  }

  /// Returns once so many requests have been in flight at the same time, or after 10 seconds.
  ///
  /// Makes "these requests run at once" a fact that does not hang on the machine's speed. The very first request
  /// passes: from a first page a client learns that it may ask for the others.
  func gather(_ count: Int) async throws {
    let limit = ContinuousClock.now + .seconds(10)
    while state.withLock({ $0.total > 1 && $0.peakInFlight < count }), ContinuousClock.now < limit {
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  /// The number of this request under a fault's counter, from 1.
  func nextNumber(of fault: String) -> Int {
    state.withLock { state in
      state.faults[fault, default: 0] += 1
      return state.faults[fault] ?? 1
    }
  }

  func reset() {
    state.withLock { state in
      // Requests under way end later: forgetting them would make the count negative.
      state = State(inFlight: state.inFlight)
    }
  }
}
