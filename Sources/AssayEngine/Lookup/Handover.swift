internal import Synchronization

/// Values that one task makes and another takes, each by its number.
final class Handover<Value: Sendable>: Sendable {
  private struct State {
    var values: [Int: Value] = [:]
    var takers: [Int: CheckedContinuation<Value, any Error>] = [:]
    /// Why nothing more comes.
    var end: (any Error)?
  }

  private let state = Mutex(State())

  func put(_ number: Int, _ value: Value) {
    let taker = state.withLock { state in
      let taker = state.takers.removeValue(forKey: number)
      if taker == nil { state.values[number] = value }
      return taker
    }
    taker?.resume(returning: value)
  }

  /// Nothing more comes: whoever waits for it, or will, gets the error.
  func end(_ error: any Error) {
    let takers = state.withLock { state in
      state.end = state.end ?? error
      defer { state.takers = [:] }
      return state.takers.values
    }
    for taker in takers { taker.resume(throwing: error) }
  }

  /// The value of a number, once it is there; each is taken once.
  func take(_ number: Int) async throws -> Value {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result = state.withLock { state -> Result<Value, any Error>? in
          if let value = state.values.removeValue(forKey: number) { return .success(value) }
          if let end = state.end { return .failure(end) }
          state.takers[number] = continuation
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      end(CancellationError())
    }
  }
}
