package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `unique_key`: no combination of values occurs more than once.
package struct UniqueKeyCheck: Check, Component {
  var columns: [String] = []

  package static let schema = Schema(
    "unique_key", UniqueKeyCheck(), summary: "No combination of values occurs more than once.",
    details: """
      Every row whose key occurs more than once counts as failing. Rows with a null in the key are not evaluated. The key's columns
      are shown with the failing rows of all checks of the dataset, unless `key` names others.
      """,
    shorthand: "columns",
    keys: [Key("columns", \.columns, required: true, "The columns of the key.")],
    rules: [
      Rule("columns") { check in
        if check.columns.isEmpty { return "a key has columns" }
        return Set(check.columns).count < check.columns.count ? "a column stands twice in the key" : nil
      }
    ],
    examples: ["dataset: [{unique_key: [country, id]}]"],
    faults: [FaultExample("dataset: [{unique_key: ⟪[]}]", "a key has columns")])

  package var scope: CheckScope { .dataset }
  package var rowReason: String { "expected: no two rows have the same \(columns.joined(separator: ", "))" }
  package var keyColumns: [String] { columns }

  private func measure(_ place: CheckPlace) -> Measure { .duplicateKeys(columns, filter: place.common.filter?.sql) }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let names = columns.joined(separator: ", ")
    return judgeRows(
      evidence[measure(place)],
      RowClaim("no two rows have the same \(names)", noun: "rows", verb: "have a \(names) of their own"),
      place.common.thresholds, severity: place.common.severity)
  }
}
