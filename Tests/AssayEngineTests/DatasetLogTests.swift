import AssayColumns
import AssayEngine
import Testing

@Suite(.timeLimit(.minutes(1))) struct DatasetLogTests {
  @Test func `each reader sees all batches in order, and then the schema`() async throws {
    let log = DatasetLog(dataset: "d", readers: 3)
    let seen = try await withThrowingTaskGroup(of: [String?].self) { group in
      for index in 0..<3 {
        group.addTask {
          let reader = DatasetReader(log, index: index)
          var ids: [String?] = []
          while let batch = try await reader.next() {
            ids += texts(batch, "id")
            await someTurns(index * 3)
          }
          #expect(reader.finalSchema == oneColumn)
          #expect(try await reader.next() == nil, "the end stays the end")
          return ids
        }
      }
      for start in stride(from: 0, to: 300, by: 3) { try await log.write(batch(start..<(start + 3))) }
      log.finish(oneColumn)
      return try await group.reduce(into: [[String?]]()) { $0.append($1) }
    }
    #expect(seen == [[String?]](repeating: (0..<300).map { String($0) }, count: 3))
  }

  @Test func `the writer waits for the slowest reader`() async throws {
    let log = DatasetLog(dataset: "d", readers: 2)
    let (fast, slow) = (DatasetReader(log, index: 0), DatasetReader(log, index: 1))
    let written = Shared(0)
    let writer = Task {
      for index in 0..<50 {
        try await log.write(batch(index..<(index + 1)))
        written.change { $0 += 1 }
      }
      log.finish(oneColumn)
    }
    let reading = Task {
      var count = 0
      while try await fast.next() != nil { count += 1 }
      return count
    }
    #expect(await turns { written.value == 4 })
    await someTurns()
    #expect(written.value == 4, "the slow reader has taken nothing")
    for taken in 1...10 {
      #expect(try await slow.next() != nil)
      #expect(await turns { written.value == 4 + taken })
      await someTurns(20)
      #expect(written.value == 4 + taken)
    }
    while try await slow.next() != nil {}
    #expect(try await reading.value == 50)
    try await writer.value
  }

  @Test func `a log of large batches holds few of them, but always one`() async throws {
    let log = DatasetLog(dataset: "d", readers: 1)
    let reader = DatasetReader(log, index: 0)
    let written = Shared(0)
    let large = Batch(
      schema: oneColumn, columns: [Column(.integers([Int64](repeating: 7, count: 5 << 20)))], rowCount: 5 << 20)
    let writer = Task {
      for _ in 0..<3 {
        try await log.write(large)
        written.change { $0 += 1 }
      }
      log.finish(oneColumn)
    }
    #expect(await turns { written.value == 1 })
    await someTurns()
    #expect(written.value == 1)
    var count = 0
    while try await reader.next() != nil { count += 1 }
    #expect(count == 3)
    try await writer.value
  }

  @Test func `a reader that leaves is waited for no more`() async throws {
    let log = DatasetLog(dataset: "d", readers: 2)
    let (leaving, staying) = (DatasetReader(log, index: 0), DatasetReader(log, index: 1))
    let writer = Task {
      for index in 0..<20 { try await log.write(batch(index..<(index + 1))) }
      log.finish(oneColumn)
    }
    for _ in 0..<3 { _ = try await staying.next() }
    leaving.leave()
    var count = 3
    while try await staying.next() != nil { count += 1 }
    #expect(count == 20)
    try await writer.value
    await #expect(throws: CancellationError.self) { try await leaving.next() }
  }

  @Test func `a reader that is released leaves`() async throws {
    let log = DatasetLog(dataset: "d", readers: 1)
    do {
      let reader = DatasetReader(log, index: 0)
      try await log.write(batch(0..<1))
      _ = try await reader.next()
    }
    await #expect(throws: CancellationError.self) { try await log.write(batch(1..<2)) }
  }

  @Test func `a writer whose readers have all left is stopped, also while it waits`() async throws {
    let none = DatasetLog(dataset: "d", readers: 0)
    await #expect(throws: CancellationError.self) { try await none.write(batch(0..<1)) }
    let log = DatasetLog(dataset: "d", readers: 2)
    let readers = [DatasetReader(log, index: 0), DatasetReader(log, index: 1)]
    let written = Shared(0)
    let writer = Task {
      for index in 0..<100 {
        try await log.write(batch(index..<(index + 1)))
        written.change { $0 += 1 }
      }
    }
    #expect(await turns { written.value == 4 })
    for reader in readers { reader.leave() }
    await #expect(throws: CancellationError.self) { try await writer.value }
  }

  @Test func `a failure reaches all readers, also those that wait`() async throws {
    let log = DatasetLog(dataset: "orders", readers: 2)
    let tasks = (0..<2).map { index in
      Task {
        let reader = DatasetReader(log, index: index)
        while try await reader.next() != nil {}
      }
    }
    try await log.write(batch(0..<1))
    await someTurns()
    log.fail()
    for task in tasks {
      let error = await #expect(throws: UpstreamFailure.self) { try await task.value }
      #expect(error?.dataset == "orders")
    }
    log.finish(oneColumn)
    let late = DatasetReader(log, index: 0)
    #expect(late.finalSchema == nil, "the first end counts")
  }

  @Test func `a reader that waits is stopped by its cancellation`() async throws {
    let log = DatasetLog(dataset: "d", readers: 1)
    let reader = DatasetReader(log, index: 0)
    let task = Task { try await reader.next() }
    await someTurns()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    try await log.write(batch(0..<1))
    #expect(try await reader.next()?.rowCount == 1, "the next task reads on")
  }

  @Test func `a writer that waits is stopped by its cancellation`() async throws {
    let log = DatasetLog(dataset: "d", readers: 1)
    let reader = DatasetReader(log, index: 0)
    let written = Shared(0)
    let task = Task {
      while true {
        try await log.write(batch(0..<1))
        written.change { $0 += 1 }
      }
    }
    #expect(await turns { written.value == 4 })
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    for _ in 0..<4 { #expect(try await reader.next() != nil) }
  }

  @Test func `writers and readers that are cancelled at any moment never hang`() async {
    for round in 0..<300 {
      let log = DatasetLog(dataset: "d", readers: 2)
      let writer = Task {
        for index in 0..<20 { try await log.write(batch(index..<(index + 1))) }
        log.finish(oneColumn)
      }
      let readers = (0..<2).map { index in
        Task {
          let reader = DatasetReader(log, index: index)
          while try await reader.next() != nil {}
        }
      }
      await someTurns(round % 40)
      switch round % 4 {
      case 0: writer.cancel()
      case 1: readers[0].cancel()
      case 2: for reader in readers { reader.cancel() }
      default: log.fail()
      }
      if case .failure = await writer.result { log.fail() }
      for reader in readers { _ = await reader.result }
    }
  }
}
