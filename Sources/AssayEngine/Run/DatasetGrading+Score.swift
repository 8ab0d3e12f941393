internal import AssayColumns
internal import AssayStore
internal import AssayDefinition
package import AssayQuality

extension DatasetGrading {
  /// What the file says of the dataset's scores.
  package var score: ScoreOptions {
    let score = declaration.score
    let exclude = declaration.exclude
    let bounds: [(ScoreOptions.Target, ScoreBound?)] = [
      (.overall, score.overall), (.dimension(.completeness), score.completeness),
      (.dimension(.uniqueness), score.uniqueness), (.dimension(.consistency), score.consistency),
      (.dimension(.validity), score.validity), (.dimension(.timeliness), score.timeliness?.bound),
      (.dimension(.accuracy), score.accuracy.flatMap(\.ifSet)),
    ]
    let ofColumns = score.columns.items.flatMap { column in
      [
        (Dimension.completeness, column.value.completeness), (.validity, column.value.validity),
        (.accuracy, column.value.accuracy),
      ].compactMap { dimension, bound in
        bound.map {
          ScoreOptions.Threshold(
            .dimension(dimension), of: column.name, warnBelow: $0.warnBelow, failBelow: $0.failBelow)
        }
      }
    }
    var options = ScoreOptions(
      weights: score.weights.map { weights in
        Dictionary(uniqueKeysWithValues: Dimension.allCases.map { ($0, weights[$0]) })
      },
      exclusions: [
        .completeness: exclude.completeness, .uniqueness: exclude.uniqueness, .consistency: exclude.consistency,
        .validity: exclude.validity,
      ],
      thresholds: bounds.compactMap { target, bound in
        bound.map { ScoreOptions.Threshold(target, warnBelow: $0.warnBelow, failBelow: $0.failBelow) }
      } + ofColumns)
    options.countsAccuracy = score.accuracy != nil
    if let timeliness = score.timeliness, let age = timeliness.maxAge {
      let since = startedAt.adding(.zero - age).milliseconds
      options.timeliness = ScoreOptions.Timeliness(
        column: timeliness.column,
        since: Moment(seconds: since / 1000, nanoseconds: since % 1000 * 1_000_000))
    }
    return options
  }

  /// The thresholds on scores as checks. A column that a score needs and the dataset has not breaks its threshold.
  func scoreChecks(
    _ metrics: DatasetMetrics, _ values: MeasureValues, minimumScore: Double?
  ) -> [RunReport.CheckResult] {
    let names = Set(values.schema.names)
    var checks = score.outcomes(of: metrics).map { outcome in
      let threshold = outcome.threshold
      let needed = threshold.target == .dimension(.timeliness) ? score.timeliness?.column : threshold.column
      var judgement = CheckJudgement(
        status: outcome.status, observed: outcome.value.map { .number($0) }, expected: outcome.expected,
        bounds: threshold.bounds)
      let severity: Severity = threshold.failBelow == nil ? .warn : .fail
      if let needed, !names.contains(needed) {
        judgement = .missing([needed], expected: outcome.expected, severity)
      }
      return result("score.\(threshold.target.name)", threshold.column, severity, judgement, declaration.scoreLocation)
    }
    if let column = score.timeliness?.column, declaration.score.timeliness?.bound == nil, !names.contains(column) {
      let judgement = CheckJudgement.missing([column], expected: "timeliness is known", .fail)
      checks.append(result("score.timeliness", nil, .fail, judgement, declaration.scoreLocation))
    }
    if let minimumScore {
      let value = metrics.overall.value
      let holds = (value ?? -1) >= minimumScore
      let judgement = CheckJudgement(
        status: holds ? .passed : .failed, observed: value.map { .number($0) },
        expected: "overall is at least \(Double.display(minimumScore) ?? "")", bounds: ValueBounds(min: minimumScore))
      checks.append(result("min_score", nil, .fail, judgement, declaration.location))
    }
    return checks
  }
}

extension ScoreBound {
  /// The bound, where it bounds anything.
  var ifSet: ScoreBound? { failBelow == nil && warnBelow == nil ? nil : self }
}
