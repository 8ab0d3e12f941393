import AssayHTTP
import AssayTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct RequestBudgetTests {
  /// Uses of a day as a budget told of them.
  final class Notes: Sendable {
    private let state = Mutex<[Int64: RequestBudget.Usage]>([:])
    var days: [Int64: RequestBudget.Usage] { state.withLock { $0 } }
    func note(_ day: Int64, _ use: RequestBudget.Usage) {
      state.withLock { $0[day] = ($0[day] ?? RequestBudget.Usage()) + use }
    }
  }

  @Test func `what is reserved counts until it is given back`() {
    let budget = RequestBudget(api: "crm", limits: .init(requestsPerRun: 2))
    #expect(budget.reserve() && budget.reserve() && !budget.reserve())
    budget.giveBack()
    #expect(budget.reserve() && !budget.reserve())
    #expect(budget.usedInRun == .init())
  }

  @Test func `a budget of nothing allows nothing, and one without limits anything`() {
    #expect(!RequestBudget(api: "a", limits: .init(requestsPerRun: 0)).reserve())
    let free = RequestBudget(api: "a", limits: .init())
    #expect((0..<1000).allSatisfy { _ in free.reserve(1e300) })
  }

  @Test func `cost counts beside requests, and three times a tenth are no more than three tenths`() {
    let budget = RequestBudget(api: "a", limits: .init(requestsPerRun: 100, costPerRun: 0.3))
    #expect((0..<3).allSatisfy { _ in budget.reserve(0.1) })
    #expect(!budget.reserve(0.1))
    #expect(budget.reserve(0), "what costs nothing is still within the cost")
  }

  @Test func `what was used today counts for the day and not for the run`() {
    let budget = RequestBudget(
      api: "a", limits: .init(requestsPerRun: 5, requestsPerDay: 10), usedToday: .init(requests: 7, cost: 7),
      today: { 3 })
    #expect((0..<3).allSatisfy { _ in budget.reserve() })
    #expect(!budget.reserve())
    budget.learn(others: .init(requests: 6, cost: 6), on: 3)
    #expect(budget.reserve() && !budget.reserve())
  }

  @Test func `a new day begins with nothing used, and the run goes on counting`() async throws {
    let clock = ManualClock()
    let midnight = Duration.seconds(86_400 - ManualClock.start % 86_400)
    let (first, notes) = (ManualClock.start / 86_400, Notes())
    let budget = RequestBudget(
      api: "crm", limits: .init(requestsPerRun: 5, requestsPerDay: 3), usedToday: .init(requests: 1, cost: 1),
      today: { clock.unixTime / 86_400 }, note: { notes.note($0, $1) })
    let client = try stubClient(
      StubTransport(clock) { _, request in answer(to: request) }, clock: clock, budget: budget)
    let request = try client.request(path: "/x")
    for _ in 0..<2 { _ = try await client.send(request) }
    clock.advance(to: midnight - .seconds(1))
    let today = await #expect(throws: HTTPFailure.self) { try await client.send(request) }
    #expect(today?.shortage == "the budget of api 'crm' is used up: 3 requests per day (UTC)")
    clock.advance(to: midnight)
    for _ in 0..<3 { _ = try await client.send(request) }
    let tomorrow = await #expect(throws: HTTPFailure.self) { try await client.send(request) }
    #expect(tomorrow?.shortage == "the budget of api 'crm' is used up: 5 requests per run")
    #expect(notes.days == [first: .init(requests: 2, cost: 2), first + 1: .init(requests: 3, cost: 3)])
  }

  @Test func `retries are paid for, and one that is not paid for is not made`() async throws {
    let clock = StillClock()
    let transport = StubTransport(clock) { _, request in answer(503, to: request) }
    let budget = RequestBudget(api: "crm", limits: .init(requestsPerRun: 3))
    let client = try stubClient(transport, clock: clock, budget: budget)
    let failure = try await refusal(of: client)
    #expect(transport.sent.count == 3)
    #expect(failure?.kind == .budget)
    #expect(failure?.attempts == 3)
    #expect(
      failure?.description
        == "GET http://h/x answered 503 Service Unavailable, and is not sent again: "
        + "the budget of api 'crm' is used up: 3 requests per run, after 3 attempts")
    let next = try await refusal(of: client)
    #expect(
      next?.description == "GET http://h/x is not sent: the budget of api 'crm' is used up: 3 requests per run")
    #expect(next?.attempts == 0)
  }

  @Test func `a request that did not get to the API is not paid for`() async throws {
    let (clock, notes) = (StillClock(), Notes())
    let transport = StubTransport(clock) { number, request throws(TransportFailure) in
      if number < 4 { throw TransportFailure(.refused, "refused") }
      return answer(to: request)
    }
    let budget = RequestBudget(api: "crm", limits: .init(requestsPerRun: 1), today: { 5 }, note: { notes.note($0, $1) })
    let client = try stubClient(transport, clock: clock, budget: budget)
    _ = try await client.send(client.request(path: "/x"))
    #expect(transport.sent.count == 4)
    #expect(notes.days == [5: .init(requests: 1, cost: 1)])
  }

  @Test func `a reservation is used by the first attempt of one request, and otherwise given back`() async throws {
    let clock = StillClock()
    let transport = StubTransport(clock) { _, request in answer(to: request) }
    let budget = RequestBudget(api: "crm", limits: .init(requestsPerRun: 3, costPerRun: 10))
    let client = try stubClient(transport, clock: clock, budget: budget)
    do {
      let first = try #require(client.reserving(cost: 4))
      let second = try #require(client.reserving(cost: 6))
      defer { withExtendedLifetime(second) {} }
      #expect(client.reserving(cost: 1) == nil)
      #expect(try await refusal(of: client)?.kind == .budget)
      _ = try await first.send(first.request(path: "/1"))
      #expect(try await refusal(of: first)?.kind == .budget, "it was for one request")
    }
    #expect(budget.usedInRun == .init(requests: 1, cost: 4))
    let third = try #require(client.reserving(cost: 6), "what no request used was given back")
    _ = try await third.send(third.request(path: "/2"))
    #expect(transport.sent.map(\.path) == ["/1", "/2"])
    let free = try stubClient(transport, clock: clock)
    #expect(free.reserving(cost: 1e9) != nil)
  }

  @Test func `a request that is cancelled before it is sent gives back what was reserved`() async throws {
    let clock = ManualClock()
    let gate = APIGate(concurrency: 1)
    let ticket = try await gate.admit(clock: clock)
    let budget = RequestBudget(api: "crm", limits: .init(requestsPerRun: 1))
    let client = try stubClient(
      StubTransport(clock) { _, request in answer(to: request) }, clock: clock, gate: gate, budget: budget)
    let task = Task { try await refusal(of: client)?.kind }
    try await until { gate.waiting >= 1 }
    #expect(!budget.reserve())
    task.cancel()
    #expect(try await task.value == .cancelled)
    #expect(budget.reserve())
    gate.end(ticket, .succeeded, clock: clock)
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `however requests come and end, no more are sent than the budget has`(seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    let limit = random.next(below: 40)
    let clock = StillClock()
    let statuses = (0..<1000).map { _ in random.pick([200, 200, 429, 500, 404]) }
    let transport = StubTransport(clock) { number, request in answer(statuses[number % 1000], to: request) }
    let notes = Notes()
    let budget = RequestBudget(
      api: "crm", limits: .init(requestsPerRun: limit), today: { 1 }, note: { notes.note($0, $1) })
    let client = try stubClient(
      transport, clock: clock, retry: RetryPolicy(maxElapsed: .seconds(1_000_000)), gate: APIGate(breaker: nil),
      budget: budget)
    let unpaid = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<60 {
        group.addTask { (try? await refusal(of: client))?.kind == .budget ? 1 : 0 }
      }
      return await group.reduce(0, +)
    }
    #expect(transport.sent.count == limit)
    #expect(unpaid > 0)
    #expect(notes.days[1] ?? .init() == .init(requests: limit, cost: Double(limit)))
  }
}
