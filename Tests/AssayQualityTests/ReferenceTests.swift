import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

/// Keys that are looked for in another dataset, against plain sets of texts.
@Suite struct ReferenceTests {
  /// What a value counts as, by a plain reading of the rules.
  private static func plain(_ cell: Cell, fromText: Bool) -> String? {
    func number(_ value: Double) -> String { Int64(exactly: value).map { "#\($0)" } ?? "#\(value)" }
    switch cell {
    case .null: return nil
    case .integer(let value): return "#\(value)"
    case .decimal(let value): return number(value)
    case .boolean(let value): return "\(value)"
    case .text(let text):
      if let integer = Int64(text), String(integer) == text { return "#\(integer)" }
      let isDecimal = text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][0-9]+)?/) != nil
      if fromText, isDecimal, text.filter(\.isNumber).count <= 15, let value = Double(text) { return number(value) }
      return ["true", "false"].contains(text.lowercased()) && text != "tRUE" ? text.lowercased() : text
    }
  }

  private static let texts = [
    "1", "1.0", "1.50", "1.5", "01", "007", "7", "-3", "-3.0", "+4", "4", "true", "True", "TRUE", "tRUE", "", " 1", "x",
    "1e2", "100", "12345678901234567890", "12345678901234567891", "9007199254740993", "9007199254740992", "0.1",
    "a longer text than sixteen bytes", "1.10", "2026-01-01",
  ]
  private static let cells: [Cell] =
    texts.map { .text($0) } + [
      .integer(1), .integer(7), .integer(-3), .integer(4), .integer(100), .decimal(1), .decimal(1.5), .decimal(0.1),
      .decimal(-3), .decimal(1.1), .integer(9_007_199_254_740_993), .boolean(true), .boolean(false), .decimal(100),
    ]

  private struct Table {
    var rows: [[Cell]]
    var reading: Field.Reading
    var columns: [String]

    func batches(of size: Int) -> [Batch] {
      stride(from: 0, to: rows.count, by: size).map { start in
        let part = rows[start..<min(rows.count, start + size)]
        let columns = columns.indices.map { place -> Column in
          if reading == .own { return .cells(part.map { $0[place] }) }
          return .texts(part.map { $0[place].text })
        }
        return Batch(
          schema: DatasetSchema(self.columns.map { Field($0, reading: reading) }), columns: columns,
          rowCount: part.count)
      }
    }

    /// The key of each row; nil where a part is null.
    func keys(_ count: Int) -> [[String]?] {
      rows.map { row in
        let parts = row.prefix(count).compactMap { ReferenceTests.plain($0, fromText: reading == .fromText) }
        return parts.count == count ? parts : nil
      }
    }
  }

  private static func table(
    _ rows: Int, _ reading: Field.Reading, _ columns: [String], _ share: Int, _ random: inout SeededRandom
  ) -> Table {
    let values = reading == .own ? cells : texts.map { Cell.text($0) }
    let pool = (0..<max(1, values.count / share)).map { _ in random.pick(values) }
    return Table(
      rows: (0..<rows).map { _ in
        columns.map { _ in random.once(in: 12) ? .null : random.pick(pool) }
      }, reading: reading, columns: columns)
  }

  @Test(arguments: [1, 2], [Field.Reading.own, .fromText])
  func `rows without a match are those of plain sets, in whatever formats and batches, in memory and in files`(
    width: Int, reading: Field.Reading
  ) throws {
    var random = SeededRandom(seed: UInt64(41 + width))
    for round in 0..<12 {
      let other: Field.Reading = round % 2 == 0 ? .fromText : .own
      let own = Self.table(round == 3 ? 0 : 700, reading, Array(["a", "b", "row"].prefix(width)) + ["id"], 1, &random)
      let target = Self.table(
        round == 5 ? 0 : 60 * width, other, Array(["x", "y"].prefix(width)), round % 3 + 1, &random)
      let known = Set(target.keys(width).compactMap(\.self))
      let keys = own.keys(width)
      let failing = keys.indices.filter { place in keys[place].map { !known.contains($0) } ?? false }
      let key = ForeignKey(Array(["a", "b"].prefix(width)), in: "t", target.columns)
      let sampling = Sampling(keptRows: 30, keyColumns: ["id"], keepsAllRows: true)
      for memory in [Int.max, 0] where memory == .max || !own.rows.isEmpty && !target.rows.isEmpty {
        var values = try grade(
          own.batches(of: 64 * (round + 1) - 1), [.references(key)], sampling: sampling, memory: memory)
        let others = try grade(target.batches(of: 50), [key.target], memory: memory)
        try values.settle(key, in: others)
        guard case .rows(let found)? = values[.references(key)] else {
          Issue.record("no rows")
          continue
        }
        #expect(found.evaluated == keys.count { $0 != nil } && found.failed == failing.count, "\(round) \(memory)")
        #expect(found.failures.map(\.row) == failing.prefix(30).map { $0 + 1 })
        for failure in found.failures {
          let row = own.rows[failure.row - 1]
          #expect(failure.cells.map(\.text) == row.prefix(width).map(\.text))
          #expect(failure.key == [NamedText("id", row[width].text)])
        }
        let all = try #require(found.rows)
        #expect(try all.rows(from: 0, count: keys.count).setIndices() == failing)
      }
    }
  }

  @Test func `a column declared as text has whole numbers, and no decimals`() throws {
    let own = textBatch("a", ["1", "1.10", "1.1", "2.0"], declared: .text)
    let key = ForeignKey(["a"], in: "t", ["x"])
    var values = try grade([own], [.references(key)])
    try values.settle(
      key, in: grade([cellBatch("x", [.integer(1), .decimal(1.1), .integer(2), .text("1.10")])], [key.target]))
    guard case .rows(let found)? = values[.references(key)] else { throw NoRows() }
    #expect(found.failures.map { $0.cells[0].text } == ["1.1", "2.0"])
  }

  @Test func `a column that is missing there or here fails the check and names where`() throws {
    let key = ForeignKey(["a"], in: "t", ["x"])
    var values = try grade([textBatch("a", ["1"])], [.references(key)])
    try values.settle(key, in: grade([textBatch("y", ["1"])], [key.target]))
    #expect(values[.references(key)] == .missing(["t.x"]))
    var others = try grade([textBatch("b", ["1"])], [.references(key)])
    try others.settle(key, in: grade([textBatch("x", ["1"])], [key.target]))
    #expect(others[.references(key)] == .missing(["a"]))
  }

  private struct NoRows: Error {}
}
