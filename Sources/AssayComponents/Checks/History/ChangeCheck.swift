package import AssayDefinition
package import AssayEngine
package import AssayQuality

extension ChangeBound: ConfigValue {
  package static var shape: Shape { .either([.number, .text]) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> ChangeBound? {
    guard let text = context.text(node, expecting: "a share such as 20%, or a number") else { return nil }
    if text.hasSuffix("%"), let percent = Double(text.dropLast()), percent.isFinite { return .share(percent / 100) }
    if let number = Double(text), number.isFinite { return .difference(number) }
    context.fault(.wrongType, at: node.location, "expected a share such as 20% or -10%, or a number, not '\(text)'")
    return nil
  }

  package static func display(_ value: ChangeBound) -> String? { value.text }
}

/// `change`: a number is not far from what it was in the last run.
package struct ChangeCheck: TrackingCheck, Component {
  package var of = TrackedMetric.rowCount
  var min: Graded<ChangeBound>?
  var max: Graded<ChangeBound>?

  package static let schema = Schema(
    "change", ChangeCheck(), summary: "A number is not far from what it was in the last run.",
    details: """
      A share is one of what the number was: `20%`; a bare number is a difference. `max` alone bounds rises and falls alike. With \
      `min` the change counts with its sign: `{min: -10%, max: 50%}` lets it fall by a tenth and rise by half, `{min: 0}` lets it \
      not fall.

      The last run is the newest one of the same pipeline that ended with exit code 0: what a gate refused does not become the \
      measure by coming twice. Without one the check passes and says that there is too little history. Numbers are kept under \
      `row_count`, `nulls(email)` and so on; `assay history` draws them.
      """,
    keys: [
      Key("of", \.of, "The number: of the dataset, or under a column one of that column."),
      Key("min", \.min, "The least change: a share such as `-10%`, a difference, or `{warn: …, fail: …}`."),
      Key("max", \.max, "The greatest change: a share such as `20%`, a difference, or `{warn: …, fail: …}`."),
    ],
    rules: [Rule("of") { $0.min == nil && $0.max == nil ? "'change' needs 'min', 'max' or both" : nil }],
    examples: [
      "dataset: [{change: {of: row_count, max: 20%}}]",
      "dataset: [{change: {of: overall_quality, min: -2}}]",
      "columns: {email: [{change: {of: nulls, min: -100%, max: {warn: 5%, fail: 50%}}}]}",
    ],
    faults: [
      FaultExample("dataset: [{change: {⟪of: row_count}}]", "'change' needs 'min', 'max' or both"),
      FaultExample(
        "dataset: [{⟪change: {of: median, max: 20%}}]",
        "'median' is a number of a column: the check stands under 'columns' and the column's name"),
    ])

  package var runs: Int { 1 }

  private var bounds: ChangeBounds { ChangeBounds(min: min, max: max) }

  package func expected(_ place: CheckPlace) -> String { bounds.sentence(of.subject(place.column)) }

  package func judge(
    _ value: Double, past: [Double], _ evidence: CheckEvidence, _ place: CheckPlace
  ) -> CheckJudgement {
    guard let before = past.first else {
      return tooLittleHistory(0, of: 1, expected: expected(place), evaluated: evidence.rowCount)
    }
    return judgeChange(
      value, since: before, of.subject(place.column), bounds, severity: place.common.severity,
      evaluated: evidence.rowCount)
  }
}
