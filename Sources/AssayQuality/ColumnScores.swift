import AssayColumns

/// The dimensions that a single column can have: completeness, validity and accuracy, 0 to 100.
struct ColumnScores: Sendable, Hashable {
  private struct Score: Sendable, Hashable {
    var completeness: Double?
    var validity: Double?
    var accuracy: Double?
  }

  private var columns: [String: Score] = [:]

  init() {}

  /// The scores of all columns; nulls and numeric values must have been measured.
  init(_ values: MeasureValues, _ checks: [RowCheckCount]) {
    for (place, field) in values.schema.fields.enumerated() {
      var score = Score(completeness: percent(values.rowCount - values.nulls(at: place), values.rowCount))
      if let spread = values.numbers(at: place) {
        score.validity = percent(spread.count - spread.outliers, spread.count)
      }
      let own = checks.filter { $0.column == field.name }
      let evaluated = own.reduce(0) { $0 + $1.evaluated }
      score.accuracy = percent(evaluated - own.reduce(0) { $0 + $1.failed }, evaluated)
      columns[field.name] = score
    }
  }

  subscript(_ dimension: Dimension, _ column: String) -> Double? {
    switch dimension {
    case .completeness: columns[column]?.completeness
    case .validity: columns[column]?.validity
    case .accuracy: columns[column]?.accuracy
    case .uniqueness, .consistency, .timeliness: nil
    }
  }
}
