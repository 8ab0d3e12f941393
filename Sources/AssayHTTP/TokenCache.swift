/// A token as it was issued.
package struct AccessToken: Sendable, Hashable {
  package var text: String
  /// Seconds from the moment when it was asked for; more than 0.
  package var lifetime: Int64

  package init(_ text: String, lifetime: Int64) {
    self.text = text
    self.lifetime = lifetime
  }
}

/// The token that all requests to an API share, whoever needs it first.
///
/// It is made once for all who wait, anew 60 s before it ends (or half its lifetime, if that is shorter), and once after
/// a 401. Whoever is cancelled stops waiting at once; the token is made as long as somebody else waits for it. A refusal
/// (a failure of kind `config`) is kept: asking again with the same credentials would change nothing, or lock them.
package actor TokenCache {
  private struct Held {
    var token: AccessToken
    /// Unix seconds.
    var renewAt: Int64
    var endsAt: Int64
    /// Whether it took the place of a token that a 401 refused before its end.
    var replacesRefused: Bool
    /// Whether a request with it succeeded.
    var isProven = false
  }

  private struct Making {
    var number: Int
    var task: Task<Void, Never>
  }

  private typealias Waiter = CheckedContinuation<String, any Error>

  /// How long before its end a token is renewed, in seconds.
  private static let margin: Int64 = 60
  /// When a token that is still good is renewed again after that failed, in seconds.
  private static let pause: Int64 = 10

  private let clock: any RetryClock
  private let make: @Sendable () async throws -> AccessToken
  private var held: Held?
  private var making: Making?
  private var refusal: AuthFailure?
  private var waiters: [Int: Waiter] = [:]
  private var count = 0

  /// A cache that has no token yet. `make` registers the token with the mask before it returns.
  package init(clock: any RetryClock, make: @escaping @Sendable () async throws -> AccessToken) {
    self.clock = clock
    self.make = make
  }

  /// The current token. Throws what kept it from being made, or `CancellationError`.
  package func token() async throws -> String {
    if let held, clock.unixTime < held.renewAt { return held.token.text }
    return try await next(replacingRefused: false)
  }

  /// Notes that a request with a token succeeded.
  package func accept(_ text: String) {
    if held?.token.text == text { held?.isProven = true }
  }

  /// Sees to another token after a 401; false if there is none, so that the 401 stands.
  ///
  /// A token that came in a refused one's place, and was refused before any success, is not replaced again: the token
  /// is not what the API objects to.
  package func replace(refused text: String) async throws -> Bool {
    var isEarly = false
    if let held {
      if held.token.text != text { return true }
      if held.replacesRefused, !held.isProven { return false }
      isEarly = clock.unixTime < held.endsAt
      self.held = nil
    }
    return try await next(replacingRefused: isEarly) != text
  }

  /// Requests that wait for a token now.
  package var waiting: Int { waiters.count }

  /// Waits for the token that is being made, or has one made.
  private func next(replacingRefused: Bool) async throws -> String {
    if let refusal { throw refusal }
    count += 1
    let id = count
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { waiter in
        if Task.isCancelled { return waiter.resume(throwing: CancellationError()) }
        waiters[id] = waiter
        if making == nil { start(replacingRefused: replacingRefused) }
      }
    } onCancel: {
      Task { await self.leave(id) }
    }
  }

  private func start(replacingRefused: Bool) {
    count += 1
    let number = count
    let asked = clock.unixTime
    let task = Task {
      let result: Result<Held, any Error>
      do {
        let token = try await make()
        let ends = asked + token.lifetime
        result = .success(
          Held(
            token: token, renewAt: ends - min(Self.margin, token.lifetime / 2), endsAt: ends,
            replacesRefused: replacingRefused))
      } catch {
        result = .failure(error)
      }
      finish(number, result)
    }
    making = Making(number: number, task: task)
  }

  private func finish(_ number: Int, _ result: Result<Held, any Error>) {
    // Given up by all who waited for it.
    guard making?.number == number else { return }
    making = nil
    let answer: Result<String, any Error>
    switch result {
    case .success(let made):
      held = made
      answer = .success(made.token.text)
    case .failure(let error):
      if let held, clock.unixTime < held.endsAt {
        self.held?.renewAt = min(held.endsAt, clock.unixTime + Self.pause)
        answer = .success(held.token.text)
      } else {
        if let failure = error as? AuthFailure, failure.kind == .config { refusal = failure }
        answer = .failure(error)
      }
    }
    let all = waiters.values
    waiters = [:]
    for waiter in all { waiter.resume(with: answer) }
  }

  /// A waiter was told to stop; the last one takes the making with it.
  private func leave(_ id: Int) {
    guard let waiter = waiters.removeValue(forKey: id) else { return }
    waiter.resume(throwing: CancellationError())
    if waiters.isEmpty {
      making?.task.cancel()
      making = nil
    }
  }
}
