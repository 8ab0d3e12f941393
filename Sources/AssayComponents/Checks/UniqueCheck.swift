package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `unique`: no value occurs more than once.
package struct UniqueCheck: Check, Component {
  package static let schema = Schema(
    "unique", UniqueCheck(), summary: "No value occurs more than once.",
    details: "Every row whose value occurs more than once counts as failing. Nulls are not evaluated.", keys: [],
    examples: ["columns: {id: [not_null, unique]}", "columns: {email: [{unique: {}, where: active}]}"],
    faults: [
      FaultExample("dataset: [⟪unique]", "'unique' judges a column; it stands under 'columns' and the column's name")
    ])

  package var scope: CheckScope { .column }
  package var rowReason: String { "expected: no value occurs twice" }

  private func measure(_ place: CheckPlace) -> Measure {
    .duplicateKeys([place.column ?? ""], filter: place.common.filter?.sql)
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    judgeRows(
      evidence[measure(place)], RowClaim("no value occurs twice", verb: "occur once"),
      place.common.thresholds, severity: place.common.severity)
  }
}
