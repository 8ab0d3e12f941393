package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `anomaly`: a number is not far from its mean over earlier runs, measured by how much it varies.
package struct AnomalyCheck: TrackingCheck, Component {
  package var of = TrackedMetric.rowCount
  var sigmas = Graded.one(3.0)
  package var runs = 30
  var minRuns = 7
  var tolerance = Share(0)

  package static let schema = Schema(
    "anomaly", AnomalyCheck(),
    summary: "A number is within so many standard deviations of its mean over earlier runs.",
    details: """
      Mean and standard deviation (of a sample, by n − 1) are those of the newest runs of the same pipeline that ended with exit \
      code 0, this one left out. Where all of them had one value, any other is an anomaly, but for what `tolerance` allows. With \
      fewer runs than `min_runs` the check passes and says that there is too little history.
      """,
    keys: [
      Key("of", \.of, "The number: of the dataset, or under a column one of that column."),
      Key("sigmas", \.sigmas, "The most standard deviations from the mean, or `{warn: 3, fail: 5}`."),
      Key("runs", \.runs, "How many earlier runs are looked at, at most."),
      Key("min_runs", \.minRuns, "How many there must be for a verdict, at least 2."),
      Key(
        "tolerance", \.tolerance, "A value so close to the mean holds, however steady the past: a share of the mean."),
    ],
    rules: [
      Rule("sigmas") { check in
        let values: [Double?] =
          switch check.sigmas {
          case .one(let value): [value]
          case .pair(let warn, let fail): [warn, fail]
          }
        return values.contains { ($0 ?? 1) <= 0 } ? "'sigmas' is more than 0" : nil
      },
      Rule("min_runs") { check in
        if check.minRuns < 2 { return "two runs are the fewest that vary" }
        return check.minRuns > check.runs ? "'min_runs' is more than 'runs', so there would never be a verdict" : nil
      },
      Rule("runs") { $0.runs > 1000 ? "at most 1000 runs are looked at" : nil },
    ],
    examples: [
      "dataset: [{anomaly: {of: row_count}}]",
      "dataset: [{anomaly: {of: completeness, sigmas: {warn: 3, fail: 5}, runs: 60, min_runs: 14}}]",
      "columns: {revenue: [{anomaly: {of: median, tolerance: 1%}, severity: warn}]}",
    ],
    faults: [
      FaultExample("dataset: [{anomaly: {⟪min_runs: 1}}]", "two runs are the fewest that vary"),
      FaultExample(
        "dataset: [{anomaly: {runs: 5, ⟪min_runs: 7}}]",
        "'min_runs' is more than 'runs', so there would never be a verdict"),
    ])

  package func expected(_ place: CheckPlace) -> String { anomalySentence(of.subject(place.column), sigmas) }

  package func judge(
    _ value: Double, past: [Double], _ evidence: CheckEvidence, _ place: CheckPlace
  ) -> CheckJudgement {
    guard past.count >= minRuns else {
      return tooLittleHistory(past.count, of: minRuns, expected: expected(place), evaluated: evidence.rowCount)
    }
    return judgeAnomaly(
      value, past: PastValues(past), of.subject(place.column), sigmas: sigmas, tolerance: tolerance.fraction,
      severity: place.common.severity, evaluated: evidence.rowCount)
  }
}
