import AssayColumns

/// What can be measured of one column in a scan. Adding one is a case here, a line in `makeAccumulator`, and a file.
package enum ColumnMeasure: Sendable, Hashable {
  /// Cells that are null, as `.count`.
  case nulls
  /// Cells by class, as `.classes`.
  case classes
  /// Distinct values, nulls left out, as `.count`.
  case distinct
  /// The least value, as `.cell`; null where there is none.
  case minimum
  /// The greatest value, as `.cell`; null where there is none.
  case maximum
  /// Quartiles and outliers, as `.numbers`; nil there where the column is not numeric.
  case numericValues
  /// The full spread of the numbers, as `.shape`; nil there where the column is not numeric. Where it is measured,
  /// `numericValues` comes of it too.
  case numberShape
  /// The full spread of dates and datetimes in days, as `.shape`; nil there where the column holds others.
  case dayShape
  /// Sum, mean, deviation and extremes of the numbers, as `.moments`.
  case moments
  /// The value below which a share (0 to 1) of the numbers lies, linearly interpolated, as `.reading`.
  case quantile(Double)
  /// The earliest and latest date or datetime, as `.dates`.
  case dateSpan
  /// Which of some values occur, and which others, as `.valueSet`.
  case valueSet([String])
  /// How often each text occurs, as `.frequencies`; nil there where more than so many are distinct.
  case frequencies(limit: Int)
  /// Lengths and formats that all values have, as `.texts`.
  case textShape
  /// Values that did not fit the declared type, as `.rows`.
  case misfits

  /// Whether what it finds holds values of the column, as opposed to how many there are.
  package var tellsValues: Bool {
    switch self {
    case .nulls, .classes, .distinct, .misfits: false
    case .minimum, .maximum, .numericValues, .numberShape, .moments, .quantile, .dayShape, .dateSpan, .valueSet,
      .frequencies, .textShape:
      true
    }
  }

  /// The accumulator of this measure for a column.
  func makeAccumulator(_ field: Field, _ sampling: Sampling) -> any ColumnAccumulator {
    switch self {
    case .nulls: NullCounter()
    case .classes: ClassCounter()
    case .distinct: DistinctCounter()
    case .minimum: ExtremeFinder(greatest: false)
    case .maximum: ExtremeFinder(greatest: true)
    case .numericValues, .numberShape, .moments, .quantile: NumberCollector([self])
    case .dateSpan: DateSpanFinder()
    case .valueSet(let values): ValueSetFinder(values, readsText: field.reading == .fromText && field.declared != .text)
    case .dayShape: DayShapeCollector()
    case .frequencies(let limit): FrequencyCounter(limit: limit)
    case .textShape: TextShapeFinder()
    case .misfits: MisfitCounter(column: field.name, sampling: sampling)
    }
  }
}

extension ColumnMeasure {
  /// Whether it is read from all numbers of the column, which are collected once for all such measures.
  var readsNumbers: Bool {
    switch self {
    case .numericValues, .numberShape, .moments, .quantile: true
    default: false
    }
  }

  /// The accumulators of measures of one column, each with the first measure that it serves.
  static func makeAccumulators(
    _ kinds: [ColumnMeasure], _ field: Field, _ sampling: Sampling
  ) -> [(kind: ColumnMeasure, accumulator: any ColumnAccumulator)] {
    let ofNumbers = kinds.filter(\.readsNumbers)
    return kinds.compactMap { kind in
      if !kind.readsNumbers { return (kind, kind.makeAccumulator(field, sampling)) }
      return kind == ofNumbers[0] ? (kind, NumberCollector(ofNumbers)) : nil
    }
  }
}

/// What can be measured of a dataset in one scan. Equal measures run once, whoever asks for them.
package enum Measure: Sendable, Hashable {
  /// All rows, as `.count`.
  case rowCount
  /// The columns after the last batch, as `.schema`.
  case schema
  /// One measure of one column.
  case column(ColumnMeasure, String)
  /// One measure of one column over the rows for which the SQL predicate `filter` is true.
  case filtered(ColumnMeasure, String, filter: String)
  /// One measure of each column there turns out to be. The values are asked for column by column.
  case everyColumn(ColumnMeasure)
  /// Rows that repeat an earlier row, as `.rows`; the columns named in `ignoring` are left out of the comparison, and
  /// rows for which the SQL predicate `filter` is not true are not evaluated.
  case duplicateRows(ignoring: [String] = [], filter: String? = nil)
  /// Rows whose key occurs more than once, as `.rows`; rows with a null in the key are not evaluated,
  /// nor are those for which the SQL predicate `filter` is not true.
  case duplicateKeys([String], filter: String? = nil)
  /// The rows' keys with hashes of their cells, as `.snapshot`, where there are at most `limit` rows.
  case rowSnapshot(key: [String], limit: Int)
  /// Rows that fail a predicate, as `.rows`.
  case count(where: RowTest)
  /// Rows whose value in a column is no number, or a number far from the others, as `.rows` with a `verdict`.
  case outliers(String, OutlierRule, filter: String? = nil)
  /// Rows whose value in a column breaks an order against the last value before it, as `.rows`.
  case order(String, OrderRule, filter: String? = nil)
  /// Rows whose key does not occur in another dataset: as `.keys` in a scan, as `.rows` once both datasets are measured.
  case references(ForeignKey)
  /// The distinct keys over some columns, as `.keySet`.
  case keySet([String])
  /// What a query over whole datasets gives. Nothing is measured in a scan.
  case query(QueryMeasure)

  /// One measure of a column, over all rows or those for which an SQL predicate is true.
  package static func column(_ kind: ColumnMeasure, _ name: String, filter: String?) -> Measure {
    filter.map { .filtered(kind, name, filter: $0) } ?? .column(kind, name)
  }

  package static func nulls(_ column: String) -> Measure { .column(.nulls, column) }
  package static func classes(_ column: String) -> Measure { .column(.classes, column) }
  package static func distinct(_ column: String) -> Measure { .column(.distinct, column) }
  package static func minimum(_ column: String) -> Measure { .column(.minimum, column) }
  package static func maximum(_ column: String) -> Measure { .column(.maximum, column) }
  package static func numericValues(_ column: String) -> Measure { .column(.numericValues, column) }
  package static func misfits(_ column: String) -> Measure { .column(.misfits, column) }

  /// The SQL texts that must be evaluated for the measure.
  package var expressions: [String] {
    switch self {
    case .count(let test): test.expressions
    case .duplicateKeys(_, let filter), .duplicateRows(_, let filter), .outliers(_, _, let filter),
      .order(_, _, let filter):
      filter.map { [$0] } ?? []
    case .filtered(_, _, let filter): [filter]
    case .references(let key): key.filter.map { [$0] } ?? []
    default: []
    }
  }

  /// Names of the columns without which the measure has no meaning.
  var columns: [String] {
    switch self {
    case .rowCount, .schema, .everyColumn, .duplicateRows, .query: []
    case .column(_, let name), .filtered(_, let name, _), .outliers(let name, _, _), .order(let name, _, _): [name]
    case .duplicateKeys(let names, _): names
    case .rowSnapshot(let key, _): key
    case .count(let test): test.judgedColumns
    case .references(let key): key.columns
    case .keySet(let names): names
    }
  }

  /// The accumulator of a measure that looks at whole rows, or nil where the columns or the grader itself keep it.
  func makeAccumulator(_ sampling: Sampling) throws(PatternFault) -> (any RowAccumulator)? {
    switch self {
    case .rowCount, .schema, .column, .everyColumn, .query: nil
    case .filtered(let kind, let column, let filter):
      FilteredColumn([kind], column: column, filter: filter, sampling: sampling)
    case .duplicateRows(let ignored, let filter):
      DuplicateRowCounter(ignoring: Set(ignored), filter: filter, sampling: sampling)
    case .duplicateKeys(let columns, let filter):
      DuplicateKeyCounter(columns: columns, filter: filter, sampling: sampling)
    case .rowSnapshot(let key, let limit):
      RowSnapshotTaker(key: key, limit: limit, privateColumns: sampling.privateColumns)
    case .count(let test): try RowTestCounter(test, sampling: sampling)
    case .outliers(let column, let rule, let filter):
      OutlierCounter(column: column, rule: rule, filter: filter, sampling: sampling)
    case .order(let column, let rule, let filter):
      OrderCounter(column: column, rule: rule, filter: filter, sampling: sampling)
    case .references(let key): ForeignKeyCollector(key, sampling: sampling)
    case .keySet(let columns): KeySetCollector(columns)
    }
  }
}

/// A query that a check asks of whole datasets, once they are complete.
package struct QueryMeasure: Sendable, Hashable {
  package enum Form: Sendable, Hashable {
    /// The rows that it gives fail: as `.rows`, of as many evaluated rows as the check's own dataset has.
    case failingRows
    /// It gives one number, as `.cell`; null for none.
    case number
  }

  package var sql: String
  /// The datasets that it may read, beside the check's own.
  package var inputs: [String]
  package var form: Form

  package init(_ sql: String, inputs: [String], _ form: Form) {
    self.sql = sql
    self.inputs = inputs
    self.form = form
  }

  /// Whether it may read one of some columns: it mentions one, or takes all with a star, other than in `count(*)`.
  ///
  /// Names are compared without their case. It says yes rather too often than too seldom.
  package func mayRead(_ columns: Set<String>) -> Bool {
    if columns.isEmpty { return false }
    let text = sql.lowercased()
    if text.filter({ !$0.isWhitespace }).replacing("(*)", with: "").contains("*") { return true }
    return columns.contains { name in
      let name = name.lowercased()
      return text.contains(name) || text.contains(name.replacing("\"", with: "\"\""))
    }
  }
}
