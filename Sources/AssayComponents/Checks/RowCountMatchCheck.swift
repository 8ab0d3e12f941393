package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `row_count_match`: the dataset has as many rows as another one.
package struct RowCountMatchCheck: Check, Component {
  var dataset = DatasetOrTable("")
  var tolerance = Amount.count(0)

  package static let schema = Schema(
    "row_count_match", RowCountMatchCheck(), summary: "The dataset has as many rows as another one.",
    details: """
      The other dataset is a source or step of the file, or `published.TABLE`: the table as it will be once the run is published,
      or, where no output of the run writes it, as it stands in the store. With `where`, the dataset's own rows are counted for
      which it is true.
      """,
    keys: [
      Key("dataset", \.dataset, required: true, "The other dataset, or `published.TABLE`."),
      Key(
        "tolerance", \.tolerance,
        "How many rows more or less are fine: a count, or a share of the other dataset's rows."),
    ],
    examples: [
      "dataset: [{row_count_match: {dataset: located}}]",
      "dataset: [{row_count_match: {dataset: published.customers, tolerance: 10%}, severity: warn}]",
    ],
    faults: [
      FaultExample(
        "dataset: [{row_count_match: {dataset: example, tolerance: ⟪few}}]",
        "expected a share from 0% to 100%, or a count of rows, not 'few'"),
      FaultExample(
        "dataset: [{row_count_match: {dataset: ⟪published.runs}}]",
        "the table 'runs' is the store's own, and no run publishes it"),
    ])

  package var scope: CheckScope { .dataset }
  package var judgesRows: Bool { false }
  package var takesFilter: Bool { true }

  private func measure(_ place: CheckPlace) -> Measure {
    place.common.filter.map { .count(where: RowTest(.expression("1"), filter: $0.sql)) } ?? .rowCount
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func foreignMeasures(_ place: CheckPlace) -> [(dataset: String, measure: Measure)] {
    [(dataset.name, .rowCount)]
  }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let margin =
      switch tolerance {
      case .count(0): ""
      default: ", give or take \(Amount.display(tolerance) ?? "")"
      }
    guard case .count(let other)? = evidence.others[dataset.name]?[.rowCount] else {
      return CheckJudgement(status: .noData, expected: "row count is that of \(dataset.name)\(margin)")
    }
    let expected = "row count is \(other), that of \(dataset.name)\(margin)"
    let own: Int
    switch evidence[measure(place)] {
    case .count(let count): own = count
    case .rows(let rows): own = rows.evaluated
    default:
      return judgeValue(
        of: evidence[measure(place)], "row count", ValueThresholds(), severity: place.common.severity)
    }
    if own == 0, other == 0 { return CheckJudgement(status: .noData, observed: .number(0), expected: expected) }
    let allowed =
      switch tolerance {
      case .count(let count): Double(count)
      case .share(let share): (share + shareSlack) * Double(other)
      }
    return CheckJudgement(
      status: Double(abs(own - other)) <= allowed ? .passed : place.common.severity.broken,
      observed: .number(Double(own)), expected: expected, evaluated: evidence.rowCount)
  }
}
