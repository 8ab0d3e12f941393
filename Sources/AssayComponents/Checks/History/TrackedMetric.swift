internal import AssayColumns
internal import AssayDefinition
package import AssayEngine
package import AssayQuality

/// A number that is compared with what it was in earlier runs.
package enum TrackedMetric: String, ConfigChoice {
  case rowCount = "row_count"
  case completeness, uniqueness, consistency, validity, timeliness, accuracy
  case overallQuality = "overall_quality"
  case nulls
  case distinctCount = "distinct_count"
  case mean, sum, median, min, max, stddev

  /// Whether it is one of a column, rather than of the dataset.
  var isOfColumn: Bool {
    switch self {
    case .rowCount, .completeness, .uniqueness, .consistency, .validity, .timeliness, .accuracy,
      .overallQuality:
      false
    case .nulls, .distinctCount, .mean, .sum, .median, .min, .max, .stddev: true
    }
  }

  /// Whether it tells something of a column's values.
  var tellsValues: Bool { isOfColumn && self != .nulls && self != .distinctCount }

  /// What must be measured for it.
  func measures(_ column: String?) -> [Measure] {
    guard let column else { return [] }
    switch self {
    case .nulls: return [.nulls(column)]
    case .distinctCount: return [.distinct(column)]
    case .mean, .sum, .stddev: return [.column(.moments, column)]
    case .median: return [.numericValues(column)]
    case .min: return [.minimum(column)]
    case .max: return [.maximum(column)]
    case .rowCount, .completeness, .uniqueness, .consistency, .validity, .timeliness, .accuracy,
      .overallQuality:
      return []
    }
  }

  /// The metric's name in the store: `row_count`, `median(revenue)`.
  func storedName(_ column: String?) -> String { column.map { "\(rawValue)(\($0))" } ?? rawValue }

  /// The number in words, to start a sentence with.
  func subject(_ column: String?) -> String {
    let words = rawValue.replacing("_", with: " ")
    return column.map { "\(words) of \($0)" } ?? words
  }

  /// What it is in this run.
  func reading(_ evidence: CheckEvidence, _ column: String?) -> MetricReading {
    guard let column else {
      if self == .rowCount { return .number(Double(evidence.rowCount)) }
      return MetricReading(evidence.metrics?.all.first { $0.name == rawValue }?.value)
    }
    switch measures(column).first.flatMap({ evidence[$0] }) {
    case .missing(let columns)?: return .missing(columns)
    case .count(let count)?: return .number(Double(count))
    case .cell(.integer(let integer))?: return .number(Double(integer))
    case .cell(.decimal(let decimal))?: return MetricReading(decimal)
    case .numbers(let spread?)?: return MetricReading(spread.median)
    case .moments(let moments)?:
      switch self {
      case .mean: return MetricReading(moments.mean)
      case .sum: return MetricReading(moments.sum)
      default: return MetricReading(moments.deviation)
      }
    default: return .none
    }
  }
}

/// What a metric is in a run.
package enum MetricReading: Sendable, Hashable {
  case number(Double)
  /// There is nothing that it could be told of.
  case none
  /// Columns that are not there.
  case missing([String])

  init(_ value: Double?) { self = value.flatMap { $0.isFinite ? .number($0) : nil } ?? .none }

  /// The number, if there is one.
  var value: Double? { if case .number(let value) = self { value } else { nil } }
}

/// A check that compares a metric with what it was in earlier runs.
package protocol TrackingCheck: Check {
  var of: TrackedMetric { get }
  /// How many earlier values it looks at.
  var runs: Int { get }
  /// What should hold, in words.
  func expected(_ place: CheckPlace) -> String
  /// The verdict on a number, given what it was before, the newest first.
  func judge(_ value: Double, past: [Double], _ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement
}

extension TrackingCheck {
  package var scope: CheckScope { .either }
  package var judgesRows: Bool { false }
  package var keepsValues: Bool { of.tellsValues }

  package func misplacement(under column: String?) -> String? {
    if of.isOfColumn, column == nil {
      return "'\(of.rawValue)' is a number of a column: the check stands under 'columns' and the column's name"
    }
    if !of.isOfColumn, let column {
      return "'\(of.rawValue)' is a number of the dataset: the check stands under 'dataset', not under '\(column)'"
    }
    return nil
  }

  package func measures(_ place: CheckPlace) -> [Measure] { of.measures(place.column) }

  package func historyNeeds(_ place: CheckPlace) -> [HistoryNeed] {
    [.metric(of.storedName(place.column), runs: runs)]
  }

  package func keptNumbers(_ evidence: CheckEvidence, _ place: CheckPlace) -> [KeptNumber] {
    [KeptNumber(of.storedName(place.column), of.reading(evidence, place.column).value)]
  }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    switch of.reading(evidence, place.column) {
    case .number(let value):
      let past = evidence.history.metrics[of.storedName(place.column)] ?? []
      return judge(value, past: Array(past.prefix(runs)), evidence, place)
    case .none:
      return CheckJudgement(status: .noData, expected: expected(place), evaluated: evidence.rowCount)
    case .missing(let columns):
      var judgement = judgeValue(
        of: .missing(columns), of.subject(place.column), ValueThresholds(), severity: place.common.severity)
      judgement.expected = expected(place)
      return judgement
    }
  }
}
