import AssayEngine
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConcurrencyTests {
  struct Trouble: Error, Equatable {}

  @Test(arguments: [1, 2, 4, 9])
  func `a window hands results over in order, and never runs more jobs than its width`(width: Int) async throws {
    let running = Shared((now: 0, most: 0))
    let next = Shared(0)
    var delivered: [Int] = []
    try await orderedWindow(
      width: width,
      next: {
        let number = next.value
        next.change { $0 += 1 }
        return number < 200 ? number : nil
      },
      job: { input in
        running.change {
          $0.now += 1
          $0.most = max($0.most, $0.now)
        }
        await someTurns(input * 7919 % 23)
        running.change { $0.now -= 1 }
        return input
      },
      deliver: {
        delivered.append($0)
        #expect(next.value - delivered.count <= width, "results that wait count towards the width")
      })
    #expect(delivered == Array(0..<200))
    #expect(running.value.most <= width)
    #expect(width == 1 || running.value.most > 1)
  }

  @Test func `a result is handed over while the next input is still awaited`() async throws {
    let delivered = Shared(0)
    let asked = Shared(0)
    try await orderedWindow(
      width: 4,
      next: {
        asked.change { $0 += 1 }
        if asked.value == 1 { return 1 }
        // The second input comes only once the first result has been taken.
        let wasDelivered = await turns { delivered.value == 1 }
        #expect(wasDelivered)
        return nil
      },
      job: { $0 }, deliver: { _ in delivered.change { $0 += 1 } })
    #expect(delivered.value == 1)
  }

  private func take(_ inputs: Shared<[Int]>) -> Int? {
    var first: Int?
    inputs.change { if !$0.isEmpty { first = $0.removeFirst() } }
    return first
  }

  @Test func `a window without inputs ends at once, and a width of nothing is one`() async throws {
    try await orderedWindow(
      width: 4, next: { nil as Int? }, job: { $0 }, deliver: { _ in Issue.record("nothing came") })
    let inputs = Shared([1, 2, 3])
    var delivered: [Int] = []
    try await orderedWindow(
      width: 0, next: { take(inputs) }, job: { $0 }, deliver: { delivered.append($0) })
    #expect(delivered == [1, 2, 3])
  }

  @Test(arguments: ["next", "job", "deliver"])
  func `an error anywhere ends a window, and stops its other jobs`(place: String) async {
    let stopped = Shared(0)
    let next = Shared(0)
    var delivered: [Int] = []
    await #expect(throws: Trouble.self) {
      try await orderedWindow(
        width: 3,
        next: {
          next.change { $0 += 1 }
          if place == "next", next.value == 6 { throw Trouble() }
          return next.value
        },
        job: { input in
          if place == "job", input == 5 { throw Trouble() }
          if input > 5 {
            while !Task.isCancelled { await Task.yield() }
            stopped.change { $0 += 1 }
            throw CancellationError()
          }
          return input
        },
        deliver: {
          if place == "deliver", $0 == 4 { throw Trouble() }
          delivered.append($0)
        })
    }
    #expect(delivered == Array(1...5).prefix(delivered.count).map { $0 })
    #expect(next.value <= 9)
    #expect(stopped.value <= 3)
  }

  @Test func `a cancelled window stops`() async {
    let started = Shared(0)
    let task = Task {
      try await orderedWindow(
        width: 2, next: { 1 },
        job: { _ in
          started.change { $0 += 1 }
          while !Task.isCancelled { await Task.yield() }
          throw CancellationError()
        },
        deliver: { (_: Int) in })
    }
    #expect(await turns { started.value == 2 })
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(started.value == 2)
  }

  @Test(arguments: [1, 3])
  func `workers run every job, and never more than their width`(width: Int) async throws {
    let workers = Workers(width: width)
    let running = Shared((now: 0, most: 0))
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for job in 0..<3000 {
        group.addTask {
          try await workers.run {
            running.change {
              $0.now += 1
              $0.most = max($0.most, $0.now)
            }
            defer { running.change { $0.now -= 1 } }
            return (0..<50).reduce(job) { $0 &+ $1 &- $1 }
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == 3000 * 2999 / 2)
    #expect(running.value.most <= width)
    #expect(running.value.now == 0)
  }

  @Test func `an error of a job is its caller's, and the workers go on`() async throws {
    let workers = Workers(width: 1)
    await #expect(throws: Trouble.self) { try await workers.run { throw Trouble() } }
    #expect(try await workers.run { 5 } == 5)
    #expect(Workers(width: 0).width == 1)
  }

  @Test func `one worker runs jobs in order of arrival`() async throws {
    let workers = Workers(width: 1)
    let order = Shared([Int]())
    for job in 0..<50 { try await workers.run { order.change { $0.append(job) } } }
    #expect(order.value == Array(0..<50))
  }
}
