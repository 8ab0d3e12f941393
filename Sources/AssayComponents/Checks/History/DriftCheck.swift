internal import AssayColumns
package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `drift`: the values of a column are spread as they were in the last run.
package struct DriftCheck: Check, Component {
  /// How the distance of two distributions is told.
  package enum Method: String, ConfigChoice {
    case psi, ks
  }

  var method = Method.psi
  var max = Graded.one(0.2)

  package static let schema = Schema(
    "drift", DriftCheck(), summary: "The values of a column are spread as they were in the last run.",
    details: """
      Numbers, dates, and texts of which at most 200 are distinct are compared with the newest run of the same pipeline that ended \
      with exit code 0 and had the check. Without one the check passes and says that there is too little history.

      `psi` is the population stability index over ten bins at the deciles of the last run; of texts, each is a bin. From 0.1 on \
      it is usually called a small shift, from 0.25 on a large one; of fewer than about 200 rows chance alone may make 0.2. `ks` is \
      the greatest distance of the two distribution functions, 0 to 1, exact to about 0.01; of texts, the greatest difference in \
      how often any of them occur together.
      """,
    keys: [
      Key("method", \.method, "How the distance is told: the population stability index, or Kolmogorov and Smirnov's."),
      Key("max", \.max, "The greatest distance, or `{warn: 0.1, fail: 0.25}`."),
    ],
    examples: [
      "columns: {revenue: [drift]}",
      "columns: {revenue: [{drift: {method: ks, max: 0.1}}]}",
      "columns: {state: [{drift: {max: {warn: 0.1, fail: 0.25}}}]}",
    ],
    faults: [
      FaultExample(
        "columns: {revenue: [{drift: {method: ⟪psy}}]}", "expected one of psi, ks, not 'psy'; did you mean 'psi'?"),
      FaultExample(
        "private: [email]\ncolumns: {email: [⟪drift]}",
        "'email' is private: nothing of its values is kept for 'drift' to compare with"),
    ])

  package var scope: CheckScope { .column }
  package var judgesRows: Bool { false }
  package var keepsValues: Bool { true }

  package func measures(_ place: CheckPlace) -> [Measure] {
    guard let column = place.column else { return [] }
    return [
      .column(.numberShape, column), .column(.dayShape, column),
      .column(.frequencies(limit: MeasureValues.distributionLimit), column),
    ]
  }

  package func historyNeeds(_ place: CheckPlace) -> [HistoryNeed] {
    place.column.map { [.distribution(column: $0)] } ?? []
  }

  package func keptNumbers(_ evidence: CheckEvidence, _ place: CheckPlace) -> [KeptNumber] {
    guard let column = place.column, let distance = distance(evidence, column) else { return [] }
    return [KeptNumber("\(method.rawValue)(\(column))", distance)]
  }

  private func sketch(_ evidence: CheckEvidence, _ column: String) -> DistributionSketch? {
    evidence.schema.index(of: column).flatMap { evidence.values.distribution(at: $0) }
      .map { DistributionSketch($0) }
  }

  /// The distance to four places; nil where the two cannot be compared.
  private func distance(_ evidence: CheckEvidence, _ column: String) -> Double? {
    guard let now = sketch(evidence, column), let before = evidence.history.distributions[column] else { return nil }
    let distance =
      switch method {
      case .psi: now.stabilityIndex(against: before)
      case .ks: now.greatestDistance(from: before)
      }
    return distance.map { ($0 * 1e4).rounded() / 1e4 }
  }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let column = place.column ?? ""
    let subject = "the \(method == .psi ? "PSI" : "KS distance") of \(column) to the last run"
    let (severity, evaluated) = (place.common.severity, evidence.rowCount)
    let thresholds = ValueThresholds(max: max)
    func verdict(_ distance: Double?) -> CheckJudgement {
      judgeValue(distance, subject, thresholds, severity: severity, evaluated: evaluated)
    }
    if case .missing(let columns)? = evidence[.column(.numberShape, column)] {
      return judgeValue(of: .missing(columns), subject, thresholds, severity: severity)
    }
    guard let now = sketch(evidence, column) else {
      var nothing = verdict(nil)
      if case .frequencies(nil)? = evidence[.column(.frequencies(limit: MeasureValues.distributionLimit), column)] {
        nothing.observed = .text("more than \(MeasureValues.distributionLimit) distinct texts")
      }
      return nothing
    }
    guard let before = evidence.history.distributions[column] else {
      return tooLittleHistory(0, of: 1, expected: verdict(nil).expected, evaluated: evaluated)
    }
    if now.noun != before.noun {
      var changed = verdict(nil)
      changed.status = severity.broken
      changed.observed = .text("\(before.noun) before, \(now.noun) now")
      return changed
    }
    return verdict(distance(evidence, column))
  }
}
