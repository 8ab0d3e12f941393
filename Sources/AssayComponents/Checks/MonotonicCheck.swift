package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// In which direction values run.
enum OrderDirection: String, ConfigChoice {
  case increasing, decreasing
}

/// `monotonic`: the values of a column run in one direction.
package struct MonotonicCheck: Check, Component {
  var direction = OrderDirection.increasing
  var isStrict = false

  package static let schema = Schema(
    "monotonic", MonotonicCheck(), summary: "The values of a column run in one direction, from row to row.",
    details: """
      For logs, ledgers and meters, whose rows must come in order. A row fails if its value breaks the order against the last
      value before it; nulls are passed over. Numbers are compared by value, dates by when they are, texts by their bytes; a
      value of another kind than the one before it fails.
      """,
    shorthand: "direction",
    keys: [
      Key("direction", \.direction, "Where the values run."),
      Key("strict", \.isStrict, "Whether equal neighbours fail."),
    ],
    examples: [
      "columns: {logged_at: [monotonic]}", "columns: {id: [{monotonic: {strict: true}}]}",
      "columns: {balance: [{monotonic: decreasing, at_least: 99%}]}",
    ],
    faults: [
      FaultExample(
        "columns: {logged_at: [{monotonic: ⟪rising}]}", "expected one of increasing, decreasing, not 'rising'")
    ])

  package var scope: CheckScope { .column }
  package var rowReason: String { "expected: \(claim.whole)" }

  private var claim: RowClaim {
    let words = "\(isStrict ? "strictly " : "")\(direction.rawValue)"
    return RowClaim("the values are \(words)", verb: "are in \(words) order")
  }

  private func measure(_ place: CheckPlace) -> Measure {
    .order(
      place.column ?? "", OrderRule(isDecreasing: direction == .decreasing, isStrict: isStrict),
      filter: place.common.filter?.sql)
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    judgeRows(evidence[measure(place)], claim, place.common.thresholds, severity: place.common.severity)
  }
}
