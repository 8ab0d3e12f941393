import AssayColumns

/// The metrics of a dataset.
package struct DatasetMetrics: Sendable, Hashable {
  /// The dimensions in the order of the report.
  package let dimensions: [Metric]
  /// The mean of the dimensions that have a value; nil where the dataset has no data.
  package let overall: Metric
  private let columnScores: ColumnScores

  /// The measures that the metrics are made of, under the options that they will be made with.
  package static func measures(_ score: ScoreOptions = ScoreOptions()) -> [Measure] {
    [
      .rowCount, .schema, .everyColumn(.nulls), .everyColumn(.classes), .everyColumn(.numericValues),
      .duplicateRows(ignoring: score.excluded(from: .uniqueness)),
    ] + (score.timeliness.map { [$0.measure] } ?? [])
  }

  /// The metrics from what a plan with `measures` of the same options found.
  ///
  /// A dataset without rows or without columns has no data: no metric has a value. A measure that is missing from the
  /// plan is a programmer's mistake.
  /// - Parameter rowChecks: What the row checks came to, for accuracy, in the order of the file.
  package init(_ values: MeasureValues, _ score: ScoreOptions = ScoreOptions(), rowChecks: [RowCheckCount] = []) {
    let hasData = values.rowCount > 0 && values.schema.count > 0
    let configured = Dimension.allCases.filter { dimension in
      switch dimension {
      case .timeliness: score.timeliness != nil
      case .accuracy: score.countsAccuracy
      default: true
      }
    }
    let dimensions = configured.map { dimension in
      let places = values.schema.fields.indices.filter {
        !score.excluded(from: dimension).contains(values.schema.fields[$0].name)
      }
      var metric =
        switch dimension {
        case .completeness: completeness(values, places)
        case .uniqueness: uniqueness(values, score)
        case .consistency: consistency(values, places)
        case .validity: validity(values, places)
        case .timeliness: timeliness(values, score)
        case .accuracy: accuracy(rowChecks)
        }
      if !hasData { metric.value = nil }
      return metric
    }
    self.dimensions = dimensions
    columnScores = hasData ? ColumnScores(values, rowChecks) : ColumnScores()
    var components: [MetricDetail.Entry<Double>] = []
    for metric in dimensions { if let value = metric.value { components.append(.init(metric.name, value)) } }
    overall = Metric(
      "overall_quality", value: score.mean(of: components),
      details: [MetricDetail("component_scores", .scores(components))])
  }

  /// Whether no dimension has a value, as of a dataset without rows or without columns.
  package var isNoData: Bool { dimensions.allSatisfy { $0.value == nil } }

  /// All metrics in the order of the report, the overall one last.
  package var all: [Metric] { dimensions + [overall] }

  /// The value of a dimension.
  package subscript(_ dimension: Dimension) -> Double? {
    dimensions.first { $0.name == dimension.rawValue }?.value
  }

  /// The value of completeness, validity or accuracy of one column; nil where it has no data, or there is no such column.
  package func value(of dimension: Dimension, column: String) -> Double? { columnScores[dimension, column] }
}

extension DatasetMetrics: Encodable {
  /// An object of the metrics by name, in the order of the report.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ReportKey.self)
    for metric in all { try container.encode(metric, forKey: ReportKey(stringValue: metric.name)) }
  }
}

/// What one row check came to.
package struct RowCheckCount: Sendable, Hashable {
  package var column: String?
  package var evaluated: Int
  package var failed: Int

  package init(column: String?, evaluated: Int, failed: Int) {
    self.column = column
    self.evaluated = evaluated
    self.failed = failed
  }
}

func percent(_ part: Int, _ whole: Int) -> Double? {
  whole == 0 ? nil : roundedToHundredths(Double(part) / Double(whole) * 100)
}

private func completeness(_ values: MeasureValues, _ places: [Int]) -> Metric {
  let nulls = places.map { MetricDetail.Entry(values.schema.fields[$0].name, values.nulls(at: $0)) }
  let cells = values.rowCount * places.count
  let empty = nulls.reduce(0) { $0 + $1.value }
  return Metric(
    Dimension.completeness.rawValue, value: percent(cells - empty, cells),
    details: [
      MetricDetail("total_cells", .count(cells)), MetricDetail("null_cells", .count(empty)),
      MetricDetail("columns", .counts(nulls)),
    ])
}

private func uniqueness(_ values: MeasureValues, _ score: ScoreOptions) -> Metric {
  let duplicates = values.duplicateRows(ignoring: score.excluded(from: .uniqueness))
  return Metric(
    Dimension.uniqueness.rawValue, value: percent(values.rowCount - duplicates, values.rowCount),
    details: [
      MetricDetail("total_rows", .count(values.rowCount)), MetricDetail("duplicate_rows", .count(duplicates)),
    ])
}

private func consistency(_ values: MeasureValues, _ places: [Int]) -> Metric {
  let mixed = places.filter { place in
    let field = values.schema.fields[place]
    // Declared, all values are of one type.
    if field.declared != nil { return false }
    let counts = values.classes(at: place)
    return field.reading == .fromText ? counts.isMixedText : counts.isMixedOwn
  }
  return Metric(
    Dimension.consistency.rawValue, value: percent(places.count - mixed.count, places.count),
    details: [
      MetricDetail("total_columns", .count(places.count)),
      MetricDetail("mixed_type_columns", .names(mixed.map { values.schema.fields[$0].name })),
    ])
}

private func validity(_ values: MeasureValues, _ places: [Int]) -> Metric {
  var numbers = 0
  var outliers: [MetricDetail.Entry<Int>] = []
  for place in places {
    guard let spread = values.numbers(at: place) else { continue }
    numbers += spread.count
    outliers.append(.init(values.schema.fields[place].name, spread.outliers))
  }
  let sum = outliers.reduce(0) { $0 + $1.value }
  return Metric(
    Dimension.validity.rawValue, value: percent(numbers - sum, numbers),
    details: [
      MetricDetail("total_numeric_values", .count(numbers)), MetricDetail("total_outliers", .count(sum)),
      MetricDetail("columns", .counts(outliers)),
    ])
}

private func timeliness(_ values: MeasureValues, _ score: ScoreOptions) -> Metric {
  var found = RowTestValue(evaluated: 0, failed: 0)
  if let timeliness = score.timeliness, case .rows(let rows)? = values[timeliness.measure] { found = rows }
  return Metric(
    Dimension.timeliness.rawValue, value: percent(found.evaluated - found.failed, found.evaluated),
    details: [
      MetricDetail("total_values", .count(found.evaluated)), MetricDetail("late_values", .count(found.failed)),
    ])
}

private func accuracy(_ checks: [RowCheckCount]) -> Metric {
  let evaluated = checks.reduce(0) { $0 + $1.evaluated }
  let failed = checks.reduce(0) { $0 + $1.failed }
  return Metric(
    Dimension.accuracy.rawValue, value: percent(evaluated - failed, evaluated),
    details: [MetricDetail("total_evaluations", .count(evaluated)), MetricDetail("failed_evaluations", .count(failed))])
}

extension MeasureValues {
  func nulls(at place: Int) -> Int {
    guard case .count(let count) = self[.nulls, at: place] else { preconditionFailure("nulls are measured") }
    return count
  }

  func classes(at place: Int) -> ClassCounts {
    guard case .classes(let counts) = self[.classes, at: place] else { preconditionFailure("classes are measured") }
    return counts
  }

  func numbers(at place: Int) -> NumberSpread? {
    guard case .numbers(let spread) = self[.numericValues, at: place] else {
      preconditionFailure("numeric values are measured")
    }
    return spread
  }

  fileprivate func duplicateRows(ignoring names: [String]) -> Int {
    guard case .rows(let value) = self[.duplicateRows(ignoring: names)] else {
      preconditionFailure("duplicate rows are measured")
    }
    return value.failed
  }
}
