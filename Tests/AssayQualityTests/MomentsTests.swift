import AssayColumns
import AssayQuality
import AssayTestSupport
import Testing

private func moments(_ values: MeasureValues, filter: String? = nil) -> NumberMoments? {
  if case .moments(let moments)? = values[.column(.moments, "c", filter: filter)] { moments } else { nil }
}

@Suite struct MomentsTests {
  @Test func `sums of money come to the cent, wherever the batches end`() throws {
    var random = SeededRandom(seed: 7)
    for (count, scale) in [(10, 10), (1_000, 100), (2_000, 1000), (300, 1)] {
      let parts = (0..<count).map { _ in Int.random(in: -9_999_999...99_999_999, using: &random) }
      let texts = parts.map { (Double($0) / Double(scale)).description }
      let data = TestData(fields: [Field("c", reading: .fromText)], rows: texts.map { [.text($0)] })
      let sum = Double(parts.reduce(0, +)) / Double(scale)
      for sizes in [[count], [1], [64, 3], [7]] {
        let found = try #require(moments(try grade(data.batches(sizes: sizes), [.column(.moments, "c")])))
        #expect(found.sum == sum)
        #expect(found.mean == sum / Double(count))
        #expect(found.minimum == Double(parts.min() ?? 0) / Double(scale))
        #expect(found.maximum == Double(parts.max() ?? 0) / Double(scale))
        #expect(found.values == count && found.numbers == count)
      }
    }
    let dimes = try grade([textBatch("c", Array(repeating: "0.1", count: 10))], [.column(.moments, "c")])
    #expect(moments(dimes)?.sum == 1)
    let large = try grade(
      [cellBatch("c", [.decimal(1e300), .decimal(0.1), .decimal(-1e300)])], [.column(.moments, "c")])
    #expect(moments(large)?.sum == 0.1)
    let many = try grade(
      [textBatch("c", ["900000000000000.3", "99999999999999.1", "99999999999999.1"])], [.column(.moments, "c")])
    #expect(moments(many)?.sum == 1_099_999_999_999_998.5)
  }

  @Test(arguments: [0, 1e6, 1e9, -4e12])
  func `the deviation is that of exact arithmetic, however far the values lie from 0`(_ base: Double) throws {
    var random = SeededRandom(seed: 9)
    let offsets = (0..<3_000).map { _ in Int.random(in: -500...500, using: &random) }
    let count = offsets.count
    let sum = offsets.reduce(0, +)
    let squares = offsets.reduce(0) { $0 + $1 * $1 }
    let exact = (Double(count * squares - sum * sum) / Double(count * (count - 1))).squareRoot()
    let data = TestData(
      fields: [Field("c", reading: .own)], rows: offsets.map { [.decimal(base + Double($0))] })
    var seen: Set<Double> = []
    for sizes in [[count], [1], [100, 7]] {
      let found = try #require(moments(try grade(data.batches(sizes: sizes), [.column(.moments, "c")]))?.deviation)
      #expect(abs(found - exact) <= exact * 1e-14)
      seen.insert(found)
    }
    #expect(seen.count == 1)
  }

  @Test func `one number has no deviation, equal ones have none to speak of`() throws {
    #expect(moments(try grade([textBatch("c", ["5", nil])], [.column(.moments, "c")]))?.deviation == nil)
    let equal = try grade([textBatch("c", Array(repeating: "0.1", count: 77))], [.column(.moments, "c")])
    #expect(moments(equal)?.deviation == 0)
  }

  @Test func `infinite values are told apart from numbers that cannot be`() throws {
    func all(_ cells: [Cell]) throws -> NumberMoments? {
      moments(try grade([cellBatch("c", cells)], [.column(.moments, "c")]))
    }
    #expect(try all([.decimal(.infinity), .integer(1)])?.sum == .infinity)
    #expect(try all([.decimal(.infinity), .integer(1)])?.deviation?.isNaN == true)
    #expect(try all([.decimal(.infinity), .decimal(-.infinity)])?.sum?.isNaN == true)
    #expect(try all([.decimal(-.infinity), .integer(1)])?.minimum == -.infinity)
    let mixed = try all([.decimal(.nan), .integer(1)])
    #expect(mixed?.values == 2 && mixed?.numbers == 1 && mixed?.sum == nil)
  }

  @Test func `what is no number is counted, and nothing is made of the rest`() throws {
    let batches = [textBatch("c", ["1", nil, "x"]), textBatch("c", ["2", "007"]), textBatch("c", ["3"])]
    let values = try grade(batches, [.column(.moments, "c"), .column(.quantile(0.5), "c"), .numericValues("c")])
    #expect(moments(values) == NumberMoments(values: 5, numbers: 3))
    #expect(
      values[.column(.quantile(0.5), "c")] == .reading(NumberReading(values: 5, numbers: 3, value: nil)))
    #expect(values[.numericValues("c")] == .numbers(nil))
    let none = try grade([textBatch("c", [nil, nil])], [.column(.moments, "c")])
    #expect(moments(none) == NumberMoments(values: 0, numbers: 0))
  }

  @Test func `quantiles are those of a sort, few values or many, in memory or in a file`() throws {
    var random = SeededRandom(seed: 21)
    let shares = [0, 0.05, 0.5, 0.95, 0.999, 1]
    for count in [1, 2, 50, 70_000] {
      let values = (0..<count).map { _ in (Double.random(in: -1e4...1e4, using: &random) * 100).rounded() / 100 }
      let ordered = values.sorted()
      let data = TestData(fields: [Field("c", reading: .own)], rows: values.map { [.decimal($0)] })
      let measures = shares.map { Measure.column(.quantile($0), "c") } + [.numericValues("c"), .column(.moments, "c")]
      let found = try grade(data.batches(sizes: [9_000, 1]), measures, memory: count > 50 ? 60_000 : .max)
      for share in shares {
        let place = share * Double(count - 1)
        let low = ordered[Int(place)]
        let high = ordered[min(Int(place) + 1, count - 1)]
        let exact = low + (high - low) * (place - Double(Int(place)))
        #expect(
          found[.column(.quantile(share), "c")] == .reading(NumberReading(values: count, numbers: count, value: exact)))
      }
      if case .numbers(let spread?) = found[.numericValues("c")] { #expect(spread.count == count) }
      #expect(moments(found)?.maximum == ordered.last)
    }
  }

  @Test(arguments: [[1], [5, 64], [200]])
  func `a filter leaves the measures of the rows that it is true for`(_ sizes: [Int]) throws {
    var random = SeededRandom(seed: 5)
    var rows: [[Cell]] = []
    for _ in 0..<200 {
      let value: Cell = random.next(below: 5) == 0 ? .null : .integer(Int64(random.next(below: 40)))
      let key: Cell = random.next(below: 6) == 0 ? .null : .integer(Int64(random.next(below: 10)))
      rows.append([value, key])
    }
    let data = TestData(fields: [Field("c", reading: .own), Field("k", reading: .own)], rows: rows)
    let kept = rows.filter { if case .integer(let key) = $0[1] { key >= 5 } else { false } }.map { [$0[0]] }
    let plain = TestData(fields: [Field("c", reading: .own)], rows: kept)
    let kinds: [ColumnMeasure] = [
      .moments, .quantile(0.25), .quantile(0.5), .numericValues, .distinct, .nulls, .classes, .minimum, .dateSpan,
      .valueSet(["1", "99"]), .frequencies(limit: 50),
    ]
    let filtered = try grade(
      data.batches(sizes: sizes), kinds.map { .column($0, "c", filter: "k >= 5") }, evaluator: Comparisons())
    let direct = try grade(plain.batches(sizes: [kept.count]), kinds.map { .column($0, "c") })
    for kind in kinds {
      #expect(filtered[.column(kind, "c", filter: "k >= 5")] == direct[.column(kind, "c")], "\(kind)")
    }
    let none = try grade(
      data.batches(sizes: sizes), [.column(.moments, "c", filter: "k >= 50"), .column(.nulls, "c", filter: "k >= 5")],
      evaluator: Comparisons())
    #expect(moments(none, filter: "k >= 50")?.values == 0)
  }

  @Test func `a filtered column that comes late is null before, and one that never comes is missing`() throws {
    let early = cellBatch("k", [.integer(9), .integer(1)])
    let late = Batch(
      schema: DatasetSchema([Field("k", reading: .own), Field("c", reading: .own)]),
      columns: [.cells([.integer(9), .integer(9)]), .cells([.integer(4), .null])], rowCount: 2)
    let nulls = Measure.column(.nulls, "c", filter: "k >= 5")
    let never = Measure.column(.nulls, "x", filter: "k >= 5")
    let broken = Measure.column(.nulls, "c", filter: "y >= 5")
    let values = try grade([early, late, early], [nulls, never, broken], evaluator: Comparisons())
    #expect(values[nulls] == .count(3))
    #expect(values[never] == .missing(["x"]))
    #expect(values[broken] == .missing(["y"]))
  }

  @Test(arguments: [[1], [2, 3], [20]])
  func `dates are compared by when they are, and the first text of a moment is kept`(_ sizes: [Int]) throws {
    let texts: [String?] = [
      "2026-03-01T00:30:00+02:00", nil, "2026-02-28", "2026-03-01", "2026-03-01T01:00", "2026-02-28T22:30:00Z",
      "2026-03-01T02:00:00+01:00", "someday", "17",
    ]
    for reading in [Field.Reading.fromText, .own] {
      let data = TestData(
        fields: [Field("c", reading: reading)], rows: texts.map { [$0.map { .text($0) } ?? .null] })
      guard
        case .dates(let span)? = try grade(data.batches(sizes: sizes), [.column(.dateSpan, "c")])[
          .column(.dateSpan, "c")]
      else {
        Issue.record("no span")
        return
      }
      #expect(span.values == 8 && span.dates == 6)
      #expect(span.earliest?.text == "2026-02-28")
      #expect(span.latest?.text == "2026-03-01T01:00")
    }
    let numbers = try grade([cellBatch("c", [.integer(20_260_301)])], [.column(.dateSpan, "c")])
    guard case .dates(let span)? = numbers[.column(.dateSpan, "c")] else { return }
    #expect(span.values == 1 && span.dates == 0 && span.latest == nil)
  }

  @Test(arguments: [[1], [2, 3], [20]])
  func `a set of values is compared as accepted values are`(_ sizes: [Int]) throws {
    let listed = ["a", "1", "true", "1.0", "z"]
    func found(_ field: Field, _ cells: [Cell]) throws -> ValueSetFinding? {
      let data = TestData(fields: [field], rows: cells.map { [$0] })
      let kind = ColumnMeasure.valueSet(listed)
      let value = try grade(data.batches(sizes: sizes), [.column(kind, "c")])[.column(kind, "c")]
      if case .valueSet(let finding)? = value { return finding }
      return nil
    }
    let texts: [Cell] = ["b", "1.00", "a", "b", "TRUE", "A", "é", "e\u{301}"].map { .text($0) } + [.null]
    let text = try found(Field("c", reading: .fromText), texts)
    #expect(text?.values == 8)
    #expect(text?.missing == ["z"])
    #expect(text?.others == ["b", "A", "é", "e\u{301}"])
    #expect(text?.others.map(\.unicodeScalars.count) == [1, 1, 1, 2])
    let declared = try found(Field("c", reading: .fromText, declared: .text), texts)
    #expect(declared?.missing == ["1", "true", "1.0", "z"])
    let cells: [Cell] = [.integer(1), .text("true"), .decimal(2.5), .boolean(false), .text("a"), .null]
    let own = try found(Field("c", reading: .own), cells)
    #expect(own?.missing == ["z"])
    #expect(own?.others == ["2.5", "false"])
  }

  @Test func `unlisted texts are kept up to a limit, the first ones`() throws {
    let limit = ValueSetFinding.otherLimit
    let data = TestData(
      fields: [Field("c", reading: .fromText)], rows: (0..<2_500).map { [.text("v\($0 % (limit + 500))")] })
    let kind = ColumnMeasure.valueSet(["v0"])
    for sizes in [[2_500], [1], [999]] {
      guard
        case .valueSet(let finding)? = try grade(data.batches(sizes: sizes), [.column(kind, "c")])[.column(kind, "c")]
      else {
        Issue.record("none")
        return
      }
      #expect(finding.others == (1...limit).map { "v\($0)" })
    }
  }
}
