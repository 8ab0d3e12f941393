import AssayColumns
import AssayQuality
import AssayTestSupport

extension FuzzSubject {
  static let moments = FuzzSubject("moments", "sums of decimal numbers against integers, whatever the batches") {
    round in
    let count = 1 + round.random.next(below: round.random.pick([3, 60, 900]))
    let places = round.random.next(below: 7)
    let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
    let bound = round.random.pick([100, 1_000_000, 200_000_000_000])
    let parts = (0..<count).map { _ in Int.random(in: -bound...bound, using: &round.random) }
    let texts = parts.map { part in
      let digits = String(part.magnitude)
      let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
      let sign = part < 0 ? "-" : ""
      return places == 0 ? sign + padded : "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }
    // Kinds of storage alike: texts, and the doubles that they spell.
    let isText = round.random.once(in: 2)
    let column = isText ? Column.texts(texts) : Column(.decimals(texts.map { Double($0) ?? .nan }))
    let batch = Batch(
      schema: DatasetSchema([Field("c", reading: isText ? .fromText : .own)]), columns: [column], rowCount: count)
    let input = Array(texts.joined(separator: "\n").utf8)
    guard case .moments(let found)? = measure(batch.cut(&round.random), .column(.moments, "c")) else {
      return round.claim(false, "no moments", input)
    }
    let total = parts.reduce(0, +)
    let digits = String(total.magnitude)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sum = Double("\(total < 0 ? "-" : "")\(padded.dropLast(places)).\(places == 0 ? "0" : padded.suffix(places))")
    round.expect(found.sum.map { $0 + 0 }, sum.map { $0 + 0 }, "sum", input)
    round.expect(found.minimum, Double(parts.min() ?? 0) / Double(scale), "minimum", input)
    round.expect(found.maximum, Double(parts.max() ?? 0) / Double(scale), "maximum", input)
    if case .moments(let whole)? = measure([batch], .column(.moments, "c")) {
      round.expect(found, whole, "moments of one batch", input)
    }
  }

  static let orders = FuzzSubject("orders", "orders and comparisons of columns against plain ones of numbers") {
    round in
    let count = 1 + round.random.next(below: round.random.pick([3, 70, 400]))
    let isText = round.random.once(in: 2)
    let pool: [Double?] = [nil, -1.5, -1, 0, 0.5, 1, 2, 9, 10, 1e15, -1e15]
    let values = (0..<2).map { _ in (0..<count).map { _ in round.random.pick(pool) } }
    let columns = values.map { values in
      isText
        ? Column.texts(values.map { $0.map { Int64(exactly: $0).map(String.init) ?? $0.description } })
        : .cells(values.map { $0.map { Int64(exactly: $0).map { .integer($0) } ?? .decimal($0) } ?? .null })
    }
    let reading = isText ? Field.Reading.fromText : .own
    let batch = Batch(
      schema: DatasetSchema([Field("a", reading: reading), Field("b", reading: reading)]), columns: columns,
      rowCount: count)
    let input = Array("\(values)".utf8)
    let compared = RowTest(.compare(.less, to: "b"), columns: ["a"])
    let pairs = zip(values[0], values[1]).compactMap { left, right in left.flatMap { left in right.map { (left, $0) } }
    }
    round.expect(
      counts(measure(batch.cut(&round.random), .count(where: compared))), [pairs.count, pairs.count { !($0 < $1) }],
      "comparisons", input)
    let rule = OrderRule(isDecreasing: round.random.once(in: 2), isStrict: round.random.once(in: 2))
    let given = values[0].compactMap { $0 }
    let breaks = zip(given, given.dropFirst()).count { last, next in
      last == next ? rule.isStrict : rule.isDecreasing ? next > last : next < last
    }
    round.expect(
      counts(measure(batch.cut(&round.random), .order("a", rule))), [given.count, breaks], "orders", input)
  }

  private static func counts(_ value: MeasureValue?) -> [Int] {
    if case .rows(let rows)? = value { [rows.evaluated, rows.failed] } else { [] }
  }
}
