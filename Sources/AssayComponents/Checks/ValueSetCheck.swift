package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `value_set`: the distinct values of a column are, hold, or are among some values.
package struct ValueSetCheck: Check, Component {
  var exactly: [String] = []
  var contains: [String] = []
  var within: [String] = []

  package static let schema = Schema(
    "value_set", ValueSetCheck(), summary: "The distinct values of a column, as a set, are what they should be.",
    details: """
      `exactly`: the values listed, all of them and no others. `contains`: all of them, and perhaps others: every store has
      delivered. `within`: no others, as `accepted_values`, but judged once for the column, without rows. Values are compared
      as by `accepted_values`. Nulls are no values; without a value there is no data.
      """,
    keys: [
      Key("exactly", \.exactly, "All of these values occur, and no others."),
      Key("contains", \.contains, "All of these values occur."),
      Key("within", \.within, "No others than these values occur."),
    ],
    rules: [
      Rule("contains") { check in
        let given = [check.exactly, check.contains, check.within].count { !$0.isEmpty }
        if given == 0 { return "'value_set' needs 'exactly', 'contains' or 'within', with values" }
        return given > 1 ? "'exactly', 'contains' and 'within' exclude each other" : nil
      }
    ],
    examples: [
      "columns: {status: [{value_set: {exactly: [open, paid, refunded]}}]}",
      "columns: {store: [{value_set: {contains: [north, south, west]}, where: \"day = '2026-11-24'\"}]}",
      "columns: {country: [{value_set: {within: [CA, MX, US]}, severity: warn}]}",
    ],
    faults: [
      FaultExample(
        "columns: {status: [⟪value_set]}", "'value_set' needs 'exactly', 'contains' or 'within', with values"),
      FaultExample(
        "columns: {status: [{value_set: {exactly: [a], ⟪contains: [b]}}]}",
        "'exactly', 'contains' and 'within' exclude each other"),
    ])

  package var scope: CheckScope { .column }
  package var judgesRows: Bool { false }
  package var takesFilter: Bool { true }

  private var listed: [String] { exactly + contains + within }
  private func measure(_ place: CheckPlace) -> Measure { place.measure(.valueSet(listed)) }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  private var expected: String {
    let names = Self.words(listed)
    if !exactly.isEmpty { return "the values are exactly \(names)" }
    return contains.isEmpty ? "the values are among \(names)" : "\(names) occur"
  }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let severity = place.common.severity
    guard case .valueSet(let found)? = evidence[measure(place)] else {
      // A column that is not there is told as for all checks.
      return judgeRows(evidence[measure(place)], RowClaim(expected, verb: ""), severity: severity)
    }
    guard found.values > 0 else { return CheckJudgement(status: .noData, expected: expected) }
    let missing = within.isEmpty ? found.missing : []
    let others = contains.isEmpty ? found.others : []
    var observed: [String] = []
    if !missing.isEmpty { observed.append("missing: \(Self.words(missing))") }
    if !others.isEmpty { observed.append("unexpected: \(Self.words(others))") }
    let known = Set(listed).count - found.missing.count
    return CheckJudgement(
      status: observed.isEmpty ? .passed : severity.broken,
      observed: .text(observed.isEmpty ? "as expected" : observed.joined(separator: "; ")), expected: expected,
      evaluated: known + missing.count + others.count, failed: missing.count + others.count)
  }

  /// The first of the values, and how many there are.
  private static func words(_ values: [String]) -> String {
    let shown = values.prefix(8).map { $0.count > 40 ? $0.prefix(40) + "…" : $0 }.joined(separator: ", ")
    return values.count > 8 ? "\(shown), … (\(count(values)))" : shown
  }

  private static func count(_ values: [String]) -> String {
    let least = values.count >= ValueSetFinding.otherLimit ? "at least " : ""
    return least + (values.count == 1 ? "1 value" : "\(values.count) values")
  }
}
