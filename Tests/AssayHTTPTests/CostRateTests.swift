import AssayHTTP
import AssayTestSupport
import Synchronization
import Testing

/// Rates that count what requests cost.
@Suite(.timeLimit(.minutes(1))) struct CostRateTests {
  /// A bucket that an expectation can ask.
  final class Bucket {
    private var bucket: TokenBucket
    init(_ limit: RateLimit) { bucket = TokenBucket(limit) }
    func take(_ cost: Double, at now: Duration) -> Bool { bucket.take(cost, at: now) }
    func next(_ cost: Double, at now: Duration) -> Duration { bucket.nextToken(for: cost, at: now) }
  }

  private static let minutely = RateLimit(requests: 500, per: .seconds(60), burst: 100, unit: .cost)

  @Test func `a request takes what it costs, to the millionth`() {
    let bucket = Bucket(RateLimit(requests: 1, per: .seconds(1), burst: 3, unit: .cost))
    #expect(bucket.take(2.5, at: .zero))
    #expect(!bucket.take(0.500001, at: .zero))
    #expect(bucket.next(0.500001, at: .zero) == .microseconds(1))
    #expect(bucket.take(0.5, at: .zero))
    #expect(bucket.take(0, at: .zero), "what costs nothing always goes")
    #expect(bucket.next(1.25, at: .zero) == .milliseconds(1250))
    #expect(bucket.take(1.25, at: .milliseconds(1250)))
  }

  @Test(arguments: [-1, .nan, -.infinity, 0] as [Double])
  func `a cost that is none takes nothing`(cost: Double) {
    let bucket = Bucket(RateLimit(requests: 1, unit: .cost))
    for _ in 0..<100 { #expect(bucket.take(cost, at: .zero)) }
    #expect(bucket.take(1, at: .zero) && !bucket.take(1, at: .zero))
  }

  @Test func `a request dearer than the burst goes once the burst is whole, and is waited for afterwards`() {
    let bucket = Bucket(Self.minutely)
    #expect(bucket.take(40, at: .zero))
    // 40 of 500 a minute.
    #expect(bucket.next(1000, at: .zero) == .milliseconds(4800))
    #expect(!bucket.take(1000, at: .milliseconds(4799)))
    #expect(bucket.take(1000, at: .milliseconds(4800)))
    // 900 below nothing, and 1 more.
    #expect(bucket.next(1, at: .milliseconds(4800)) == .milliseconds(4800 + 901 * 120))
    #expect(bucket.next(1000, at: .milliseconds(4800)) == .milliseconds(4800 + 1000 * 120))
    #expect(
      bucket.take(100, at: .seconds(1000)) && !bucket.take(0.01, at: .seconds(1000)), "a rest fills the burst alone")
  }

  @Test func `a limit of requests does not ask what they cost`() {
    let bucket = Bucket(RateLimit(requests: 2, per: .seconds(1)))
    #expect(bucket.take(1000, at: .zero) && bucket.take(0, at: .zero) && !bucket.take(0, at: .zero))
    #expect(bucket.next(1e9, at: .zero) == .milliseconds(500))
  }

  @Test func `the dearest request and the longest time fit`() {
    let years = Duration.seconds(86_400 * 1_000_000)
    let bucket = Bucket(RateLimit(requests: 1, per: years, burst: 1_000_000, unit: .cost))
    #expect(bucket.take(.infinity, at: .zero))
    #expect(!bucket.take(1, at: .seconds(1)))
    let fast = Bucket(RateLimit(requests: 1_000_000, per: .milliseconds(1), burst: 1, unit: .cost))
    #expect(fast.take(1e12, at: .zero))
    #expect(fast.next(1, at: .zero) == .seconds(1), "a cost counts as 1,000,000,000 at the most")
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `no window holds more than burst and rate together, whatever requests cost`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let bucket = Bucket(Self.minutely)
    var taken: [(at: Duration, cost: Double)] = []
    var now = Duration.zero
    for _ in 0..<2000 {
      let cost = Double(1 + random.next(below: 10_000)) / 100
      now = max(now, bucket.next(cost, at: now))
      #expect(bucket.take(cost, at: now))
      taken.append((now, cost))
      if random.once(in: 20) { now += .seconds(random.next(below: 40)) }
    }
    var first = 0
    var sum = 0.0
    for last in taken {
      sum += last.cost
      while last.at - taken[first].at >= .seconds(60) {
        sum -= taken[first].cost
        first += 1
      }
      #expect(sum < 600 + 1e-6)
    }
  }

  @Test func `requests go as their cost allows, in their order`() async throws {
    let clock = ManualClock()
    let transport = StubTransport(clock) { _, request in answer(to: request) }
    let gate = APIGate(concurrency: 8, rate: RateLimit(requests: 1, per: .seconds(1), burst: 10, unit: .cost))
    let client = try stubClient(transport, clock: clock, gate: gate)
    var tasks: [Task<Int, any Error>] = []
    for (number, cost) in [4.0, 25, 1, 10].enumerated() {
      tasks.append(
        Task {
          var client = client
          client.cost = cost
          return try await client.send(client.request(path: "/\(number)")).response.status
        })
      try await until { transport.sent.count + gate.waiting == number + 1 }
    }
    // 4 to fill the burst; 15 owed and 1 more; then 10.
    for (sent, moment) in [(1, 4), (2, 20), (3, 30)] {
      try await until { transport.sent.count == sent }
      try await until { clock.alarms == [.seconds(moment)] }
      clock.advance(to: .seconds(moment))
    }
    for task in tasks { #expect(try await task.value == 200) }
    #expect(transport.sent.map(\.at) == [0, 4, 20, 30].map { .seconds($0) })
    #expect(transport.sent.map(\.path) == ["/0", "/1", "/2", "/3"])
  }

  @Test func `attempts count with their cost, and an answer says what the last one really cost`() async throws {
    let clock = StillClock()
    let transport = StubTransport(clock) { number, request in answer(number == 1 ? 503 : 200, to: request) }
    let notes = RequestBudgetTests.Notes()
    let budget = RequestBudget(
      api: "crm", limits: .init(costPerRun: 100), today: { 7 }, note: { notes.note($0, $1) })
    var client = try stubClient(transport, clock: clock, budget: budget)
    client.cost = 30
    _ = try await client.send(client.request(path: "/x"))
    #expect(client.counters.totals == .init(requests: 2, retries: 1, cost: 60))
    client.note(cost: 12)
    #expect(client.counters.totals == .init(requests: 2, retries: 1, cost: 42))
    #expect(budget.usedInRun == .init(requests: 2, cost: 42))
    #expect(notes.days == [7: .init(requests: 2, cost: 42)])
    client.note(cost: .nan)
    client.note(cost: 30)
    #expect(budget.usedInRun.cost == 42)
    // A request that was dearer than what was left of the budget leaves nothing.
    client.note(cost: 130)
    #expect(budget.remainders.map(\.left) == [0])
    #expect(try await refusal(of: client)?.kind == .budget)
  }

  @Test func `a body that says that a limit is used up holds all requests until it ends`() async throws {
    let clock = ManualClock()
    let transport = StubTransport(clock) { number, request in answer(number == 1 ? 429 : 200, to: request) }
    let client = try stubClient(transport, clock: clock)
    let expectation = BodyExpectation(acceptedStatuses: [429]) { response in
      response.status == 429 ? .retry(.rateLimited, reason: "enough", after: .seconds(20)) : .accept
    }
    let first = Task { try await client.send(client.request(path: "/0"), expecting: expectation).response.status }
    try await clock.sleepers(1)
    let second = Task { try await client.send(client.request(path: "/1"), expecting: expectation).response.status }
    try await until { client.gate.waiting == 1 }
    try await clock.sleepers(2)
    clock.advance(to: .seconds(20))
    #expect(try await first.value == 200)
    #expect(try await second.value == 200)
    #expect(transport.sent.map(\.at) == [0, 20, 20].map { .seconds($0) })
  }
}
