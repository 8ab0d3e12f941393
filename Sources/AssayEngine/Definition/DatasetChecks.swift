package import AssayDefinition
internal import AssayQuality

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
  /// Where `score` stands, or the dataset where it does not.
  package var scoreLocation: SourceLocation
  package var exclude = ScoreExclusions()
  package var key: [String] = []
  package var privateColumns: [String] = []
  package var profile = false
  /// Whether everything is measured that checks can be suggested from. No key of the file: commands set it.
  package var suggests = false
  package var failedRows = 1000
  package var snapshot = SnapshotSetting.standard
  package var checks: [CheckDeclaration] = []

  /// Nothing asked of a dataset but to have rows.
  package init(dataset: String, location: SourceLocation) {
    self.dataset = dataset
    self.location = location
    scoreLocation = location
  }

  /// The datasets that queries of the checks read, this one among them where there is a query.
  package var queriedDatasets: [String] {
    checks.compactMap(\.query).flatMap { [dataset] + $0.inputs }
  }

  /// The keys beside `dataset` and `columns`, which hold the checks themselves.
  package struct Settings: Sendable {
    package var onEmpty = OnEmpty.fail
    package var score: ScoreDeclaration?
    package var exclude: ScoreExclusions?
    package var key: [String] = []
    package var privateColumns: [String] = []
    package var profile = false
    package var failedRows = 1000
    package var snapshot = SnapshotSetting.standard

    package static let schema = Schema(
      "dataset checks", Settings(), summary: "What must hold of a dataset.",
      keys: [
        Key("on_empty", \.onEmpty, "What no rows at all mean: `fail` the gate, `warn`, or `pass`."),
        Key("score", \.score, "What the dataset's scores must reach."),
        Key("exclude", \.exclude, "Columns that a dimension of the score leaves out."),
        Key("key", \.key, "Columns shown with each failing row; the columns of `unique_key` by default."),
        Key(
          "failed_rows", \.failedRows,
          "How many failing rows of each check the store's table `failed_rows` keeps, those with the lowest numbers; 0 for none."
        ),
        Key(
          "private", \.privateColumns, "Columns whose values are kept out of samples, reports and the store's ledger."),
        Key(
          "snapshot", \.snapshot,
          "Whether runs keep the rows' keys and hashes of their cells, for `assay diff`: `false`, or `{rows: N}` for at most so many rows. Private cells are not kept, and with a private column in the key nothing is."
        ),
        Key("profile", \.profile, "Whether reports give each column's distinct values, minimum and maximum."),
      ],
      rules: [Rule("failed_rows") { $0.failedRows < 0 ? "a number of rows is not negative" : nil }])
  }
}
