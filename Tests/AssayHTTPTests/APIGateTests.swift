import AssayTestServers
import AssayHTTP
import Foundation
import Synchronization
import Testing

/// Lets server threads go on in groups of a fixed size, and remembers how many were there at once.
final class Barrier: @unchecked Sendable {
  // Proof: all state is read and written while `condition` is locked.
  private let condition = NSCondition()
  private let size: Int
  private var arrived = 0
  private var inside = 0
  private var mostInside = 0

  init(size: Int) { self.size = size }

  var most: Int { condition.withLock { mostInside } }

  func pass() {
    condition.lock()
    defer { condition.unlock() }
    arrived += 1
    inside += 1
    mostInside = max(mostInside, inside)
    let group = (arrived - 1) / size + 1
    condition.broadcast()
    while arrived < group * size { condition.wait() }
    inside -= 1
  }
}

/// Numbers in the order in which tasks noted them.
final class OrderLog: Sendable {
  private let state = Mutex<[Int]>([])
  var numbers: [Int] { state.withLock { $0 } }
  func note(_ number: Int) { state.withLock { $0.append(number) } }
}

@Suite(.timeLimit(.minutes(1))) struct APIGateTests {
  @Test(arguments: [(3, 12), (100, 100)])
  func `as many requests as the gate allows are under way at once, and no more`(limit: Int, count: Int) async throws {
    let barrier = Barrier(size: limit)
    let server = try HostileServer { _ in [.run { barrier.pass() }, reply(200)] }
    defer { server.stop() }
    let gate = APIGate(concurrency: limit)
    try await withClient(server.url, gate: gate) { client in
      let request = try client.request(path: "/x")
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<count { group.addTask { try await client.send(request).response.status } }
        for try await status in group { #expect(status == 200) }
      }
    }
    #expect(server.received.count == count)
    #expect(barrier.most == limit)
    #expect(gate.active == 0)
  }

  @Test
  func `who waits is admitted in order, and who is cancelled takes no place`() async throws {
    let gate = APIGate(concurrency: 1)
    let clock = ManualClock()
    let ticket = try await gate.admit(clock: clock)
    let order = OrderLog()
    var tasks: [Task<Bool, Never>] = []
    for number in 0..<50 {
      let task = Task {
        do {
          let ticket = try await gate.admit(clock: clock)
          order.note(number)
          gate.end(ticket, .succeeded, clock: clock)
          return true
        } catch {
          #expect(error as? GateRefusal == .cancelled)
          return false
        }
      }
      // Queued one after the other, so that their order is known.
      try await until { gate.waiting >= number + 1 }
      tasks.append(task)
    }
    for number in stride(from: 0, to: 50, by: 3) { tasks[number].cancel() }
    for number in stride(from: 0, to: 50, by: 3) { #expect(await tasks[number].value == false) }
    gate.end(ticket, .succeeded, clock: clock)
    for number in 0..<50 where number % 3 != 0 { #expect(await tasks[number].value) }
    #expect(order.numbers == (0..<50).filter { $0 % 3 != 0 })
    #expect(gate.active == 0)
  }

  @Test
  func `a retry goes before those that were never sent, and retries keep their order`() async throws {
    let gate = APIGate(concurrency: 1)
    let clock = ManualClock()
    let ticket = try await gate.admit(clock: clock)
    let order = OrderLog()
    let tasks = try await queue(8, at: gate, clock, order) { GateState.Ask(isRetry: $0 >= 5) }
    gate.end(ticket, .succeeded, clock: clock)
    for task in tasks { await task.value }
    #expect(order.numbers == [5, 6, 7, 0, 1, 2, 3, 4])
  }

  /// Lets requests ask one after the other; each ends its attempt as soon as it was admitted.
  private func queue(
    _ count: Int, at gate: APIGate, _ clock: ManualClock, _ order: OrderLog,
    _ ask: @escaping @Sendable (Int) -> GateState.Ask = { _ in GateState.Ask() }
  ) async throws -> [Task<Void, Never>] {
    var tasks: [Task<Void, Never>] = []
    let before = gate.waiting
    for number in 0..<count {
      tasks.append(
        Task {
          guard let ticket = try? await gate.admit(ask(number), clock: clock) else { return }
          order.note(number)
          gate.end(ticket, .succeeded, clock: clock)
        })
      try await until { gate.waiting >= before + number + 1 }
    }
    return tasks
  }

  @Test
  func `a rate lets requests go at its moments, in order, and sleeps once for all that wait`() async throws {
    let gate = APIGate(concurrency: 100, rate: RateLimit(requests: 2, per: .seconds(1), burst: 1))
    let clock = ManualClock()
    gate.end(try await gate.admit(clock: clock), .succeeded, clock: clock)
    let order = OrderLog()
    let tasks = try await queue(7, at: gate, clock, order)
    for number in 1...7 {
      try await clock.sleepers(1)
      #expect(clock.alarms == [.milliseconds(500 * number)])
      clock.advance(by: .milliseconds(499))
      #expect(order.numbers == Array(0..<(number - 1)))
      clock.advance(by: .milliseconds(1))
      try await until { order.numbers.count >= number }
    }
    for task in tasks { await task.value }
    #expect(order.numbers == Array(0..<7))
    #expect(gate.waiting == 0)
  }

  @Test
  func `who is cancelled while it waits for the rate takes no token, and the last one stops the timer`() async throws {
    let gate = APIGate(concurrency: 100, rate: RateLimit(requests: 1))
    let clock = ManualClock()
    gate.end(try await gate.admit(clock: clock), .succeeded, clock: clock)
    let order = OrderLog()
    let tasks = try await queue(3, at: gate, clock, order)
    try await clock.sleepers(1)
    tasks[0].cancel()
    await tasks[0].value
    clock.advance(by: .seconds(1))
    await tasks[1].value
    #expect(order.numbers == [1])
    try await clock.sleepers(1)
    tasks[2].cancel()
    await tasks[2].value
    try await clock.sleepers(0)
    #expect(gate.waiting == 0 && gate.active == 0)
  }

  @Test
  func `a hold keeps all back until its end, then one goes first and the others as it is answered`() async throws {
    let gate = APIGate(concurrency: 4)
    let clock = ManualClock()
    let ticket = try await gate.admit(clock: clock)
    gate.end(ticket, .limited, hold: .seconds(10), clock: clock)
    let order = OrderLog()
    let tasks = (0..<6).map { number in
      Task {
        let ticket = try await gate.admit(clock: clock)
        order.note(number)
        return ticket
      }
    }
    try await until { gate.waiting >= 6 }
    try await clock.sleepers(1)
    clock.advance(by: .milliseconds(9_999))
    #expect(gate.active == 0)
    clock.advance(by: .milliseconds(1))
    try await until { gate.active >= 1 }
    #expect(gate.waiting == 5 && gate.limit == 1)
    gate.end(1, .succeeded, clock: clock)
    #expect(gate.waiting == 3 && gate.active == 2 && gate.limit == 2)
    for ticket in (2...6 as ClosedRange<UInt64>) { gate.end(ticket, .succeeded, clock: clock) }
    for task in tasks { _ = try await task.value }
    #expect(gate.active == 0 && gate.waiting == 0)
  }

  @Test
  func `a hold that is longer than a request may wait refuses it, also where it waits already`() async throws {
    let gate = APIGate(concurrency: 1)
    let clock = ManualClock()
    let ticket = try await gate.admit(clock: clock)
    let waiting = Task { try await gate.admit(clock: clock) }
    try await until { gate.waiting >= 1 }
    gate.end(ticket, .succeeded, hold: .seconds(301), clock: clock)
    await #expect(throws: GateRefusal.held(until: .seconds(301))) { try await waiting.value }
    await #expect(throws: GateRefusal.held(until: .seconds(301))) { try await gate.admit(clock: clock) }
    await #expect(throws: GateRefusal.held(until: .seconds(301))) {
      try await gate.admit(.init(maxWait: .seconds(600), deadline: .seconds(300)), clock: clock)
    }
    clock.advance(by: .seconds(1))
    let patient = Task { try await gate.admit(clock: clock) }
    try await clock.sleepers(1)
    clock.advance(by: .seconds(300))
    #expect(try await patient.value == 1)
    #expect(gate.active == 1)
  }

  @Test
  func `when the probe fails, all that waited for it are refused, and more wait for nothing`() async throws {
    let gate = APIGate(concurrency: 8, breaker: .init(failures: 3, coolDown: .seconds(30)))
    let clock = ManualClock()
    for _ in 0..<3 { gate.end(try await gate.admit(clock: clock), .failed, clock: clock) }
    let refusals = OrderLog()
    let tasks = (0..<5).map { number in
      Task { () -> UInt64? in
        do {
          return try await gate.admit(clock: clock)
        } catch {
          #expect(error as? GateRefusal == .leftAlone(until: .seconds(90)))
          refusals.note(number)
          return nil
        }
      }
    }
    try await until { gate.waiting >= 5 }
    try await clock.sleepers(1)
    #expect(clock.alarms == [.seconds(30)])
    clock.advance(by: .seconds(30))
    try await until { gate.active >= 1 }
    #expect(gate.waiting == 4, "one probe alone")
    gate.end(3, .failed, clock: clock)
    for task in tasks { _ = await task.value }
    #expect(refusals.numbers.count == 4)
    await #expect(throws: GateRefusal.leftAlone(until: .seconds(90))) { try await gate.admit(clock: clock) }
    clock.advance(by: .seconds(60))
    let probe = try await gate.admit(clock: clock)
    let follower = Task { try await gate.admit(clock: clock) }
    try await until { gate.waiting >= 1 }
    gate.end(probe, .succeeded, clock: clock)
    #expect(try await follower.value == probe + 1)
  }

  @Test
  func `a cool-down that is longer than a request may wait refuses it at once`() async throws {
    let gate = APIGate(concurrency: 1, breaker: .init(failures: 1, coolDown: .seconds(30)))
    let clock = ManualClock()
    gate.end(try await gate.admit(clock: clock), .failed, clock: clock)
    await #expect(throws: GateRefusal.leftAlone(until: .seconds(30))) {
      try await gate.admit(.init(maxWait: .seconds(29)), clock: clock)
    }
  }

  @Test
  func `too many requests count once for all that were under way together`() async throws {
    let gate = APIGate(concurrency: 8, breaker: .init(failures: 2, coolDown: .seconds(30)))
    let clock = ManualClock()
    var tickets: [UInt64] = []
    for _ in 0..<8 { tickets.append(try await gate.admit(clock: clock)) }
    for ticket in tickets { gate.end(ticket, .limited, clock: clock) }
    #expect(gate.limit == 4)
    let next = try await gate.admit(clock: clock)
    gate.end(next, .limited, clock: clock)
    #expect(gate.limit == 2)
    await #expect(throws: GateRefusal.self) { try await gate.admit(.init(maxWait: .zero), clock: clock) }
  }

  @Test
  func `a retry whose time is over does not go, although a place is free`() async throws {
    let gate = APIGate(concurrency: 1)
    let clock = ManualClock()
    clock.advance(by: .seconds(11))
    await #expect(throws: GateRefusal.late) {
      try await gate.admit(.init(isRetry: true, deadline: .seconds(10)), clock: clock)
    }
    #expect(gate.active == 0)
  }

  @Test
  func `a task that is cancelled already is not admitted`() async throws {
    let gate = APIGate(concurrency: 1)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await gate.admit(clock: ManualClock())
    }
    task.cancel()
    await #expect(throws: GateRefusal.cancelled) { try await task.value }
    #expect(gate.active == 0)
  }

  @Test
  func `cancelling a wait between attempts ends it`() async throws {
    let arrived = AsyncStream<Void>.makeStream()
    let server = try HostileServer { _ in
      [reply(503, [("Retry-After", "200")]), .run { arrived.continuation.yield() }]
    }
    defer { server.stop() }
    try await withClient(server.url, clock: SystemClock()) { client in
      let task = Task { try await refusal(of: client) }
      for await _ in arrived.stream { break }
      task.cancel()
      let failure = try await task.value
      #expect(failure?.kind == .cancelled)
    }
  }

  @Test
  func `cancelling a request under way gives its place back`() async throws {
    let arrived = AsyncStream<Void>.makeStream()
    let server = try HostileServer { _ in [.run { arrived.continuation.yield() }, .silence] }
    defer { server.stop() }
    let gate = APIGate(concurrency: 1)
    try await withClient(server.url, gate: gate) { client in
      let task = Task { try await refusal(of: client) }
      for await _ in arrived.stream { break }
      task.cancel()
      let failure = try await task.value
      #expect(failure?.kind == .cancelled)
      #expect(gate.active == 0)
    }
  }
}
