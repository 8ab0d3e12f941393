internal import AssayDefinition
internal import AssayQuality

/// The gate on a pipeline as a whole: the means of its datasets' scores.
struct PipelineScore {
  let location: SourceLocation
  let declaration: PipelineScoreDeclaration

  /// The score and its checks. Datasets without a value do not count in a mean.
  func judge(_ datasets: [RunReport.Dataset]) -> RunReport.Score {
    let graded = datasets.compactMap(\.metrics)
    let checks = declaration.bounds.map { target, bound in
      let value =
        switch target {
        case .overall: mean(graded.map(\.overall.value))
        case .dimension(let dimension): mean(graded.map { $0[dimension] })
        }
      let outcome = ScoreOutcome(
        threshold: ScoreOptions.Threshold(target, warnBelow: bound.warnBelow, failBelow: bound.failBelow), value: value)
      return RunReport.CheckResult(
        check: "score.\(target.name)", column: nil, severity: bound.failBelow == nil ? .warn : .fail,
        judgement: CheckJudgement(
          status: outcome.status, observed: value.map { .number($0) }, expected: "the mean of \(outcome.expected)",
          bounds: outcome.threshold.bounds),
        line: location.line, columnInFile: location.column)
    }
    return RunReport.Score(value: mean(graded.map(\.overall.value)), checks: checks)
  }

  private func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.isEmpty ? nil : roundedToHundredths(known.reduce(0, +) / Double(known.count))
  }
}
