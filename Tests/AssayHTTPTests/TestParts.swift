import AssayHTTP
import Synchronization

/// A clock that tests turn: sleeping moves it at once and is noted.
final class StillClock: RetryClock {
  private struct State {
    var elapsed = Duration.zero
    var sleeps: [Duration] = []
  }

  private let state = Mutex(State())
  let unixTime: Int64 = 1_795_000_000
  let chance: Double

  init(chance: Double = 0.5) { self.chance = chance }

  var elapsed: Duration { state.withLock { $0.elapsed } }
  var sleeps: [Duration] { state.withLock { $0.sleeps } }

  func random() -> Double { chance }

  func sleep(_ duration: Duration) async throws {
    try Task.checkCancellation()
    state.withLock { state in
      state.elapsed += duration
      state.sleeps.append(duration)
    }
  }
}

/// Runs a body with a client and a transport that is shut down afterwards.
func withClient<T: Sendable>(
  _ base: String, auth: (any Auth)? = nil, headers: HeaderFields = [:], retry: RetryPolicy = RetryPolicy(),
  timeouts: Timeouts = Timeouts(connect: .seconds(30), read: .seconds(30), total: .seconds(60)),
  maxBody: Int = 1 << 20, gate: APIGate = APIGate(), clock: any RetryClock = StillClock(),
  mask: SecretMask = SecretMask(),
  _ body: (APIClient) async throws -> T
) async throws -> T {
  let transport = ClientTransport()
  let client = APIClient(
    name: "test", base: try RequestURL(base), auth: auth, headers: headers, retry: retry, timeouts: timeouts,
    maxBody: maxBody, transport: transport, gate: gate, mask: mask, clock: clock)
  do {
    let result = try await body(client)
    await transport.shutdown()
    return result
  } catch {
    await transport.shutdown()
    throw error
  }
}

/// The failure of a request that must not succeed.
func refusal(
  of client: APIClient, path: String = "/x", method: HTTPMethod = .get,
  expecting expectation: BodyExpectation = BodyExpectation()
) async throws -> HTTPFailure? {
  let request = try client.request(method, path: path)
  do {
    _ = try await client.send(request, expecting: expectation)
    return nil
  } catch {
    return error
  }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// The failure of one exchange over a transport of its own, or nil if there was an answer.
func transportFailure(
  _ request: HTTPRequest, over transport: ClientTransport, timeouts: Timeouts = Timeouts(), maxBody: Int = 1 << 20
) async -> TransportFailure? {
  do {
    _ = try await transport.send(request, timeouts: timeouts, maxBody: maxBody)
    return nil
  } catch {
    return error
  }
}
