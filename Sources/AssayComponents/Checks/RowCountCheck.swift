package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `row_count`: the dataset has a number of rows within bounds.
package struct RowCountCheck: Check, Component {
  var min: Graded<Double>?
  var max: Graded<Double>?

  package static let schema = Schema(
    "row_count", RowCountCheck(), summary: "The dataset has a number of rows within bounds.",
    details: "With `where`, only the rows for which it is true are counted.",
    keys: [
      Key("min", \.min, "The least number of rows, or `{warn: …, fail: …}`."),
      Key("max", \.max, "The greatest number of rows, or `{warn: …, fail: …}`."),
    ],
    rules: [Rule("min") { $0.min == nil && $0.max == nil ? "'row_count' needs 'min', 'max' or both" : nil }],
    examples: [
      "dataset: [{row_count: {min: 1000}}]", "dataset: [{row_count: {min: {warn: 1000, fail: 1}}}]",
      "dataset: [{row_count: {max: 0}, where: \"total < 0\"}]",
    ],
    faults: [FaultExample("dataset: [⟪row_count]", "'row_count' needs 'min', 'max' or both")])

  package var scope: CheckScope { .dataset }
  package var judgesRows: Bool { false }

  package var takesFilter: Bool { true }

  /// Without a filter the rows themselves; with one, a test that every row holds, for the count of those it is asked of.
  private func measure(_ place: CheckPlace) -> Measure {
    place.common.filter.map { .count(where: RowTest(.expression("1"), filter: $0.sql)) } ?? .rowCount
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    var counted = evidence[measure(place)]
    if case .rows(let rows)? = counted { counted = .count(rows.evaluated) }
    return judgeValue(
      of: counted, "row count", ValueThresholds(min: min, max: max), severity: place.common.severity,
      evaluated: evidence.rowCount)
  }
}
