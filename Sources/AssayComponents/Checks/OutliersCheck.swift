package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `outliers`: no number lies far from the others.
package struct OutliersCheck: Check, Component {
  var factor = 1.5

  package static let schema = Schema(
    "outliers", OutliersCheck(), summary: "No number of a column lies far from the others.",
    details: """
      A number is an outlier below Q1 − factor·IQR or above Q3 + factor·IQR, where Q1 and Q3 are the quartiles of the column and
      IQR is their distance. For wild values where no bounds are known; where they are, use `range`. Most real columns have a
      few outliers, so give it an `at_most`. A value that is no number fails too. Where more than half of the values are equal,
      all others may be outliers.
      """,
    keys: [
      Key("factor", \.factor, "How many times the quartiles' distance a number may lie beyond them; 3 finds far ones.")
    ],
    rules: [Rule("factor") { $0.factor < 0 ? "'factor' is not negative" : nil }],
    examples: [
      "columns: {revenue: [{outliers: {}, at_most: 1%}]}",
      "columns: {revenue: [{outliers: {factor: 3}, at_most: {warn: 0, fail: 0.1%}}]}",
    ],
    faults: [FaultExample("columns: {revenue: [{outliers: {⟪factor: -1}}]}", "'factor' is not negative")])

  package var scope: CheckScope { .column }
  package var rowReason: String { "expected: no number lies beyond the quartiles by \(words) times their distance" }
  private var words: String { Double.display(factor) ?? "" }

  private func measure(_ place: CheckPlace) -> Measure {
    .outliers(place.column ?? "", OutlierRule(factor: factor), filter: place.common.filter?.sql)
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let found = evidence[measure(place)]
    var whole = "no value is an outlier"
    if case .rows(let rows)? = found, case .range(let min, let max, _, _)? = rows.verdict,
      !evidence.values.privateColumns.contains(place.column ?? "")
    {
      let fences = [min.map { "below \(Self.words($0))" }, max.map { "above \(Self.words($0))" }].compactMap(\.self)
      if !fences.isEmpty { whole += ", \(fences.joined(separator: " or "))" }
    }
    return judgeRows(
      found, RowClaim(whole, verb: "are no outliers"), place.common.thresholds, severity: place.common.severity)
  }

  /// A fence is worked out, and has more digits than tell anything.
  private static func words(_ bound: RangeBound) -> String {
    if case .number(let number) = bound { rough(number) } else { bound.words }
  }
}
