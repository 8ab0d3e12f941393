package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `unique`: no value occurs more than once.
package struct UniqueCheck: Check, Component {
  package static let schema = Schema(
    "unique", UniqueCheck(), summary: "No value occurs more than once.",
    details: "Every row whose value occurs more than once counts as failing. Nulls are not evaluated.", keys: [],
    examples: ["columns: {id: [not_null, unique]}"],
    faults: [
      FaultExample("columns: {id: [{⟪unique: {}, where: active}]}", "'unique' judges all rows: 'where' does not apply")
    ])

  package var scope: CheckScope { .column }
  package var rowReason: String { "expected: no value occurs twice" }
  package var takesFilter: Bool { false }

  package func measures(_ place: CheckPlace) -> [Measure] { [.duplicateKeys([place.column ?? ""])] }

  package func judge(_ values: MeasureValues, _ place: CheckPlace) -> CheckJudgement {
    judgeRows(
      values[.duplicateKeys([place.column ?? ""])], RowClaim("no value occurs twice", verb: "occur once"),
      place.common.thresholds, severity: place.common.severity)
  }
}
