internal import AssayColumns
package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `duplicate_rows`: no row repeats an earlier one.
package struct DuplicateRowsCheck: Check, Component {
  var ignored: [String] = []

  package static let schema = Schema(
    "duplicate_rows", DuplicateRowsCheck(), summary: "No row repeats an earlier one.",
    details: """
      A row fails if all its cells are those of an earlier row: texts by their bytes, JSON values by value, nulls alike. For
      files that were sent or read twice. Where only some columns must not repeat, use `unique_key`. Columns that differ in
      every row, such as a number or a time of loading, belong under `ignore`.
      """,
    keys: [Key("ignore", \.ignored, "Columns that are not compared.")],
    rules: [
      Rule("ignore") { check in
        Set(check.ignored).count < check.ignored.count ? "a column stands twice under 'ignore'" : nil
      }
    ],
    examples: [
      "dataset: [duplicate_rows]",
      "dataset: [{duplicate_rows: {ignore: [id, loaded_at]}, at_most: {warn: 0, fail: 1%}}]",
    ],
    faults: [
      FaultExample(
        "columns: {id: [⟪duplicate_rows]}",
        "'duplicate_rows' judges a whole dataset; it stands under 'dataset', not under 'id'")
    ])

  package var scope: CheckScope { .dataset }
  package var rowReason: String { "expected: \(claim.whole)" }
  private var claim: RowClaim {
    let rest = ignored.isEmpty ? "" : ", whatever its \(ignored.joined(separator: ", "))"
    return RowClaim("no row repeats an earlier one\(rest)", noun: "rows", verb: "repeat no earlier one")
  }

  private func measure(_ place: CheckPlace) -> Measure {
    .duplicateRows(ignoring: ignored, filter: place.common.filter?.sql)
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    // A column that is left out by a wrong name would be compared, and hide every repeat.
    let missing = evidence.values.isBlank ? [] : ignored.filter { evidence.schema.index(of: $0) == nil }
    let found = missing.isEmpty ? evidence[measure(place)] : .missing(missing)
    return judgeRows(found, claim, place.common.thresholds, severity: place.common.severity)
  }
}
