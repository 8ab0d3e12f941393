internal import AssayColumns
package import AssayDefinition
internal import AssayEngine
package import AssayQuality

extension RangeBound: ConfigValue {
  package static var shape: Shape { .either([.number, .text]) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> RangeBound? {
    guard let text = context.text(node, expecting: "a number or a date") else { return nil }
    if let number = Double(text), number.isFinite { return .number(number) }
    let bytes = Array(text.utf8)
    switch classify(bytes.span) {
    case .date, .datetime: return .text(text)
    default:
      context.fault(.wrongType, at: node.location, "expected a number or a date such as 2026-11-24, not '\(text)'")
      return nil
    }
  }

  package static func display(_ value: RangeBound) -> String? { value.words }

  /// The bound as it is written.
  var words: String {
    switch self {
    case .number(let number): Double.display(number) ?? ""
    case .text(let text): text
    }
  }
}

/// `range`: every value lies between two bounds.
package struct RangeCheck: PredicateCheck, Component {
  var min: RangeBound?
  var max: RangeBound?
  var excludesMin = false
  var excludesMax = false

  package static let schema = Schema(
    "range", RangeCheck(), summary: "Every value lies between two bounds.",
    details: "With numbers for bounds, whatever is no number fails; with dates, whatever is no date.",
    keys: [
      Key("min", \.min, "The least value: a number or a date."),
      Key("max", \.max, "The greatest value: a number or a date; a date means that whole day."),
      Key("exclusive_min", \.excludesMin, "Whether the least value itself fails."),
      Key("exclusive_max", \.excludesMax, "Whether the greatest value itself fails."),
    ],
    rules: [
      Rule("min") { $0.min == nil && $0.max == nil ? "'range' needs 'min', 'max' or both" : nil },
      Rule("max") { check in
        switch (check.min, check.max) {
        case (.number(let low), .number(let high)) where low > high:
          "'min' is greater than 'max', so no value would hold"
        case (.number, .text), (.text, .number): "'min' and 'max' are both numbers or both dates"
        default: nil
        }
      },
    ],
    examples: [
      "columns: {revenue: [{range: {min: 0, max: 1e9}}]}",
      "columns: {signup_date: [{range: {min: 2015-01-01}, severity: warn}]}",
    ],
    faults: [
      FaultExample(
        "columns: {revenue: [{range: {min: 5, ⟪max: 1}}]}", "'min' is greater than 'max', so no value would hold")
    ])

  package var predicate: Predicate { .range(min: min, max: max, excludesMin: excludesMin, excludesMax: excludesMax) }
  package var claim: RowClaim {
    let low = min.map { "\(excludesMin ? "above" : "at least") \($0.words)" }
    let high = max.map { "\(excludesMax ? "below" : "at most") \($0.words)" }
    let both = [low, high].compactMap(\.self).joined(separator: " and ")
    return RowClaim("every value is \(both)", verb: "are \(both)")
  }
}
