internal import Synchronization

/// Lets tasks through one after the other, in the order of their numbers from 0, however they arrive.
final class Turnstile: Sendable {
  private struct State {
    var turn = 0
    var passed: Set<Int> = []
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  /// Waits until all earlier numbers have passed.
  func wait(for number: Int) async {
    await withCheckedContinuation { continuation in
      let isNext = state.withLock { state in
        if state.turn >= number { return true }
        state.waiting[number] = continuation
        return false
      }
      if isNext { continuation.resume() }
    }
  }

  /// A number is through, or will not come. To be called once for each number, whatever happens.
  func pass(_ number: Int) {
    let next = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.passed.insert(number)
      var next: [CheckedContinuation<Void, Never>?] = []
      while state.passed.remove(state.turn) != nil {
        state.turn += 1
        // Who has passed already may still wait for those before it.
        next.append(state.waiting.removeValue(forKey: state.turn))
      }
      return next.compactMap(\.self)
    }
    for waiter in next { waiter.resume() }
  }
}
