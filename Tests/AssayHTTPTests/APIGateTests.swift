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

struct APIGateTests {
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
    try await gate.admit()
    let order = OrderLog()
    var tasks: [Task<Bool, Never>] = []
    for number in 0..<50 {
      let task = Task {
        do {
          try await gate.admit()
        } catch {
          return false
        }
        order.note(number)
        gate.release()
        return true
      }
      // Queued one after the other, so that their order is known.
      while gate.waiting < number + 1 { await Task.yield() }
      tasks.append(task)
    }
    for number in stride(from: 0, to: 50, by: 3) { tasks[number].cancel() }
    for number in stride(from: 0, to: 50, by: 3) { #expect(await tasks[number].value == false) }
    gate.release()
    for number in 0..<50 where number % 3 != 0 { #expect(await tasks[number].value) }
    #expect(order.numbers == (0..<50).filter { $0 % 3 != 0 })
    #expect(gate.active == 0)
  }

  @Test
  func `a task that is cancelled already is not admitted`() async throws {
    let gate = APIGate(concurrency: 1)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await gate.admit()
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
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
