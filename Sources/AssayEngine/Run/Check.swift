package import AssayColumns
internal import AssayDefinition
package import AssayQuality
package import AssayStore

/// What a check judges, and so where it may stand.
package enum CheckScope: Sendable, Hashable {
  case dataset, column
  /// Under `dataset` and under a column alike.
  case either
}

/// Where a check stands, with the keys beside its name.
package struct CheckPlace: Sendable {
  /// The column it stands under; nil for a check of the dataset.
  package var column: String?
  package var common: CheckCommon

  package init(column: String?, common: CheckCommon) {
    self.column = column
    self.common = common
  }
}

/// What a check may look at when it judges.
package struct CheckEvidence: Sendable {
  /// What was measured of the check's own dataset.
  package let values: MeasureValues
  /// What was measured of other datasets, by name: those for which the check asked.
  package let others: [String: MeasureValues]
  /// What came of the run's look-ups, by step.
  package let enrichments: [String: EnrichmentSummary]
  /// The dataset's metrics; nil where it has none, and while checks are judged that need no history.
  package var metrics: DatasetMetrics?
  /// What is known of the dataset from earlier runs: what the checks asked for.
  package let history: DatasetHistory
  /// The time that ages are counted to.
  package let now: StoreTime

  package init(
    _ values: MeasureValues, others: [String: MeasureValues] = [:], enrichments: [String: EnrichmentSummary] = [:],
    history: DatasetHistory = DatasetHistory(), now: StoreTime = .now
  ) {
    self.history = history
    self.values = values
    self.others = others
    self.enrichments = enrichments
    self.now = now
  }

  package var rowCount: Int { values.rowCount }
  package var schema: DatasetSchema { values.schema }

  /// What a measure found of the check's own dataset; nil for one that it did not ask for.
  package subscript(_ measure: Measure) -> MeasureValue? { values[measure] }
}

/// What must hold: data that says what is measured, and a judgement of what was. A check never sees rows.
package protocol Check: Sendable {
  var scope: CheckScope { get }
  /// Whether it judges row by row, so that `at_least`, `at_most`, samples and failing rows apply.
  var judgesRows: Bool { get }
  /// Whether `where` applies.
  var takesFilter: Bool { get }
  /// Columns that tell rows apart, where the check names such; shown with failing rows.
  var keyColumns: [String] { get }
  /// What is wrong with a row that fails, for the table of failing rows.
  var rowReason: String { get }
  /// What is wrong with the check where it stands, beside what its scope says; nil for nothing.
  func placementFault(_ place: CheckPlace) -> String?
  /// What must be measured. Equal measures of several checks are taken once.
  func measures(_ place: CheckPlace) -> [Measure]
  /// What must be measured of other datasets, by their names; `published.TABLE` is one too.
  func foreignMeasures(_ place: CheckPlace) -> [(dataset: String, measure: Measure)]
  /// Those of both kinds of measures whose failing rows fail the check; nil for the check's own dataset.
  func failingRows(_ place: CheckPlace) -> [(dataset: String?, measure: Measure)]
  /// The look-up step that is judged, for a check of one.
  var lookupStep: DatasetName? { get }
  /// What must be known of earlier runs.
  func historyNeeds(_ place: CheckPlace) -> [HistoryNeed]
  /// The numbers that are kept for later runs to compare with.
  func keptNumbers(_ evidence: CheckEvidence, _ place: CheckPlace) -> [KeptNumber]
  /// Whether something of the column's values is kept for later runs, as may not be of a private column.
  var keepsValues: Bool { get }
  /// What is wrong with the check under a column, or under `dataset` for nil, beside its scope; nil for nothing.
  func misplacement(under column: String?) -> String?
  /// The judgement of what was measured.
  func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement
}

extension Check {
  package var judgesRows: Bool { true }
  package var takesFilter: Bool { judgesRows }
  package var keyColumns: [String] { [] }
  package var rowReason: String { "does not hold" }
  package func placementFault(_ place: CheckPlace) -> String? { nil }
  package func foreignMeasures(_ place: CheckPlace) -> [(dataset: String, measure: Measure)] { [] }
  package func failingRows(_ place: CheckPlace) -> [(dataset: String?, measure: Measure)] {
    measures(place).map { (nil, $0) }
  }
  package var lookupStep: DatasetName? { nil }
  package func historyNeeds(_ place: CheckPlace) -> [HistoryNeed] { [] }
  package func keptNumbers(_ evidence: CheckEvidence, _ place: CheckPlace) -> [KeptNumber] { [] }
  package var keepsValues: Bool { false }
  package func misplacement(under column: String?) -> String? { nil }
}
