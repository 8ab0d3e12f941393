package import AssayColumns

/// The rows a test was asked of and those that fail it.
package struct RowTestValue: Sendable, Hashable {
  package var evaluated: Int
  package var failed: Int
  /// Failing rows with the lowest numbers, in order, at most `Sampling.keptRows`.
  package var failures: [FailingRow]
  /// All failing rows, where `Sampling.keepsAllRows` asks for them.
  package var rows: RowSet?
  /// The predicate that tells failing rows from others, where it became known with the last row only.
  package var verdict: Predicate?

  package init(
    evaluated: Int, failed: Int, failures: [FailingRow] = [], rows: RowSet? = nil, verdict: Predicate? = nil
  ) {
    self.evaluated = evaluated
    self.failed = failed
    self.failures = failures
    self.rows = rows
    self.verdict = verdict
  }
}

/// The spread of a numeric column.
package struct NumberSpread: Sendable, Hashable {
  /// Values, nulls left out.
  package var count: Int
  package var firstQuartile: Double
  package var median: Double
  package var thirdQuartile: Double
  /// Values below Q1 − 1.5·IQR or above Q3 + 1.5·IQR.
  package var outliers: Int
}

/// What a measure found.
package enum MeasureValue: Sendable, Hashable {
  case count(Int)
  case classes(ClassCounts)
  case cell(Cell)
  /// nil where the column is not numeric, or holds no value.
  case numbers(NumberSpread?)
  /// nil where the column holds others, or no value.
  case shape(NumberShape?)
  case moments(NumberMoments)
  case reading(NumberReading)
  case dates(DateSpan)
  case valueSet(ValueSetFinding)
  /// nil where too many are distinct.
  case frequencies(ValueFrequencies?)
  /// nil where no value is there.
  case texts(TextShape?)
  case schema(DatasetSchema)
  case rows(RowTestValue)
  /// Keys that are still to be looked for in another dataset.
  case keys(KeyRows)
  case keySet(KeySet)
  case snapshot(RowSnapshotValue)
  /// Columns that the measure needs and the dataset does not have.
  case missing([String])
}

/// What all measures of a dataset found.
package struct MeasureValues: Sendable {
  /// The columns after the last batch.
  package let schema: DatasetSchema
  package let rowCount: Int
  var values: [Measure: MeasureValue]
  /// Values of the measures of a column, by its place in the schema.
  let columns: [[ColumnMeasure: MeasureValue]]
  /// Columns whose values are never shown.
  package let privateColumns: Set<String>

  /// What a measure found; nil for one that the plan did not hold, and for `everyColumn`, which has many.
  ///
  /// A measure that needs other datasets gets its value once those are there.
  package subscript(_ measure: Measure) -> MeasureValue? {
    get {
      guard case .column(let kind, let name) = measure else { return values[measure] }
      if let place = schema.index(of: name) { return columns[place][kind] }
      return values[measure]
    }
    set { values[measure] = newValue }
  }

  /// What a measure found of the column at a place in the schema, or nil where it was not asked for.
  package subscript(_ kind: ColumnMeasure, at place: Int) -> MeasureValue? { columns[place][kind] }

  /// Whether the dataset has neither a row nor a column, so that no column can be said to be missing.
  package var isBlank: Bool { rowCount == 0 && schema.count == 0 }
}
