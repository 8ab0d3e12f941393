import AssayColumns
import AssayStore
import AssayTestSupport
import Testing

@Suite struct PackedRowsTests {
  let folder = TemporaryFolder()

  /// A cell as `storedCells` has it.
  private func quoted(_ cell: Cell) -> String {
    switch cell {
    case .null: "NULL"
    case .text(let text): "'\(text)'"
    case .integer(let number): "\(number)"
    case .decimal(let number): number.isNaN ? "NULL" : "real \(number.bitPattern)"
    case .boolean(let flag): flag ? "1" : "0"
    }
  }

  private func cells(_ path: String, _ table: String) throws -> [[String]] {
    #expect(try query(path, "PRAGMA integrity_check") == ["ok"])
    return try storedCells(path, table)
  }

  private func cells(_ batch: Batch) -> [[String]] {
    (0..<batch.rowCount).map { row in batch.columns.map { quoted($0[row]) } }
  }

  private let edges: [Int64] = {
    var found: [Int64] = [.min, .max]
    for bits in [0, 7, 8, 15, 16, 23, 24, 31, 32, 39, 40, 47, 48, 55, 56, 62] {
      for offset: Int64 in -2...2 {
        found.append((1 << Int64(bits)) &+ offset)
        found.append(0 &- (1 << Int64(bits)) &+ offset)
      }
    }
    return found
  }()

  @Test func `integers of every size keep their value`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let rows = batch(
      (Field("a", reading: .own, type: .integer), Column(.integers(edges))),
      (Field("b", reading: .own), .cells(edges.map { .integer($0) })),
      (Field("c", reading: .fromText, type: .integer), .texts(edges.map { "\($0)" })))
    #expect(PackedRows(rows).isPacked)
    try await store.publishRun("r1", [rows], to: "t")
    #expect(try cells(store.path, "t") == edges.map { ["\($0)", "\($0)", "\($0)"] })
    await store.close()
  }

  @Test func `doubles keep their bits, and what is no number is null`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let numbers: [Double] = [
      0, -0.0, 1, 5, 0.1, -1e300, .leastNonzeroMagnitude, .infinity, -.infinity, .nan, 9_007_199_254_740_992,
    ]
    let rows = batch(
      (Field("a", reading: .own, type: .decimal), Column(.decimals(numbers))),
      (Field("b", reading: .own), .cells(numbers.map { .decimal($0) })))
    #expect(PackedRows(rows).isPacked)
    try await store.publishRun("r1", [rows], to: "t")
    #expect(try cells(store.path, "t") == cells(rows))
    await store.close()
  }

  @Test(arguments: [0, 1, 15, 16, 17, 31, 32, 33, 56, 57, 58, 8_184, 8_185, 16_300, 16_384, 40_000, 65_400])
  func `texts of every length keep their bytes, first and last in their batch`(length: Int) async throws {
    let store = try await Store.open(folder.file("a.db"))
    let text = String(String(repeating: "aé'xy", count: length).utf8.prefix(length))
    let whole = text ?? String(repeating: "z", count: length)
    let rows = batch(
      (Field("a", reading: .fromText, type: .text), .texts([whole, nil, "", whole, "last"])),
      (Field("b", reading: .own), .cells([.text("b"), .integer(3), .text(""), .null, .text("y")])),
      (Field("c", reading: .fromText, type: .date), .texts([nil, "", "q", nil, "2026-01-01"])))
    #expect(PackedRows(rows).isPacked)
    try await store.publishRun("r1", [rows, rows], to: "t")
    #expect(try cells(store.path, "t") == cells(rows) + cells(rows))
    await store.close()
  }

  @Test func `a row beyond a leaf is stored all the same`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    for length in [65_490, 65_500, 65_510, 65_536, 1_200_000] {
      let rows = batch(
        (Field("a", reading: .fromText, type: .text), .texts(["x", String(repeating: "y", count: length), "z"])),
        (Field("v", reading: .own), .cells([.text(String(repeating: "w", count: length)), .null, .integer(1)])))
      try await store.publishRun("r\(length)", [rows], to: "t")
      #expect(try cells(store.path, "t") == cells(rows))
    }
    await store.close()
  }

  @Test func `values that their column's type changes are left to SQLite`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let odd: [(Field, Column, [String])] = [
      (Field("a", reading: .own, type: .text), Column(.integers([5, -1])), ["'5'", "'-1'"]),
      (Field("b", reading: .own, type: .integer), Column(.decimals([5, 0.5])), ["5", "real \(0.5.bitPattern)"]),
      (
        Field("c", reading: .own, type: .decimal), Column(.integers([5, 6])),
        ["real \(5.0.bitPattern)", "real \(6.0.bitPattern)"]
      ),
      (Field("d", reading: .own, type: .integer), .cells([.text("07"), .text("x")]), ["7", "'x'"]),
      (Field("e", reading: .own, type: .text), .cells([.boolean(true), .text("x")]), ["'1'", "'x'"]),
      (Field("f", reading: .fromText, type: .integer), .texts(["1.0", "x"]), ["1", "'x'"]),
    ]
    for (number, item) in odd.enumerated() {
      let rows = batch((item.0, item.1))
      #expect(!PackedRows(rows).isPacked, "\(item.0.name)")
      try await store.publishRun("r\(number)", [rows], to: "t")
      #expect(try cells(store.path, "t") == item.2.map { [$0] })
    }
    await store.close()
  }

  @Test func `a stage takes packed rows of fewer columns and of other types`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let narrow = batch((Field("n", reading: .own), .cells([.integer(1), .text("x")])))
    let wide = batch(
      (Field("n", reading: .own), .cells([.integer(2)])), (Field("late", reading: .own), .cells([.text("l")])))
    // The stage's column has no type by now, so that texts stay texts.
    let typed = batch((Field("n", reading: .fromText, type: .integer), .texts(["3"])))
    try await store.publishRun("r1", [narrow, wide, typed, narrow], to: "t")
    #expect(
      try cells(store.path, "t") == [
        ["1", "NULL"], ["'x'", "NULL"], ["2", "'l'"], ["'3'", "NULL"], ["1", "NULL"], ["'x'", "NULL"],
      ])
    await store.close()
  }

  @Test func `another program's UTF-16 file gets the same rows`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let other = folder.file("other.db")
    try execute(other, "PRAGMA encoding = 'UTF-16le'; CREATE TABLE old (x); INSERT INTO old VALUES ('é')")
    try await store.publishRun("r1", [people([(1, "Zoë"), (2, nil)])], to: "t", in: other)
    #expect(try cells(other, "t") == [["1", "'Zoë'"], ["2", "NULL"]])
    #expect(try query(other, "SELECT x FROM old") == ["é"])
    await store.close()
  }

  @Test(arguments: 0..<12)
  func `random batches come out as they went in`(seed: Int) async throws {
    let store = try await Store.open(folder.file("a.db"))
    var random = SeededRandom(seed: UInt64(seed) &* 0x9E37_79B9 &+ 1)
    let lengths = [3, 20, 200, 2_000, 20_000]
    let kinds = (0..<Int.random(in: 1...9, using: &random)).map { _ in Int.random(in: 0..<6, using: &random) }
    var batches: [Batch] = []
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let longest = lengths.randomElement(using: &random) ?? 3
      let count = Int.random(in: 0...(longest > 500 ? 60 : 3_000), using: &random)
      let columns = kinds.enumerated().map { place, kind in
        randomColumn(kind, named: "c\(place)", count: count, longest: longest / kinds.count, &random)
      }
      batches.append(
        Batch(schema: DatasetSchema(columns.map(\.0)), columns: columns.map(\.1), rowCount: count))
    }
    try await store.publishRun("r1", batches, to: "t")
    let expected = batches.flatMap { cells($0) }
    let found = try cells(store.path, "t")
    #expect(found.count == expected.count)
    #expect(found == expected)
    await store.close()
  }

  private func randomColumn(
    _ kind: Int, named name: String, count: Int, longest: Int, _ random: inout SeededRandom
  ) -> (Field, Column) {
    func text() -> String {
      String(repeating: "ä", count: Int.random(in: 0...longest / 2, using: &random)) + "\(random.next())"
    }
    func valid() -> Bitmap? {
      var bits = Bitmap(repeating: true, count: count)
      for row in 0..<count where Int.random(in: 0..<4, using: &random) == 0 { bits[row] = false }
      return bits
    }
    func integer() -> Int64 { Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random) }
    switch kind {
    case 0:
      return (
        Field(name, reading: .own, type: .integer),
        Column(.integers((0..<count).map { _ in integer() }), validity: valid())
      )
    case 1:
      return (
        Field(name, reading: .own, type: .decimal), Column(.decimals((0..<count).map { _ in Double(integer()) / 8 }))
      )
    case 2:
      return (
        Field(name, reading: .own),
        Column(
          .booleans(Bitmap(words: (0..<(count + 63) / 64).map { _ in random.next() }, count: count)), validity: valid())
      )
    case 3:
      let cells = (0..<count).map { _ -> Cell in
        switch Int.random(in: 0..<5, using: &random) {
        case 0: .null
        case 1: .text(text())
        case 2: .integer(integer())
        case 3: .decimal(Double(integer()))
        default: .boolean(Bool.random(using: &random))
        }
      }
      return (Field(name, reading: .own), .cells(cells))
    case 4:
      return (
        Field(name, reading: .fromText), .texts((0..<count).map { _ in Bool.random(using: &random) ? text() : nil })
      )
    default:
      return (Field(name, reading: .fromText, type: .text), .texts((0..<count).map { _ in text() }))
    }
  }
}
