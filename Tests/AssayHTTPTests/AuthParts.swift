import AssayHTTP
import AssayTestServers
import Foundation
import Synchronization

/// A clock that stands until a test turns it; sleeping turns it as well.
final class TurningClock: RetryClock {
  private let passed = Mutex(Duration.zero)
  private let start: Int64 = 1_795_000_000

  var elapsed: Duration { passed.withLock { $0 } }
  var unixMilliseconds: Int64 { start * 1000 + elapsed / .milliseconds(1) }
  var unixTime: Int64 { unixMilliseconds / 1000 }

  func turn(_ duration: Duration) { passed.withLock { $0 += duration } }

  func random() -> Double { 0.5 }

  func sleep(_ duration: Duration) async throws {
    try Task.checkCancellation()
    turn(duration)
  }
}

extension Duration {
  fileprivate static func / (whole: Duration, unit: Duration) -> Int64 { Int64((whole / unit) as Double) }
}

/// Holds threads of a server until a test lets them go.
final class Latch: @unchecked Sendable {
  // Proof: all state is read and written while `condition` is locked.
  private let condition = NSCondition()
  private var isOpen = false

  func open() {
    condition.withLock {
      isOpen = true
      condition.broadcast()
    }
  }

  func wait() {
    condition.lock()
    defer { condition.unlock() }
    while !isOpen { condition.wait() }
  }
}

/// Waits until something holds, giving way to other tasks; the suite's time limit ends it if it never does.
func until(_ holds: () async -> Bool) async throws {
  while !(await holds()) {
    try Task.checkCancellation()
    await Task.yield()
  }
}

/// A token answer with the members that a test gives, `access_token` and `token_type` included.
func grant(_ members: String) -> HostileServer.Step {
  reply(200, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], "{\(members)}")
}

/// A bearer token for so many seconds.
func grant(token: String, expiresIn: Int = 600) -> HostileServer.Step {
  grant(#""access_token":"\#(token)","token_type":"Bearer","expires_in":\#(expiresIn)"#)
}

extension HostileServer {
  /// The token requests so far.
  var tokenRequests: [Received] { received.filter { $0.target == "/token" } }
}

/// Runs a body with a client whose tokens come from `/token` of the same server.
func withOAuth<T: Sendable>(
  _ server: HostileServer, retry: RetryPolicy = RetryPolicy(),
  timeouts: Timeouts = Timeouts(connect: .seconds(30), read: .seconds(30), total: .seconds(60)),
  gate: APIGate = APIGate(), clock: any RetryClock = TurningClock(), mask: SecretMask = SecretMask(),
  _ change: (inout OAuth2ClientCredentialsAuth.Settings) -> Void = { _ in },
  _ body: (APIClient) async throws -> T
) async throws -> T {
  var settings = OAuth2ClientCredentialsAuth.Settings(
    tokenURL: try RequestURL(server.url + "/token"), clientID: "ann", clientSecret: "geheim-9")
  change(&settings)
  return try await withClient(
    server.url, retry: retry, timeouts: timeouts, gate: gate, clock: clock, mask: mask
  ) { client in
    var client = client
    client.use(OAuth2ClientCredentialsAuth(settings, client.authContext))
    return try await body(client)
  }
}
