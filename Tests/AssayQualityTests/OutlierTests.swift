import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

@Suite struct OutlierTests {
  /// The failing rows, from 1, after a sort.
  private func plain(_ cells: [Cell], _ factor: Double, among kept: (Int) -> Bool) -> (failing: [Int], evaluated: Int) {
    let values = cells.map { cell -> Double? in
      switch cell {
      case .integer(let number): Double(number)
      case .decimal(let number): number
      case .text(let text): Double(text)
      default: nil
      }
    }
    let rows = cells.indices.filter { cells[$0] != .null && kept($0) }
    let ordered = rows.compactMap { values[$0] }.sorted()
    guard !ordered.isEmpty else { return (rows.map { $0 + 1 }, rows.count) }
    func quartile(_ share: Double) -> Double {
      let place = share * Double(ordered.count - 1)
      let low = ordered[Int(place)]
      let high = ordered[min(Int(place) + 1, ordered.count - 1)]
      return low + (high - low) * (place - Double(Int(place)))
    }
    let (first, third) = (quartile(0.25), quartile(0.75))
    let (low, high) = (first - factor * (third - first), third + factor * (third - first))
    let failing = rows.filter { row in values[row].map { $0 < low || $0 > high } ?? true }
    return (failing.map { $0 + 1 }, rows.count)
  }

  @Test(arguments: [true, false])
  func `outliers are those of a sort, in memory or in a file, and the verdict tells them again`(_ readsText: Bool)
    throws
  {
    var random = SeededRandom(seed: readsText ? 41 : 42)
    for round in 0..<24 {
      let count = 1 + random.next(below: 300)
      var keys: [Cell] = []
      let cells: [Cell] = (0..<count).map { _ in
        keys.append(.integer(Int64(random.next(below: 10))))
        if random.once(in: 9) { return .null }
        if round.isMultiple(of: 3), random.once(in: 15) { return .text("x") }
        let value = random.once(in: 20) ? Double.random(in: -1e6...1e6, using: &random) : Double(random.next(below: 90))
        return readsText
          ? .text((value * 100).rounded() == value * 100 ? String(Int(value)) : value.description)
          : .decimal(value)
      }
      let reading = readsText ? Field.Reading.fromText : .own
      let data = TestData(
        fields: [Field("c", reading: reading), Field("k", reading: .own)], rows: zip(cells, keys).map { [$0, $1] })
      for (factor, filter) in [(1.5, nil), (3, nil), (0, "k >= 4"), (1.5, "k >= 4")] as [(Double, String?)] {
        let (failing, evaluated) = plain(cells, factor) { row in
          if filter != nil, case .integer(let key) = keys[row] { key >= 4 } else { true }
        }
        let measure = Measure.outliers("c", OutlierRule(factor: factor), filter: filter)
        for (sizes, memory) in [([count], Int.max), ([1], .max), ([7, 64], .max), ([16], 0)] {
          let batches = data.batches(sizes: sizes)
          let values = try grade(
            batches, [measure], sampling: Sampling(keyColumns: ["k"], keepsAllRows: true), evaluator: Comparisons(),
            memory: memory)
          let found = Self.rows(values, measure)
          #expect(found.evaluated == evaluated && found.failed == failing.count)
          #expect(found.failures.map(\.row) == failing)
          #expect(found.failures.map(\.value) == failing.map { cells[$0 - 1].text })
          #expect(found.failures.map { $0.key.first?.text } == failing.map { keys[$0 - 1].text })
          let marked = try found.rows?.rows(from: 0, count: count).setIndices().map { $0 + 1 }
          #expect(marked == failing)
          let verdict = try #require(found.verdict)
          let again = Measure.count(where: RowTest(verdict, columns: ["c"], filter: filter))
          #expect(
            Self.rows(try grade(batches, [again], evaluator: Comparisons()), again).failures.map(\.row) == failing)
        }
      }
    }
  }

  @Test func `the lowest rows are kept`() throws {
    let cells: [Cell] = (0..<2_000).map { .integer($0 % 10 == 9 ? 1_000 : Int64($0 % 10)) }
    let data = TestData(fields: [Field("c", reading: .own)], rows: cells.map { [$0] })
    let measure = Measure.outliers("c", OutlierRule())
    for sizes in [[2_000], [3]] {
      let found = Self.rows(
        try grade(data.batches(sizes: sizes), [measure], sampling: Sampling(sampleSize: 1, keptRows: 3)), measure)
      #expect(found.failed == 200)
      #expect(found.failures.map(\.row) == [10, 20, 30])
      // The quartiles of 0 … 8 and 1000 in equal parts.
      #expect(found.verdict == .range(min: .number(-5.5), max: .number(14.5)))
    }
  }

  @Test func `without a number every value fails, and without a value nothing is evaluated`() throws {
    let measure = Measure.outliers("c", OutlierRule())
    let words = Self.rows(try grade([textBatch("c", ["a", nil, "b"])], [measure]), measure)
    #expect(words.failures.map(\.row) == [1, 3] && words.evaluated == 2)
    #expect(Self.rows(try grade([textBatch("c", [nil])], [measure]), measure).evaluated == 0)
    #expect(
      try grade([textBatch("c", ["1"])], [Measure.outliers("x", OutlierRule())])[.outliers("x", OutlierRule())]
        == .missing(["x"]))
    let infinite = Self.rows(
      try grade([cellBatch("c", [.decimal(.infinity), .decimal(-.infinity), .integer(1), .decimal(.nan)])], [measure]),
      measure)
    #expect(infinite.failures.map(\.row) == [4])
  }

  @Test(arguments: [[1], [4, 3], [60]])
  func `rows that repeat are told apart under a filter`(_ sizes: [Int]) throws {
    var random = SeededRandom(seed: 3)
    let rows: [[Cell]] = (0..<60).map { row in
      [.integer(Int64(random.next(below: 3))), .integer(Int64(random.next(below: 10))), .integer(Int64(row))]
    }
    let data = TestData(fields: ["a", "k", "n"].map { Field($0, reading: .own) }, rows: rows)
    var seen: Set<[Cell]> = []
    var failing: [Int] = []
    var evaluated = 0
    for (row, cells) in rows.enumerated() {
      guard case .integer(let key) = cells[1], key >= 4 else { continue }
      evaluated += 1
      if !seen.insert([cells[0], cells[1]]).inserted { failing.append(row + 1) }
    }
    let measure = Measure.duplicateRows(ignoring: ["n"], filter: "k >= 4")
    let broken = Measure.duplicateRows(filter: "x >= 4")
    for memory in [Int.max, 0] {
      let values = try grade(data.batches(sizes: sizes), [measure, broken], evaluator: Comparisons(), memory: memory)
      let found = Self.rows(values, measure)
      #expect(found.evaluated == evaluated && found.failures.map(\.row) == failing)
      #expect(values[broken] == .missing(["x"]))
    }
  }

  private static func rows(_ values: MeasureValues, _ measure: Measure) -> RowTestValue {
    if case .rows(let value)? = values[measure] { value } else { RowTestValue(evaluated: -1, failed: -1) }
  }
}
