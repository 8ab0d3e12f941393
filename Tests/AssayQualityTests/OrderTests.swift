import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

/// What two cells of the same column rules are to each other: the plain form of the kernel.
private func plainOrder(_ left: Cell, _ right: Cell, readsText: Bool) -> Int? {
  enum Value {
    case number(Double), flag(Bool), moment(Moment), text([UInt8])
  }
  func value(_ cell: Cell) -> Value {
    switch cell {
    case .null: .text([])
    case .integer(let number): .number(Double(number))
    case .decimal(let number): .number(number)
    case .boolean(let flag): .flag(flag)
    case .text(let text):
      if readsText, let number = Double(text), text.first != "0" || text == "0" {
        .number(number)
      } else if readsText, let flag = Bool(text.lowercased()) {
        .flag(flag)
      } else if let moment = Moment(text) {
        .moment(moment)
      } else {
        .text(Array(text.utf8))
      }
    }
  }
  func sign(_ isLess: Bool, _ isMore: Bool) -> Int { isLess ? -1 : isMore ? 1 : 0 }
  switch (value(left), value(right)) {
  case (.number(let left), .number(let right)): return sign(left < right, left > right)
  case (.flag(let left), .flag(let right)): return sign(!left && right, left && !right)
  case (.moment(let left), .moment(let right)): return sign(left < right, left > right)
  case (.text(let left), .text(let right)):
    return sign(left.lexicographicallyPrecedes(right), right.lexicographicallyPrecedes(left))
  default: return nil
  }
}

private func plainHolds(_ comparison: Comparison, _ order: Int?) -> Bool {
  switch comparison {
  case .equal: order == 0
  case .unequal: order != 0
  case .less: order == -1
  case .atMost: order == -1 || order == 0
  case .greater: order == 1
  case .atLeast: order == 1 || order == 0
  }
}

private let texts: [Cell] = [
  .text("1"), .text("1.0"), .text("-2"), .text("10"), .text("9"), .text("007"), .text("abc"), .text("abd"), .text("é"),
  .text("true"), .text("FALSE"), .text("2026-03-01"), .text("2026-03-01T01:00:00+02:00"), .text("2026-02-28T23:00Z"),
  .text("2026-02-30"), .null, .null,
]
private let kinds: [Cell] = [
  .integer(1), .decimal(1), .decimal(-2.5), .integer(9), .text("1"), .text("abc"), .boolean(true), .boolean(false),
  .text("2026-03-01"), .text("2026-03-01T01:00:00+02:00"), .null, .null,
]

private func rows(_ values: MeasureValues, _ measure: Measure) -> RowTestValue {
  if case .rows(let value)? = values[measure] { value } else { RowTestValue(evaluated: -1, failed: -1) }
}

@Suite struct OrderTests {
  @Test(arguments: [true, false], Comparison.allCases)
  func `columns are compared as the plain form compares them`(_ readsText: Bool, _ comparison: Comparison) throws {
    let cells = readsText ? texts : kinds
    let pairs = cells.flatMap { left in cells.map { [left, $0] } }
    let reading = readsText ? Field.Reading.fromText : .own
    let data = TestData(fields: [Field("a", reading: reading), Field("b", reading: reading)], rows: pairs)
    let evaluated = pairs.indices.filter { pairs[$0][0] != .null && pairs[$0][1] != .null }
    let failing = evaluated.filter {
      !plainHolds(comparison, plainOrder(pairs[$0][0], pairs[$0][1], readsText: readsText))
    }
    let measure = Measure.count(where: RowTest(.compare(comparison, to: "b"), columns: ["a"]))
    for sizes in [[pairs.count], [1], [64, 5]] {
      let found = rows(try grade(data.batches(sizes: sizes), [measure]), measure)
      #expect(found.evaluated == evaluated.count)
      #expect(found.failures.map(\.row) == failing.map { $0 + 1 })
      #expect(found.failures.first?.cells.map(\.name) == (failing.isEmpty ? nil : ["a", "b"]))
    }
  }

  @Test(arguments: [
    ("2026-01-01", "2026-01-01T00:00:00Z", 0), ("2026-01-01T00:00:00Z", "2026-01-01", 0),
    ("2026-01-01", "2026-01-01T00:00:01Z", -1), ("2026-01-02", "2026-01-01T23:00:00Z", 1),
    ("2026-01-01T01:00:00+01:00", "2026-01-01", 0),
  ])
  func `a date beside a time counts as its midnight`(_ left: String, _ right: String, _ order: Int) throws {
    let schema = DatasetSchema([Field("a", reading: .fromText), Field("b", reading: .fromText)])
    let batch = Batch(schema: schema, columns: [.texts([left]), .texts([right])], rowCount: 1)
    for (comparison, holds) in [
      (Comparison.equal, order == 0), (.atMost, order <= 0), (.atLeast, order >= 0), (.less, order < 0),
    ] {
      let measure = Measure.count(where: RowTest(.compare(comparison, to: "b"), columns: ["a"]))
      guard case .rows(let found)? = try grade([batch], [measure])[measure] else {
        Issue.record("no rows")
        return
      }
      #expect((found.failed == 0) == holds, "\(comparison)")
    }
  }

  @Test func `integers of 64 bits and decimals are compared without rounding`() throws {
    let large: Int64 = 9_007_199_254_740_993
    let lefts: [Cell] = [.integer(large), .integer(large), .integer(.max), .integer(.min), .integer(3), .integer(-3)]
    let rights: [Cell] = [
      .integer(large - 1), .decimal(9_007_199_254_740_992), .decimal(9.3e18), .decimal(-9.3e18), .decimal(2.5),
      .decimal(-2.5),
    ]
    let batch = Batch(
      schema: DatasetSchema([Field("a", reading: .own), Field("b", reading: .own)]),
      columns: [.cells(lefts), .cells(rights)], rowCount: lefts.count)
    let measure = Measure.count(where: RowTest(.compare(.greater, to: "b"), columns: ["a"]))
    #expect(rows(try grade([batch], [measure]), measure).failures.map(\.row) == [3, 6])
    let turned = Measure.count(where: RowTest(.compare(.less, to: "a"), columns: ["b"]))
    #expect(rows(try grade([batch], [turned]), turned).failures.map(\.row) == [3, 6])
  }

  @Test func `a column is missing on either side, and null before it comes`() throws {
    let early = cellBatch("a", [.integer(1), .integer(2)])
    let late = Batch(
      schema: DatasetSchema([Field("a", reading: .own), Field("b", reading: .own)]),
      columns: [.cells([.integer(1), .integer(2)]), .cells([.integer(2), .integer(2)])], rowCount: 2)
    let there = Measure.count(where: RowTest(.compare(.less, to: "b"), columns: ["a"]))
    let left = Measure.count(where: RowTest(.compare(.less, to: "b"), columns: ["x"]))
    let right = Measure.count(where: RowTest(.compare(.less, to: "y"), columns: ["a"]))
    let values = try grade([early, late, early], [there, left, right])
    #expect(rows(values, there).evaluated == 2)
    #expect(rows(values, there).failures.map(\.row) == [4])
    #expect(values[left] == .missing(["x"]))
    #expect(values[right] == .missing(["y"]))
  }

  @Test(arguments: [true, false])
  func `an order is broken against the last value, across batches`(_ readsText: Bool) throws {
    var random = SeededRandom(seed: readsText ? 31 : 32)
    let pool = readsText ? texts : kinds
    for round in 0..<30 {
      let count = 1 + random.next(below: 120)
      let cells: [Cell] = (0..<count).map { index in
        // Long runs in order, so that breaks are few, and then anything.
        if round % 3 == 0 { return readsText ? .text("\(index / 3)") : .integer(Int64(index / 3)) }
        return random.pick(pool)
      }
      let keep: [Cell] = (0..<count).map { _ in .integer(Int64(random.next(below: 10))) }
      let reading = readsText ? Field.Reading.fromText : .own
      let data = TestData(
        fields: [Field("c", reading: reading), Field("k", reading: .own)], rows: zip(cells, keep).map { [$0, $1] })
      for (isDecreasing, isStrict) in [(false, false), (false, true), (true, false), (true, true)] {
        let comparison: Comparison =
          isDecreasing ? (isStrict ? .less : .atMost) : (isStrict ? .greater : .atLeast)
        for filter in [nil, "k >= 3"] {
          var (failing, evaluated): ([Int], Int) = ([], 0)
          var last: Cell?
          for (row, cell) in cells.enumerated() where cell != .null {
            if filter != nil, case .integer(let key) = keep[row], key < 3 { continue }
            evaluated += 1
            if let last, !plainHolds(comparison, plainOrder(cell, last, readsText: readsText)) {
              failing.append(row + 1)
            }
            last = cell
          }
          let rule = OrderRule(isDecreasing: isDecreasing, isStrict: isStrict)
          let measure = Measure.order("c", rule, filter: filter)
          for sizes in [[count], [1], [7, 2], [64]] {
            let batches = data.batches(sizes: sizes)
            let values = try grade(
              batches, [measure], sampling: Sampling(keepsAllRows: true), evaluator: Comparisons())
            let found = rows(values, measure)
            #expect(found.evaluated == evaluated)
            #expect(found.failures.map(\.row) == failing)
            let marked = try found.rows?.rows(from: 0, count: count).setIndices().map { $0 + 1 }
            #expect(marked == failing)
          }
        }
      }
    }
  }

  @Test func `the first breaks are kept, with keys, also those at the start of a batch`() throws {
    let data = TestData.csv("id,c\na,3\nb,2\nc,1\nd,5\ne,4\n")
    let measure = Measure.order("c", OrderRule())
    let sampling = Sampling(sampleSize: 1, keptRows: 2, keyColumns: ["id"])
    for sizes in [[1], [2], [5]] {
      let found = rows(try grade(data.batches(sizes: sizes), [measure], sampling: sampling), measure)
      #expect(found.failed == 3)
      #expect(
        found.failures == [
          FailingRow(row: 2, cells: [NamedText("c", "2")], key: [NamedText("id", "b")]),
          FailingRow(row: 3, cells: [NamedText("c", "1")], key: [NamedText("id", "c")]),
        ])
    }
  }
}
