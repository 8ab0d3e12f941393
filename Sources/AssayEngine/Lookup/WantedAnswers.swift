internal import Synchronization

/// The answers that one batch waits for at one provider.
final class WantedAnswers: Sendable {
  private struct State {
    var answers: [LookupAnswer?]
    var missing: Int
    var failure: (any Error)?
    var waiter: CheckedContinuation<[LookupAnswer], any Error>?

    /// Whoever waits, once there is something to tell.
    mutating func takeWaiter() -> (CheckedContinuation<[LookupAnswer], any Error>, Result<[LookupAnswer], any Error>)? {
      guard let result, let waiter else { return nil }
      self.waiter = nil
      return (waiter, result)
    }

    var result: Result<[LookupAnswer], any Error>? {
      if let failure { return .failure(failure) }
      return missing == 0 ? .success(answers.compactMap(\.self)) : nil
    }
  }

  private let state: Mutex<State>

  init(count: Int) {
    state = Mutex(State(answers: [LookupAnswer?](repeating: nil, count: count), missing: count))
  }

  /// Gives the key at a place its answer; each once.
  func settle(_ place: Int, _ answer: LookupAnswer) {
    let told = state.withLock { state in
      if state.answers[place] == nil { state.missing -= 1 }
      state.answers[place] = answer
      return state.takeWaiter()
    }
    if let (waiter, result) = told { waiter.resume(with: result) }
  }

  /// Nothing more will come.
  func fail(_ error: any Error) {
    let told = state.withLock { state in
      state.failure = state.failure ?? error
      return state.takeWaiter()
    }
    if let (waiter, result) = told { waiter.resume(with: result) }
  }

  /// All answers, in the order of the keys. One task may wait.
  func all() async throws -> [LookupAnswer] {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let told = state.withLock { state in
          state.waiter = continuation
          return state.takeWaiter()
        }
        if let (waiter, result) = told { waiter.resume(with: result) }
      }
    } onCancel: {
      fail(CancellationError())
    }
  }
}

/// A key that a batch wants to know, and where its answer goes.
struct WantedKey: Sendable {
  var key: LookupKey
  var answers: WantedAnswers
  var place: Int

  func settle(_ answer: LookupAnswer) { answers.settle(place, answer) }

  func settle(remembering answer: LookupAnswer) {
    var answer = answer
    answer.isRemembered = true
    settle(answer)
  }
}
