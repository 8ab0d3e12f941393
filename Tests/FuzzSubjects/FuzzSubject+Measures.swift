import AssayColumns
import AssayQuality
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  static let quartiles = FuzzSubject("quartiles", "quartiles and outliers by selection against a full sort") { round in
    let count = 1 + round.random.next(below: round.random.pick([4, 70, 700, 3_000]))
    let shape = round.random.next(below: 8)
    var values: [Double] = []
    for index in 0..<count {
      switch shape {
      case 0: values.append(Double(index))
      case 1: values.append(Double(count - index))
      case 2: values.append(Double(min(index, count - index)))
      case 3: values.append(Double(index % 17))
      case 4: values.append(Double(round.random.next(below: 3)))
      case 5: values.append(1 / Double.random(in: -1...1, using: &round.random))
      case 6: values.append(round.random.pick([.infinity, -.infinity, 0, -0.0, 1, 1e300, -1e300]))
      default: values.append(Double.random(in: -1e3...1e3, using: &round.random))
      }
    }
    // Runs change places, so that almost ordered values come as well.
    for _ in 0..<round.random.next(below: 4) where count > 4 {
      values.swapAt(round.random.next(below: count), round.random.next(below: count))
    }
    let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) } }
    let column = Column(.decimals(values))
    let batch = Batch(schema: DatasetSchema([Field("c", reading: .own)]), columns: [column], rowCount: count)
    guard let graded = measure(batch.cut(&round.random), .numericValues("c")), case .numbers(let found?) = graded else {
      return round.claim(false, "no quartiles", bytes)
    }
    let ordered = values.sorted()
    func quartile(_ share: Double) -> Double {
      let place = share * Double(count - 1)
      let low = ordered[Int(place)]
      let high = ordered[min(Int(place) + 1, count - 1)]
      return low + (high - low) * (place - Double(Int(place)))
    }
    let (first, third) = (quartile(0.25), quartile(0.75))
    let (low, high) = (first - 1.5 * (third - first), third + 1.5 * (third - first))
    let outliers = values.count { $0 < low || $0 > high }
    round.expect(
      // Plus zero: the two zeros are equal, and either may come first.
      "\([found.firstQuartile, found.median, found.thirdQuartile].map { $0 + 0 }) \(found.outliers) \(found.count)",
      "\([first, quartile(0.5), third].map { $0 + 0 }) \(outliers) \(count)", "quartiles", bytes)
  }

  static let duplicates = FuzzSubject("duplicates", "repeated rows and keys by hashes against a Set of the rows' texts")
  {
    round in
    let width = 1 + round.random.next(below: 3)
    let count = round.random.next(below: round.random.pick([5, 60, 700]))
    let isText = round.random.once(in: 2)
    let texts = ["", "a", "b", "1", "1.0", "ab", "a\u{0}", "\u{0}", "12345678", "123456789", "0123456789abcdef0", "é"]
    let cells: [Cell] = [
      .integer(1), .decimal(1), .boolean(true), .text("1"), .null, .decimal(1.5), .text(""), .integer(0),
    ]
    var rows: [[Cell]] = []
    for _ in 0..<count {
      rows.append(
        (0..<width).map { _ in
          if round.random.once(in: 3) { return .text("\(round.random.next(below: 200))") }
          return isText
            ? (round.random.once(in: 8) ? .null : .text(round.random.pick(texts))) : round.random.pick(cells)
        })
    }
    let columns = (0..<width).map { place -> Column in
      let column = rows.map { $0[place] }
      return isText ? .texts(column.map(\.text)) : .cells(column)
    }
    let fields = (0..<width).map { Field("c\($0)", reading: isText ? .fromText : .own) }
    let batch = Batch(schema: DatasetSchema(fields), columns: columns, rowCount: count)
    let keys = rows.map { row in row.map(described).joined(separator: "|") }
    let input = Array(keys.joined(separator: "\n").utf8)
    let batches = batch.cut(&round.random)

    var seen: Set<String> = []
    let repeats = keys.count { !seen.insert($0).inserted }
    round.expect(failed(measure(batches, .duplicateRows())), [count, repeats], "rows", input)

    let names = fields.map(\.name)
    let complete = zip(keys, rows).filter { !$1.contains(.null) }.map(\.0)
    let groups = Dictionary(grouping: complete) { $0 }.values.filter { $0.count > 1 }
    round.expect(
      failed(measure(batches, .duplicateKeys(names))), [complete.count, groups.reduce(0) { $0 + $1.count }], "keys",
      input)

    let distinct = Set(rows.map { described($0[0]) }.filter { $0 != "null" }).count
    if case .count(let found)? = measure(batches, .distinct("c0")) {
      round.expect(found, distinct, "distinct values", input)
    } else {
      round.expect(0, count, "a count of distinct values", input)
    }
  }

  /// A cell as it counts for equality: numbers by value, texts apart from them.
  private static func described(_ cell: Cell) -> String {
    switch cell {
    case .null: "null"
    case .text(let text): "text \(Array(text.utf8))"
    case .integer(let number): "number \(Double(number))"
    case .decimal(let number): "number \(number)"
    case .boolean(let flag): "boolean \(flag)"
    }
  }

  private static func failed(_ value: MeasureValue?) -> [Int] {
    if case .rows(let rows)? = value { [rows.evaluated, rows.failed] } else { [] }
  }

  static func measure(_ batches: [Batch], _ measure: Measure) -> MeasureValue? {
    do {
      let plan = try GradingPlan([measure], sampling: Sampling(), evaluator: nil)
      // Every third set of batches does not fit into its memory.
      var grader = Grader(plan, memory: batches.count.isMultiple(of: 3) ? 2_000 : .max)
      for batch in batches { try grader.merge(plan.partial(for: batch)) }
      return try grader.finish(schema: batches.first?.schema)[measure]
    } catch {
      return nil
    }
  }
}

extension Batch {
  /// The rows in batches of random sizes, which must not change any result.
  func cut(_ random: inout SeededRandom) -> [Batch] {
    var batches: [Batch] = []
    var start = 0
    let largest = 1 + random.next(below: max(rowCount, 1))
    repeat {
      let end = min(rowCount, start + 1 + random.next(below: largest))
      var part = slice(start..<end)
      part.firstRow = start
      batches.append(part)
      start = end
    } while start < rowCount
    return batches
  }
}
