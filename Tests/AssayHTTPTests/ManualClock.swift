import AssayHTTP
import Synchronization

/// A clock that stands still until a test moves it; who sleeps wakes when it gets there.
final class ManualClock: RetryClock {
  private struct Sleeper {
    var until: Duration
    var waiter: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var elapsed = Duration.zero
    var sleepers: [Int: Sleeper] = [:]
    var cancelled: Set<Int> = []
    var lastID = 0
  }

  /// At the clock's start, in Unix seconds: 2026-11-18T11:06:40Z.
  static let start: Int64 = 1_795_000_000
  private let state = Mutex(State())

  var elapsed: Duration { state.withLock { $0.elapsed } }
  var unixTime: Int64 { Self.start + elapsed.components.seconds }

  /// The moments for which somebody sleeps, the first one first.
  var alarms: [Duration] { state.withLock { $0.sleepers.values.map(\.until).sorted() } }

  func random() -> Double { 0.5 }

  func sleep(_ duration: Duration) async throws {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    defer { state.withLock { _ = $0.cancelled.remove(id) } }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { waiter in
        let result: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.contains(id) { return .failure(CancellationError()) }
          if duration <= .zero { return .success(()) }
          state.sleepers[id] = Sleeper(until: state.elapsed + duration, waiter: waiter)
          return nil
        }
        if let result { waiter.resume(with: result) }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        state.cancelled.insert(id)
        return state.sleepers.removeValue(forKey: id)
      }
      sleeper?.waiter.resume(throwing: CancellationError())
    }
  }

  /// Moves the clock on, and wakes whoever it passes, the first one first.
  func advance(to moment: Duration) {
    let woken = state.withLock { state in
      state.elapsed = max(state.elapsed, moment)
      let due = state.sleepers.filter { $0.value.until <= state.elapsed }
        .sorted { ($0.value.until, $0.key) < ($1.value.until, $1.key) }
      for (id, _) in due { state.sleepers[id] = nil }
      return due.map(\.value)
    }
    for sleeper in woken { sleeper.waiter.resume() }
  }

  func advance(by duration: Duration) { advance(to: elapsed + duration) }

  /// Waits until so many sleep.
  func sleepers(_ count: Int) async throws { try await until { self.alarms.count == count } }
}

/// A transport that answers by a function of the test's own, and notes what it was sent.
final class StubTransport: Transport {
  struct Sent: Sendable {
    var path: String
    var at: Duration
  }

  private let clock: any RetryClock
  private let answer: @Sendable (_ number: Int, HTTPRequest) async throws(TransportFailure) -> HTTPResponse
  private let log = Mutex<[Sent]>([])

  /// - Parameter answer: Called with the number of the request, from 1.
  init(
    _ clock: any RetryClock,
    _ answer: @escaping @Sendable (_ number: Int, HTTPRequest) async throws(TransportFailure) -> HTTPResponse
  ) {
    self.clock = clock
    self.answer = answer
  }

  var sent: [Sent] { log.withLock { $0 } }

  func send(_ request: HTTPRequest, timeouts: Timeouts, maxBody: Int) async throws(TransportFailure) -> HTTPResponse {
    let now = clock.elapsed
    let number = log.withLock { log in
      log.append(Sent(path: request.url.path, at: now))
      return log.count
    }
    return try await answer(number, request)
  }
}

/// An answer of a stub.
func answer(_ status: Int = 200, _ headers: HeaderFields = [:], to request: HTTPRequest) -> HTTPResponse {
  HTTPResponse(status: status, headers: headers, finalURL: request.url)
}

/// A client over a stub, at `http://h`.
func stubClient(
  _ transport: any Transport, clock: any RetryClock, retry: RetryPolicy = RetryPolicy(jitter: .none),
  gate: APIGate = APIGate(), budget: RequestBudget? = nil
) throws -> APIClient {
  APIClient(
    name: "crm", base: try RequestURL("http://h"), retry: retry, transport: transport, gate: gate, mask: SecretMask(),
    clock: clock, budget: budget)
}
