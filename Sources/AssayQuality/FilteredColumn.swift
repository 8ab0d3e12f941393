import AssayColumns

/// Measures of one column over the rows for which an SQL predicate is true.
///
/// Memory: that of the measures.
struct FilteredColumn: RowAccumulator {
  private let kinds: [ColumnMeasure]
  private let column: String
  private let filter: String
  private let sampling: Sampling
  /// Made when the column first appears.
  private var measured: [(kind: ColumnMeasure, accumulator: any ColumnAccumulator)] = []
  /// Rows of batches that did not have the column.
  private var skipped = 0
  /// Names in the filter that some batch had no column for.
  private var absent: [String] = []

  init(_ kinds: [ColumnMeasure], column: String, filter: String, sampling: Sampling) {
    self.kinds = kinds
    self.column = column
    self.filter = filter
    self.sampling = sampling
  }

  /// What is measured of a column under a filter, in the order in which it is asked for.
  static func kinds(of column: String, filter: String, among measures: [Measure]) -> [ColumnMeasure] {
    measures.compactMap { measure in
      if case .filtered(let kind, column, filter) = measure { kind } else { nil }
    }
  }

  struct Part: Sendable {
    /// The column's field and the parts of its measures; nil where the batch does not have the column yet.
    var field: Field?
    var parts: [any Sendable]
    var rows: Int
    var absent: [String]
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let outcome = view.outcome(of: filter)
    let rows = outcome.verdict.isTrue.setCount
    guard let place = view.batch.schema.index(of: column) else {
      return Part(field: nil, parts: [], rows: rows, absent: outcome.absent)
    }
    let field = view.batch.schema.fields[place]
    let accumulators = ColumnMeasure.makeAccumulators(kinds, field, sampling)
    if rows == view.batch.rowCount {
      let parts = accumulators.map { $0.accumulator.erasedPart(of: view, at: place) }
      return Part(field: field, parts: parts, rows: rows, absent: outcome.absent)
    }
    let picked = view.batch.columns[place].gather(outcome.verdict.isTrue.setIndices().map { Int32($0) })
    let filtered = BatchView(Batch(schema: DatasetSchema([field]), columns: [picked], rowCount: rows))
    let parts = accumulators.map { $0.accumulator.erasedPart(of: filtered, at: 0) }
    return Part(field: field, parts: parts, rows: rows, absent: outcome.absent)
  }

  mutating func merge(_ part: Part, rowsBefore: Int) throws(GradingFault) {
    for name in part.absent where !absent.contains(name) { absent.append(name) }
    guard let field = part.field else {
      skipped += part.rows
      for index in measured.indices { measured[index].accumulator.skip(rows: part.rows) }
      return
    }
    begin(field)
    for (index, part) in part.parts.enumerated() {
      try measured[index].accumulator.mergeErased(part, rowsBefore: rowsBefore)
    }
  }

  private mutating func begin(_ field: Field) {
    guard measured.isEmpty else { return }
    measured = ColumnMeasure.makeAccumulators(kinds, field, sampling)
    for index in measured.indices { measured[index].accumulator.skip(rows: skipped) }
  }

  var heldBytes: Int { measured.reduce(0) { $0 + $1.accumulator.heldBytes } }

  mutating func spill(to file: SpillFile) throws(GradingFault) {
    for index in measured.indices { try measured[index].accumulator.spill(to: file) }
  }

  func finish(_ schema: DatasetSchema) throws(GradingFault) -> MeasureValue {
    let values = try values(of: .filtered(kinds[0], column, filter: filter), schema)
    return values[.filtered(kinds[0], column, filter: filter)] ?? .missing([column])
  }

  func values(of measure: Measure, _ schema: DatasetSchema) throws(GradingFault) -> [Measure: MeasureValue] {
    let missing = stillAbsent(absent, schema)
    var values: [Measure: MeasureValue] = [:]
    if !missing.isEmpty {
      for kind in kinds { values[.filtered(kind, column, filter: filter)] = .missing(missing) }
      return values
    }
    var whole = self
    whole.begin(schema.index(of: column).map { schema.fields[$0] } ?? Field(column, reading: .own))
    for (kind, accumulator) in whole.measured {
      for (kind, value) in try accumulator.values(of: kind) where kinds.contains(kind) {
        values[.filtered(kind, column, filter: filter)] = value
      }
    }
    return values
  }
}
