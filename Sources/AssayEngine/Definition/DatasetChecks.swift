package import AssayDefinition
internal import AssayQuality

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
      Rule("fail_below") { ($0.failBelow ?? 0) > 100 || ($0.failBelow ?? 0) < 0 ? "a score is 0 to 100" : nil },
      Rule("warn_below") { ($0.warnBelow ?? 0) > 100 || ($0.warnBelow ?? 0) < 0 ? "a score is 0 to 100" : nil },
    ])
}

/// How much each dimension counts in the overall score; those not named count once.
package struct ScoreWeights: ConfigObject {
  package var completeness = 1.0
  package var uniqueness = 1.0
  package var consistency = 1.0
  package var validity = 1.0

  package static let schema = Schema(
    "weights", ScoreWeights(), summary: "How much each dimension counts in the overall score.",
    keys: [
      Key("completeness", \.completeness, "Weight of completeness."),
      Key("uniqueness", \.uniqueness, "Weight of uniqueness."),
      Key("consistency", \.consistency, "Weight of consistency."),
      Key("validity", \.validity, "Weight of validity."),
    ],
    rules: ["completeness", "uniqueness", "consistency", "validity"].map { name in
      Rule(name) { weights in
        let all = [weights.completeness, weights.uniqueness, weights.consistency, weights.validity]
        return all.contains { $0 < 0 }
          ? "a weight is not negative" : all.allSatisfy { $0 == 0 } ? "all weights are 0" : nil
      }
    })
}

/// The `score` of a checked dataset: what it must reach.
package struct ScoreDeclaration: ConfigObject {
  package var overall: ScoreBound?
  package var completeness: ScoreBound?
  package var uniqueness: ScoreBound?
  package var consistency: ScoreBound?
  package var validity: ScoreBound?
  package var weights: ScoreWeights?

  package static let schema = Schema(
    "score", ScoreDeclaration(), summary: "What the dataset's scores must reach.",
    keys: [
      Key("overall", \.overall, "Bounds on the overall score."),
      Key("completeness", \.completeness, "Bounds on completeness."),
      Key("uniqueness", \.uniqueness, "Bounds on uniqueness."),
      Key("consistency", \.consistency, "Bounds on consistency."),
      Key("validity", \.validity, "Bounds on validity."),
      Key("weights", \.weights, "How much each dimension counts in the overall score."),
    ])
}

/// Columns that a dimension leaves out.
package struct ScoreExclusions: ConfigObject {
  package var completeness: [String] = []
  package var uniqueness: [String] = []
  package var consistency: [String] = []
  package var validity: [String] = []

  package static let schema = Schema(
    "exclude", ScoreExclusions(), summary: "Columns that a dimension leaves out.",
    keys: [
      Key("completeness", \.completeness, "Columns whose nulls do not count."),
      Key("uniqueness", \.uniqueness, "Columns that are not compared when rows repeat."),
      Key("consistency", \.consistency, "Columns whose mixed types do not count."),
      Key("validity", \.validity, "Columns whose outliers do not count, such as ids."),
    ])
}

/// Everything under `checks` for one dataset.
package struct DatasetChecks: Sendable {
  package var dataset: String
  package var location: SourceLocation
  package var onEmpty = OnEmpty.fail
  package var score = ScoreDeclaration()
  package var exclude = ScoreExclusions()
  package var key: [String] = []
  package var privateColumns: [String] = []
  package var profile = false
  package var checks: [CheckDeclaration] = []

  /// Nothing asked of a dataset but to have rows.
  package init(dataset: String, location: SourceLocation) {
    self.dataset = dataset
    self.location = location
  }

  /// The keys beside `dataset` and `columns`, which hold the checks themselves.
  package struct Settings: Sendable {
    package var onEmpty = OnEmpty.fail
    package var score: ScoreDeclaration?
    package var exclude: ScoreExclusions?
    package var key: [String] = []
    package var privateColumns: [String] = []
    package var profile = false

    package static let schema = Schema(
      "dataset checks", Settings(), summary: "What must hold of a dataset.",
      keys: [
        Key("on_empty", \.onEmpty, "What no rows at all mean: `fail` the gate, `warn`, or `pass`."),
        Key("score", \.score, "What the dataset's scores must reach."),
        Key("exclude", \.exclude, "Columns that a dimension of the score leaves out."),
        Key("key", \.key, "Columns shown with each failing row; the columns of `unique_key` by default."),
        Key("private", \.privateColumns, "Columns whose values are kept out of samples and reports."),
        Key("profile", \.profile, "Whether reports give each column's distinct values, minimum and maximum."),
      ])
  }
}
