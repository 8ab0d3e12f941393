import Synchronization

/// How many requests to one API are under way at once, whichever steps they come from.
///
/// Each request is admitted before an attempt and released after it; waits between attempts hold no place. Requests are
/// admitted in the order in which they ask. (A lock rather than an actor, so that `release` works in a `defer`.)
package final class APIGate: Sendable {
  private typealias Waiter = CheckedContinuation<Void, any Error>

  private struct State {
    var active = 0
    var nextID: UInt64 = 0
    /// Who waits, in order; an ID without a waiter was cancelled.
    var queue: [UInt64] = []
    var head = 0
    var waiters: [UInt64: Waiter] = [:]
    var cancelled: Set<UInt64> = []

    /// Drops what was taken once it is half of the queue, so that a place costs constant time.
    mutating func compact() {
      guard head > 32, head * 2 >= queue.count else { return }
      queue.removeFirst(head)
      head = 0
    }
  }

  /// At least 1.
  package let concurrency: Int
  private let state = Mutex(State())

  package init(concurrency: Int = 8) {
    precondition(concurrency >= 1, "a gate lets at least one request through")
    self.concurrency = concurrency
  }

  /// Waits for a place. Throws as soon as the task is cancelled; then there is nothing to release.
  package func admit() async throws(CancellationError) {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    defer { state.withLock { _ = $0.cancelled.remove(id) } }
    do {
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { waiter in
          let isAdmitted: Bool? = state.withLock { state in
            if state.cancelled.contains(id) { return false }
            if state.active < concurrency {
              state.active += 1
              return true
            }
            state.queue.append(id)
            state.waiters[id] = waiter
            return nil
          }
          switch isAdmitted {
          case true: waiter.resume()
          case false: waiter.resume(throwing: CancellationError())
          default: break
          }
        }
      } onCancel: {
        let waiter = state.withLock { state in
          state.cancelled.insert(id)
          return state.waiters.removeValue(forKey: id)
        }
        waiter?.resume(throwing: CancellationError())
      }
    } catch {
      throw CancellationError()
    }
  }

  /// Gives a place back, to the one that has waited longest.
  package func release() {
    let waiter = state.withLock { state -> Waiter? in
      while state.head < state.queue.count {
        let id = state.queue[state.head]
        state.head += 1
        if let waiter = state.waiters.removeValue(forKey: id) {
          state.compact()
          return waiter
        }
      }
      state.compact()
      state.active -= 1
      return nil
    }
    waiter?.resume()
  }

  /// Requests under way now.
  package var active: Int { state.withLock { $0.active } }

  /// Requests that wait for a place now.
  package var waiting: Int { state.withLock { $0.waiters.count } }
}
