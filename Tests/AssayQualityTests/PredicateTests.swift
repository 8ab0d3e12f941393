import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

/// The rows, from 1, that fail, and how many are evaluated.
private func judge(_ predicate: Predicate, _ batch: Batch) throws -> (failing: [Int], evaluated: Int) {
  let measure = Measure.count(where: RowTest(predicate, columns: ["c"]))
  guard case .rows(let value) = try grade([batch], [measure])[measure] else { return ([-1], -1) }
  #expect(value.failed == value.failures.count)
  return (value.failures.map(\.row), value.evaluated)
}

@Suite struct PredicateTests {
  struct Case: CustomTestStringConvertible {
    var predicate: Predicate
    var failing: [Int]
    var testDescription: String { "\(predicate)" }
  }

  static let texts: [String?] = [
    "1", "1.0", "01", "abc", nil, "true", "2026-01-31", "2026-01-31T12:00", "-5", "1e3", "日本語",
  ]

  @Test(arguments: [
    Case(predicate: .notNull, failing: [5]),
    Case(predicate: .isNull, failing: [1, 2, 3, 4, 6, 7, 8, 9, 10, 11]),
    Case(predicate: .isOfType(.text), failing: []),
    Case(predicate: .isOfType(.integer), failing: [2, 3, 4, 6, 7, 8, 10, 11]),
    Case(predicate: .isOfType(.decimal), failing: [3, 4, 6, 7, 8, 11]),
    Case(predicate: .isOfType(.boolean), failing: [1, 2, 3, 4, 7, 8, 9, 10, 11]),
    Case(predicate: .isOfType(.date), failing: [1, 2, 3, 4, 6, 8, 9, 10, 11]),
    Case(predicate: .isOfType(.datetime), failing: [1, 2, 3, 4, 6, 9, 10, 11]),
    Case(predicate: .accepted(["1", "abc", "True", "1000"]), failing: [3, 7, 8, 9, 11]),
    Case(predicate: .accepted([]), failing: [1, 2, 3, 4, 6, 7, 8, 9, 10, 11]),
    Case(predicate: .forbidden(["1.00", "日本語", "FALSE"]), failing: [1, 2, 11]),
    Case(predicate: .range(min: .number(0), max: .number(1000)), failing: [3, 4, 6, 7, 8, 9, 11]),
    Case(
      predicate: .range(min: .number(1), max: .number(1000), excludesMin: true, excludesMax: true),
      failing: [1, 2, 3, 4, 6, 7, 8, 9, 10, 11]),
    Case(predicate: .range(min: nil, max: .number(-5)), failing: [1, 2, 3, 4, 6, 7, 8, 10, 11]),
    Case(predicate: .range(min: .text("2026-01-31"), max: .text("2026-01-31")), failing: [1, 2, 3, 4, 6, 9, 10, 11]),
    Case(
      predicate: .range(min: .text("2026-01-31 11:59"), max: nil), failing: [1, 2, 3, 4, 6, 7, 9, 10, 11]),
    Case(
      predicate: .range(min: nil, max: .text("2026-01-31 12:30")), failing: [1, 2, 3, 4, 6, 9, 10, 11]),
    Case(
      predicate: .range(min: nil, max: .text("2026-02-01"), excludesMax: true), failing: [1, 2, 3, 4, 6, 9, 10, 11]),
    Case(predicate: .pattern("^[0-9.]+$"), failing: [4, 6, 7, 8, 9, 10, 11]),
    Case(predicate: .pattern("[a-z]", negated: true), failing: [4, 6, 10]),
    Case(predicate: .format(.date), failing: [1, 2, 3, 4, 6, 8, 9, 10, 11]),
    Case(predicate: .length(min: 3, max: 3), failing: [1, 3, 6, 7, 8, 9]),
    Case(predicate: .length(min: nil, max: 2), failing: [2, 4, 6, 7, 8, 10, 11]),
  ])
  func `text cells are judged by what they spell, and nulls by not_null alone`(_ example: Case) throws {
    let outcome = try judge(example.predicate, textBatch("c", Self.texts))
    #expect(outcome.failing == example.failing)
    let seesNulls = example.predicate == .notNull || example.predicate == .isNull
    #expect(outcome.evaluated == (seesNulls ? 11 : 10))
  }

  static let cells: [Cell] = [
    .integer(1), .decimal(1.0), .text("1"), .boolean(true), .null, .text("2026-01-31"), .decimal(2.5), .text("true"),
  ]

  @Test(arguments: [
    Case(predicate: .notNull, failing: [5]),
    Case(predicate: .isOfType(.text), failing: [1, 2, 4, 7]),
    Case(predicate: .isOfType(.integer), failing: [2, 3, 4, 6, 7, 8]),
    Case(predicate: .isOfType(.decimal), failing: [3, 4, 6, 8]),
    Case(predicate: .isOfType(.boolean), failing: [1, 2, 3, 6, 7, 8]),
    Case(predicate: .isOfType(.date), failing: [1, 2, 3, 4, 7, 8]),
    Case(predicate: .accepted(["1.0"]), failing: [3, 4, 6, 7, 8]),
    Case(predicate: .accepted(["1", "true"]), failing: [6, 7]),
    Case(predicate: .forbidden(["TRUE"]), failing: [4]),
    Case(predicate: .range(min: .number(1), max: .number(2)), failing: [3, 4, 6, 7, 8]),
    Case(predicate: .range(min: .text("2026-01-01"), max: nil), failing: [1, 2, 3, 4, 7, 8]),
    Case(predicate: .pattern("^1$"), failing: [2, 4, 6, 7, 8]),
    Case(predicate: .length(min: 4, max: nil), failing: [1, 2, 3, 7]),
  ])
  func `cells with kinds are judged by their kinds`(_ example: Case) throws {
    #expect(try judge(example.predicate, cellBatch("c", Self.cells)).failing == example.failing)
  }

  @Test func `a bound is a number, a date or nothing`() {
    #expect(RangeBound("1e9") == .number(1e9))
    #expect(RangeBound("-0.5") == .number(-0.5))
    #expect(RangeBound("2026-01-31") == .text("2026-01-31"))
    #expect(RangeBound("2026-01-31T10:00Z") == .text("2026-01-31T10:00Z"))
    for text in ["", "x", "007", "2026-02-30", "1,000", "true"] { #expect(RangeBound(text) == nil) }
  }

  @Test func `typed storages are judged like variant cells`() throws {
    let columns: [Column] = [
      Column(.integers([1, 2, 0]), validity: Bitmap(words: [0b011], count: 3)),
      Column(.decimals([1, 2.5, 0]), validity: Bitmap(words: [0b011], count: 3)),
      Column(.booleans(Bitmap(words: [0b01], count: 3)), validity: Bitmap(words: [0b011], count: 3)),
    ]
    let expected: [[Int]] = [[2], [2], [1, 2]]
    for (column, failing) in zip(columns, expected) {
      let batch = Batch(schema: DatasetSchema([Field("c", reading: .own)]), columns: [column], rowCount: 3)
      #expect(try judge(.range(min: .number(0), max: .number(1.5)), batch).failing == failing)
      let variant = cellBatch("c", (0..<3).map { column[$0] })
      for predicate in [Predicate.accepted(["1", "false"]), .isOfType(.integer), .pattern("1"), .notNull] {
        #expect(try judge(predicate, batch).failing == judge(predicate, variant).failing)
      }
    }
  }

  @Test func `a declared number accepts leading zeros in a range, a declared text only equal text`() throws {
    #expect(
      try judge(.range(min: .number(7), max: .number(7)), textBatch("c", ["007", "7"], declared: .integer)).failing
        == [])
    #expect(try judge(.accepted(["1"]), textBatch("c", ["1", "1.0"], declared: .text)).failing == [2])
    #expect(try judge(.accepted(["1"]), textBatch("c", ["1", "1.0"], declared: .decimal)).failing == [])
  }

  @Test(arguments: [0, 1, 63, 64, 65, 128, 200])
  func `the edges of words make no difference`(_ count: Int) throws {
    var random = SeededRandom(seed: UInt64(count))
    let texts: [String?] = (0..<count).map { _ in
      let kind = Int.random(in: 0..<4, using: &random)
      return kind == 0 ? nil : kind == 1 ? "x" : String(Int.random(in: -3...3, using: &random))
    }
    let plain = texts.enumerated().filter { _, text in text.map { (Int($0) ?? -9) < 0 } ?? false }.map { $0.offset + 1 }
    let outcome = try judge(.range(min: .number(0), max: nil), textBatch("c", texts))
    #expect(outcome.failing == plain)
    #expect(outcome.evaluated == texts.compactMap { $0 }.count)
    #expect(
      try judge(.notNull, textBatch("c", texts)).failing == texts.indices.filter { texts[$0] == nil }.map { $0 + 1 })
  }
}
