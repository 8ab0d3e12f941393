internal import AssayColumns
package import AssayDefinition
package import AssayEngine
package import AssayQuality
internal import AssayStore

/// `schema_change`: the dataset has the columns that it had in the last run.
package struct SchemaChangeCheck: Check, Component {
  /// What a change means for the gate.
  package enum Consequence: String, ConfigChoice {
    case fail, warn, pass

    var status: CheckStatus {
      switch self {
      case .fail: .failed
      case .warn: .warned
      case .pass: .passed
      }
    }
  }

  var added = Consequence.warn
  var removed = Consequence.fail
  var retyped = Consequence.fail

  package static let schema = Schema(
    "schema_change", SchemaChangeCheck(), summary: "The dataset has the columns that it had in the last run.",
    details: """
      The last run is the newest one of the same pipeline that ended with exit code 0; without one the check passes and says that \
      there is too little history. The order of columns does not matter. A column without values has no type, and is not retyped. \
      With `severity: warn` nothing fails.
      """,
    keys: [
      Key("added", \.added, "What a new column means."),
      Key("removed", \.removed, "What a column means that is gone."),
      Key("retyped", \.retyped, "What another type of a column means."),
    ],
    examples: ["dataset: [schema_change]", "dataset: [{schema_change: {added: pass, retyped: warn}}]"],
    faults: [
      FaultExample(
        "dataset: [{schema_change: {added: ⟪ignore}}]", "expected one of fail, warn, pass, not 'ignore'")
    ])

  package var scope: CheckScope { .dataset }
  package var judgesRows: Bool { false }
  package func measures(_ place: CheckPlace) -> [Measure] { [.schema] }
  package func historyNeeds(_ place: CheckPlace) -> [HistoryNeed] { [.columns] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let expected = "the columns are those of the last run"
    if evidence.values.isBlank { return CheckJudgement(status: .noData, expected: expected) }
    let now = ColumnFacts.all(evidence.values, privateColumns: Set(evidence.schema.names))
    guard let before = evidence.history.columns else {
      return tooLittleHistory(0, of: 1, expected: expected, evaluated: now.count)
    }
    let known = Dictionary(before.map { ($0.name, $0) }) { first, _ in first }
    let names = Set(now.map(\.name))
    let new = now.map(\.name).filter { known[$0] == nil }
    let gone = before.map(\.name).filter { !names.contains($0) }
    let changed = now.compactMap { column -> String? in
      guard let type = column.type?.rawValue, let old = known[column.name]?.type, old != type else { return nil }
      return "\(column.name) (\(old) to \(type))"
    }
    let found: [(what: String, columns: [String], status: CheckStatus)] = [
      ("added", new, added.status), ("removed", gone, removed.status), ("retyped", changed, retyped.status),
    ].filter { !$0.1.isEmpty }
    let statuses = found.map { $0.status == .failed ? place.common.severity.broken : $0.status }
    return CheckJudgement(
      status: statuses.contains(.failed) ? .failed : statuses.contains(.warned) ? .warned : .passed,
      observed: .text(
        found.isEmpty
          ? "\(now.count) columns"
          : found.map { "\($0.what): \($0.columns.joined(separator: ", "))" }.joined(separator: "; ")),
      expected: expected, evaluated: Set(names).union(known.keys).count,
      failed: found.filter { $0.status != .passed }.reduce(0) { $0 + $1.columns.count })
  }
}
