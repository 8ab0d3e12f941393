internal import AssayColumns
package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `schema`: the dataset has the columns that it should have.
package struct SchemaCheck: Check, Component {
  var required: [String] = []
  var forbidden: [String] = []
  var exact: [String] = []

  package static let schema = Schema(
    "schema", SchemaCheck(), summary: "The dataset has the columns that it should have.",
    keys: [
      Key("required", \.required, "Columns that must be there."),
      Key("forbidden", \.forbidden, "Columns that must not be there."),
      Key("exact", \.exact, "All columns, in any order: none more, none less."),
    ],
    rules: [
      Rule("required") {
        $0.required.isEmpty && $0.forbidden.isEmpty && $0.exact.isEmpty
          ? "'schema' needs 'required', 'forbidden' or 'exact'" : nil
      },
      Rule("forbidden") { check in
        check.forbidden.first { check.required.contains($0) || check.exact.contains($0) }
          .map { "'\($0)' is required and forbidden" }
      },
    ],
    examples: ["dataset: [{schema: {required: [id, email], forbidden: [password]}}]"],
    faults: [
      FaultExample("dataset: [{schema: {required: [id], ⟪forbidden: [id]}}]", "'id' is required and forbidden")
    ])

  package var scope: CheckScope { .dataset }
  package var judgesRows: Bool { false }

  package func measures(_ place: CheckPlace) -> [Measure] { [.schema] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let names = evidence.schema.names
    let missing = (required + exact).filter { !names.contains($0) }
    let unwanted = names.filter { forbidden.contains($0) || !exact.isEmpty && !exact.contains($0) }
    var expected: [String] = []
    if !required.isEmpty { expected.append("has \(required.joined(separator: ", "))") }
    if !forbidden.isEmpty { expected.append("has no \(forbidden.joined(separator: ", "))") }
    if !exact.isEmpty { expected.append("has exactly \(exact.joined(separator: ", "))") }
    var observed: [String] = []
    if !missing.isEmpty { observed.append("missing: \(missing.joined(separator: ", "))") }
    if !unwanted.isEmpty { observed.append("unwanted: \(unwanted.joined(separator: ", "))") }
    let judged = Set(required + forbidden + exact).count
    return CheckJudgement(
      status: observed.isEmpty ? .passed : place.common.severity.broken,
      observed: .text(observed.isEmpty ? "\(names.count) columns" : observed.joined(separator: "; ")),
      expected: expected.joined(separator: " and "), evaluated: judged, failed: missing.count + unwanted.count)
  }
}
