import AssayColumns
import AssayStore
import Testing

@Suite struct KeptRowsTests {
  private func read(_ kept: KeptRows) throws -> [[Cell]] {
    var rows: [[Cell]] = []
    var iterator = kept.makeIterator()
    while let batch = try iterator.next() {
      #expect(batch.schema == kept.schema)
      for row in 0..<batch.rowCount { rows.append(batch.columns.map { $0[row] }) }
    }
    return rows
  }

  @Test(arguments: [0, 2_000, 1 << 30])
  func `what is kept reads the same from memory and from the file`(memory: Int) async throws {
    let kept = KeptRows(memory: memory)
    var expected: [[Cell]] = []
    for page in 0..<30 {
      let rows = (0..<50).map { (Int64(page * 50 + $0), $0 % 7 == 0 ? nil : "name \($0)" as String?) }
      try kept.append(people(rows))
      expected += rows.map { [.integer($0.0), $0.1.map { .text($0) } ?? .null] }
    }
    #expect(kept.rowCount == 1_500)
    #expect(kept.staysInMemory == (memory == 1 << 30))
    #expect((kept.spilledBytes > 0) == (memory < 1 << 30))
    // Several readers at once, each from the first row on.
    try await withThrowingTaskGroup(of: [[Cell]].self) { group in
      for _ in 0..<4 { group.addTask { try read(kept) } }
      for try await rows in group { #expect(rows == expected) }
    }
  }

  @Test(arguments: [0, 1 << 30])
  func `earlier batches are widened to the last schema`(memory: Int) throws {
    let kept = KeptRows(memory: memory)
    try kept.append(people([(1, "Ann")]))
    try kept.append(
      batch(
        (Field("id", reading: .own, type: .integer), Column(.integers([2]))),
        (Field("name", reading: .fromText, type: .text), .texts(["Bob"])),
        (Field("late", reading: .own), .cells([.boolean(true)]))))
    #expect(try read(kept) == [[.integer(1), .text("Ann"), .null], [.integer(2), .text("Bob"), .boolean(true)]])
  }

  @Test func `the file leaves no name behind`() throws {
    let folder = TemporaryFolder()
    let kept = KeptRows(memory: 0, folder: folder.path)
    try kept.append(people([(1, "Ann")]))
    #expect(fileNames(folder.path) == [])
    #expect(try read(kept).count == 1)
  }
}
