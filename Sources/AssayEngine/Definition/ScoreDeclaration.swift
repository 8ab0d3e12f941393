package import AssayDefinition
package import AssayQuality

/// Bounds on a score: below `fail_below` the gate fails, below `warn_below` it warns. Scores are 0 to 100.
package struct ScoreBound: ConfigObject {
  package var failBelow: Double?
  package var warnBelow: Double?

  package static let schema = Schema(
    "score bound", ScoreBound(), summary: "Bounds on a score from 0 to 100.",
    keys: [
      Key("fail_below", \.failBelow, "A lower score fails the gate."),
      Key("warn_below", \.warnBelow, "A lower score warns."),
    ],
    rules: [
      Rule("fail_below") { isScore($0.failBelow) ? nil : "a score is 0 to 100" },
      Rule("warn_below") { isScore($0.warnBelow) ? nil : "a score is 0 to 100" },
    ])
}

private func isScore(_ value: Double?) -> Bool { value.map { (0...100).contains($0) } ?? true }

/// How much each dimension counts in the overall score; those not named count once.
package struct ScoreWeights: ConfigObject {
  package var completeness = 1.0
  package var uniqueness = 1.0
  package var consistency = 1.0
  package var validity = 1.0
  package var timeliness = 1.0
  package var accuracy = 1.0

  package static let schema = Schema(
    "weights", ScoreWeights(), summary: "How much each dimension counts in the overall score.",
    keys: [
      Key("completeness", \.completeness, "Weight of completeness."),
      Key("uniqueness", \.uniqueness, "Weight of uniqueness."),
      Key("consistency", \.consistency, "Weight of consistency."),
      Key("validity", \.validity, "Weight of validity."),
      Key("timeliness", \.timeliness, "Weight of timeliness, where it is configured."),
      Key("accuracy", \.accuracy, "Weight of accuracy, where it is configured."),
    ],
    rules: Dimension.allCases.map { dimension in
      Rule(dimension.rawValue) { weights in
        let all = Dimension.allCases.map { weights[$0] }
        return all.contains { $0 < 0 || !$0.isFinite }
          ? "a weight is not negative" : all.allSatisfy { $0 == 0 } ? "all weights are 0" : nil
      }
    })

  package subscript(_ dimension: Dimension) -> Double {
    switch dimension {
    case .completeness: completeness
    case .uniqueness: uniqueness
    case .consistency: consistency
    case .validity: validity
    case .timeliness: timeliness
    case .accuracy: accuracy
    }
  }
}

/// How young the values of a column are to be, for a dimension of its own.
package struct TimelinessDeclaration: ConfigObject {
  package var column = ""
  package var maxAge: Duration?
  package var failBelow: Double?
  package var warnBelow: Double?

  package static let schema = Schema(
    "timeliness", TimelinessDeclaration(),
    summary: "The share of rows younger than an age, by the dates in a column, at the time of the run.",
    keys: [
      Key("column", \.column, required: true, "The column of dates or datetimes."),
      Key(
        "max_age", \.maxAge, required: true, "The greatest age of a timely row; a date counts as its midnight in UTC."),
      Key("fail_below", \.failBelow, "A lower score fails the gate."),
      Key("warn_below", \.warnBelow, "A lower score warns."),
    ],
    rules: [
      Rule("fail_below") { isScore($0.failBelow) ? nil : "a score is 0 to 100" },
      Rule("warn_below") { isScore($0.warnBelow) ? nil : "a score is 0 to 100" },
    ])

  package var bound: ScoreBound? {
    failBelow == nil && warnBelow == nil ? nil : ScoreBound(failBelow: failBelow, warnBelow: warnBelow)
  }
}

/// What the scores of a single column must reach.
package struct ColumnScoreDeclaration: ConfigObject {
  package var completeness: ScoreBound?
  package var validity: ScoreBound?
  package var accuracy: ScoreBound?

  package static let schema = Schema(
    "column score", ColumnScoreDeclaration(), summary: "What the scores of a single column must reach.",
    keys: [
      Key("completeness", \.completeness, "Bounds on the share of its cells that are not null."),
      Key("validity", \.validity, "Bounds on the share of its numbers that are no outliers."),
      Key("accuracy", \.accuracy, "Bounds on the share of its row checks' evaluations that hold."),
    ])
}

/// The `score` of a checked dataset: what it must reach.
package struct ScoreDeclaration: ConfigObject {
  package var overall: ScoreBound?
  package var completeness: ScoreBound?
  package var uniqueness: ScoreBound?
  package var consistency: ScoreBound?
  package var validity: ScoreBound?
  package var timeliness: TimelinessDeclaration?
  package var accuracy: ScoreBound?
  package var columns = Named<ColumnScoreDeclaration>()
  package var weights: ScoreWeights?

  package static let schema = Schema(
    "score", ScoreDeclaration(), summary: "What the dataset's scores must reach.",
    keys: [
      Key("overall", \.overall, "Bounds on the overall score."),
      Key("completeness", \.completeness, "Bounds on completeness."),
      Key("uniqueness", \.uniqueness, "Bounds on uniqueness."),
      Key("consistency", \.consistency, "Bounds on consistency."),
      Key("validity", \.validity, "Bounds on validity."),
      Key("timeliness", \.timeliness, "A further dimension: the share of rows younger than an age, with its bounds."),
      Key(
        "accuracy", \.accuracy,
        "A further dimension: the share of all evaluations of row checks that hold, with its bounds; `{}` for none."),
      Key("columns", \.columns, "Bounds on the scores of single columns, by the column's name."),
      Key("weights", \.weights, "How much each dimension counts in the overall score."),
    ])
}

/// The `score` of a pipeline: what the means of its datasets' scores must reach.
package struct PipelineScoreDeclaration: ConfigObject {
  package var overall: ScoreBound?
  package var completeness: ScoreBound?
  package var uniqueness: ScoreBound?
  package var consistency: ScoreBound?
  package var validity: ScoreBound?
  package var timeliness: ScoreBound?
  package var accuracy: ScoreBound?

  package static let schema = Schema(
    "pipeline score", PipelineScoreDeclaration(),
    summary: "What the means of all graded datasets' scores must reach. Datasets without data do not count.",
    keys: [
      Key("overall", \.overall, "Bounds on the mean of the overall scores."),
      Key("completeness", \.completeness, "Bounds on the mean of completeness."),
      Key("uniqueness", \.uniqueness, "Bounds on the mean of uniqueness."),
      Key("consistency", \.consistency, "Bounds on the mean of consistency."),
      Key("validity", \.validity, "Bounds on the mean of validity."),
      Key("timeliness", \.timeliness, "Bounds on the mean of timeliness, of datasets that have it."),
      Key("accuracy", \.accuracy, "Bounds on the mean of accuracy, of datasets that have it."),
    ])

  /// The bounds that are set, in the order of the report.
  package var bounds: [(target: ScoreOptions.Target, bound: ScoreBound)] {
    let all: [(ScoreOptions.Target, ScoreBound?)] = [
      (.overall, overall), (.dimension(.completeness), completeness), (.dimension(.uniqueness), uniqueness),
      (.dimension(.consistency), consistency), (.dimension(.validity), validity),
      (.dimension(.timeliness), timeliness), (.dimension(.accuracy), accuracy),
    ]
    return all.compactMap { target, bound in bound.map { (target, $0) } }
  }
}
