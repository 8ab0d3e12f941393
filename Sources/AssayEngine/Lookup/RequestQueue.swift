internal import AssayHTTP
internal import Synchronization

/// Keys that are asked for together.
struct LookupRequest: Sendable {
  var wanted: [WantedKey]
  /// A client that the budget has let through; nil where nothing is reserved.
  var client: APIClient?

  var keys: [LookupKey] { wanted.map(\.key) }
}

/// The requests of one provider on their way to the tasks that send them. It ends when no more come, or when it is
/// stopped.
final class RequestQueue: Sendable {
  private struct State {
    var waiting: [LookupRequest] = []
    var first = 0
    var hasEnded = false
    var takers: [CheckedContinuation<LookupRequest?, Never>] = []

    mutating func takeFirst() -> LookupRequest? {
      guard first < waiting.count else { return nil }
      let request = waiting[first]
      first += 1
      if first >= 256 {
        waiting.removeFirst(first)
        first = 0
      }
      return request
    }
  }

  private let state = Mutex(State())

  /// Appends requests. Returns whether they will be taken: not once the queue was stopped.
  func put(_ requests: [LookupRequest]) -> Bool {
    let (isTaken, handed) = state.withLock { state in
      if state.hasEnded { return (false, [(CheckedContinuation<LookupRequest?, Never>, LookupRequest?)]()) }
      state.waiting += requests
      var handed: [(CheckedContinuation<LookupRequest?, Never>, LookupRequest?)] = []
      while !state.takers.isEmpty, let request = state.takeFirst() {
        handed.append((state.takers.removeFirst(), request))
      }
      return (true, handed)
    }
    for (taker, request) in handed { taker.resume(returning: request) }
    return isTaken
  }

  /// The next request, once there is one; nil at the end.
  func take() async -> LookupRequest? {
    await withCheckedContinuation { continuation in
      let (ready, request) = state.withLock { state in
        if let request = state.takeFirst() { return (true, LookupRequest?.some(request)) }
        if state.hasEnded { return (true, nil) }
        state.takers.append(continuation)
        return (false, nil)
      }
      if ready { continuation.resume(returning: request) }
    }
  }

  /// No more requests come; those that are there are still taken.
  func finish() { end(dropping: false) }

  /// Nothing more is taken. Returns what is left.
  @discardableResult
  func stop() -> [LookupRequest] { end(dropping: true) }

  @discardableResult
  private func end(dropping: Bool) -> [LookupRequest] {
    let (left, takers) = state.withLock { state in
      state.hasEnded = true
      var left: [LookupRequest] = []
      if dropping {
        left = Array(state.waiting[state.first...])
        state.waiting = []
        state.first = 0
      }
      defer { state.takers = [] }
      return (left, state.takers)
    }
    for taker in takers { taker.resume(returning: nil) }
    return left
  }
}
