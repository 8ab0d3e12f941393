internal import AssayColumns
package import AssayFormats
package import AssayQuality

extension ColumnDistribution {
  /// `{"kind": "numbers", …}`: the JSON report's account of how a column is spread.
  package var json: JSONValue {
    switch self {
    case .numbers(let shape): shape.json("numbers") { $0.isFinite ? .decimal($0) : .null }
    case .days(let shape): shape.json("days") { .string(Self.day($0)) }
    case .values(let found):
      .object([
        "kind": .string("values"),
        "values": .array(
          found.entries.map { .object(["value": .string($0.text), "count": .integer(Int64($0.count))]) }),
      ])
    }
  }

  /// The date of a day since 1970-01-01; the part of a day is dropped.
  package static func day(_ number: Double) -> String {
    var moment = Moment(seconds: Int64(number.rounded(.down)) * 86_400)
    moment.isDate = true
    return moment.text
  }
}

extension NumberShape {
  /// The percentiles that a report tells.
  private static let told = [0, 1, 5, 25, 50, 75, 95, 99, 100]

  fileprivate func json(_ kind: String, _ value: (Double) -> JSONValue) -> JSONValue {
    .object([
      "kind": .string(kind), "count": .integer(Int64(spread.count)),
      "percentiles": .object(
        Self.told.reduce(into: JSONObject()) { $0.set("p\($1)", to: value(percentiles[$1])) }),
      "fences": .object(["low": value(fences.low), "high": value(fences.high)]),
      "outliers": .integer(Int64(spread.outliers)),
      "histogram": .object([
        "low": value(histogram.low), "high": value(histogram.high),
        "counts": .array(histogram.counts.map { .integer(Int64($0)) }), "below": .integer(Int64(histogram.below)),
        "above": .integer(Int64(histogram.above)),
      ]),
    ])
  }
}
