internal import CAssay
internal import Dispatch
internal import Synchronization

/// The threads for work that keeps a core busy: as many as there are cores, so that parsing and grading never
/// hold up the network.
package final class Workers: Sendable {
  /// How many jobs run at once.
  package let width: Int
  private let queue = DispatchQueue(label: "assay.workers", attributes: .concurrent)
  private let state = Mutex(State())

  private struct State {
    var running = 0
    /// Jobs in order of arrival; those before `first` have been taken.
    var waiting: [(@Sendable () -> Void)?] = []
    var first = 0

    mutating func takeFirst() -> (@Sendable () -> Void)? {
      guard first < waiting.count else { return nil }
      // A job holds its batch, so it is let go at once; the array is compacted now and then.
      let job = waiting[first]
      waiting[first] = nil
      first += 1
      if first == waiting.count || first >= 1024 {
        waiting.removeFirst(first)
        first = 0
      }
      return job
    }
  }

  /// Workers for the cores that this process may use, or a given number of them.
  package init(width: Int? = nil) {
    self.width = max(1, width ?? Int(assay_processor_count()))
  }

  /// Runs synchronous work on a worker, in order of arrival.
  package func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
      enqueue { continuation.resume(with: Result(catching: work)) }
    }
  }

  private func enqueue(_ job: @escaping @Sendable () -> Void) {
    let start = state.withLock { state in
      state.waiting.append(job)
      guard state.running < width else { return false }
      state.running += 1
      return true
    }
    if start { queue.async { self.drain() } }
  }

  private func drain() {
    while true {
      let job = state.withLock { state in
        let job = state.takeFirst()
        if job == nil { state.running -= 1 }
        return job
      }
      guard let job else { return }
      job()
    }
  }
}
