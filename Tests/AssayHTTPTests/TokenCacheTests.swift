import AssayHTTP
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2)))
struct TokenCacheTests {
  /// Makes tokens `token-1`, `token-2` … each as soon as the test lets it.
  private final class Maker: Sendable {
    private let count = Mutex(0)
    private let permits: AsyncStream<Void>
    private let permit: AsyncStream<Void>.Continuation

    init() { (permits, permit) = AsyncStream.makeStream(of: Void.self) }

    var made: Int { count.withLock { $0 } }

    func allow() { permit.yield() }

    func make(lifetime: Int64 = 600) async throws -> AccessToken {
      let number = count.withLock { count in
        count += 1
        return count
      }
      for await _ in permits { return AccessToken("token-\(number)", lifetime: lifetime) }
      throw CancellationError()
    }
  }

  @Test
  func `a hundred who need a token at once wait for one`() async throws {
    let maker = Maker()
    let cache = TokenCache(clock: TurningClock()) { try await maker.make() }
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<100 { group.addTask { try await cache.token() } }
      try await until { await cache.waiting == 100 }
      maker.allow()
      for try await token in group { #expect(token == "token-1") }
    }
    #expect(maker.made == 1)
  }

  @Test
  func `who is cancelled stops waiting at once, and the others get their token`() async throws {
    let maker = Maker()
    let cache = TokenCache(clock: TurningClock()) { try await maker.make() }
    let first = Task { try await cache.token() }
    let second = Task { try await cache.token() }
    try await until { await cache.waiting == 2 }
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    #expect(await cache.waiting == 1)
    maker.allow()
    #expect(try await second.value == "token-1")
    #expect(maker.made == 1)
  }

  @Test
  func `once nobody waits any more the making ends, and the next one starts anew`() async throws {
    let state = Mutex((made: 0, cancelled: 0))
    let cache = TokenCache(clock: TurningClock()) {
      let number = state.withLock { state in
        state.made += 1
        return state.made
      }
      do {
        if number == 1 { try await Task.sleep(for: .seconds(3600)) }
      } catch {
        state.withLock { $0.cancelled += 1 }
        throw error
      }
      return AccessToken("token-\(number)", lifetime: 600)
    }
    let waiters = (0..<3).map { _ in Task { try await cache.token() } }
    try await until { await cache.waiting == 3 }
    for waiter in waiters { waiter.cancel() }
    for waiter in waiters { await #expect(throws: CancellationError.self) { try await waiter.value } }
    try await until { state.withLock { $0.cancelled } == 1 }
    #expect(try await cache.token() == "token-2")
  }

  @Test
  func `a task that is cancelled already gets no token`() async throws {
    let cache = TokenCache(clock: TurningClock()) { AccessToken("token", lifetime: 600) }
    let asking = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await cache.token()
    }
    await #expect(throws: CancellationError.self) { try await asking.value }
    #expect(try await cache.token() == "token")
  }

  @Test
  func `of a hundred that a 401 refused the same token, one has it replaced`() async throws {
    let maker = Maker()
    let cache = TokenCache(clock: TurningClock()) { try await maker.make() }
    maker.allow()
    let old = try await cache.token()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<100 { group.addTask { try await cache.replace(refused: old) } }
      try await until { await cache.waiting == 100 }
      maker.allow()
      for try await replaced in group { #expect(replaced) }
    }
    #expect(maker.made == 2)
    // Late news of the old token are no news.
    #expect(try await cache.replace(refused: old))
    #expect(try await cache.token() == "token-2")
    #expect(maker.made == 2)
  }

  @Test
  func `a token that came for a refused one is replaced only after it was good for something`() async throws {
    let maker = Maker()
    let cache = TokenCache(clock: TurningClock()) { try await maker.make() }
    for _ in 0..<4 { maker.allow() }
    #expect(try await cache.replace(refused: try await cache.token()))
    #expect(try await cache.replace(refused: "token-2") == false)
    #expect(try await cache.token() == "token-2")
    await cache.accept("token-2")
    #expect(try await cache.replace(refused: "token-2"))
    #expect(maker.made == 3)
  }

  @Test
  func `a token that has ended is replaced after a 401, however it came`() async throws {
    let (maker, clock) = (Maker(), TurningClock())
    let cache = TokenCache(clock: clock) { try await maker.make(lifetime: 10) }
    for _ in 0..<4 { maker.allow() }
    #expect(try await cache.token() == "token-1")
    clock.turn(.seconds(10))
    #expect(try await cache.replace(refused: "token-1"))
    #expect(try await cache.replace(refused: "token-2"))
    #expect(try await cache.replace(refused: "token-3") == false)
  }

  @Test
  func `a failed renewal leaves the token in use to its end`() async throws {
    let clock = TurningClock()
    let asked = Mutex(0)
    let cache = TokenCache(clock: clock) {
      let number = asked.withLock { count in
        count += 1
        return count
      }
      guard number == 1 || number == 5 else { throw AuthFailure("no answer", kind: .transient) }
      return AccessToken("token-\(number)", lifetime: 600)
    }
    #expect(try await cache.token() == "token-1")
    // Renewal is due at 540 s, and tried again every 10 s.
    for (seconds, tries) in [(540, 2), (549, 2), (550, 3), (559, 3), (560, 4)] {
      clock.turn(.seconds(Int64(seconds)) - clock.elapsed)
      #expect(try await cache.token() == "token-1")
      #expect(asked.withLock { $0 } == tries)
    }
    clock.turn(.seconds(40))
    #expect(try await cache.token() == "token-5")
  }

  @Test
  func `a refusal is kept, a passing failure is not`() async throws {
    let asked = Mutex(0)
    let cache = TokenCache(clock: TurningClock()) {
      let number = asked.withLock { count in
        count += 1
        return count
      }
      throw number == 1 ? AuthFailure("no answer", kind: .transient) : AuthFailure("invalid_client")
    }
    for message in ["no answer", "invalid_client", "invalid_client", "invalid_client"] {
      let failure = await #expect(throws: AuthFailure.self) { try await cache.token() }
      #expect(failure?.message == message)
    }
    #expect(asked.withLock { $0 } == 2)
  }
}
