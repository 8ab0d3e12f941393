import AssayColumns

/// A measure of one column: parts of batches are made concurrently, and merged in batch order.
protocol ColumnAccumulator: Sendable {
  associatedtype Part: Sendable
  /// What the measure sees of the column at a place of the batch. Pure: the accumulator's own state plays no part.
  func part(of view: BatchView, at place: Int) -> Part
  mutating func merge(_ part: Part, rowsBefore: Int) throws(GradingFault)
  /// Bytes held for exactness, which grow with the rows.
  var heldBytes: Int { get }
  /// Moves what is held to the file, from now on too where it can only go on that way.
  mutating func spill(to file: SpillFile) throws(GradingFault)
  /// Counts rows in which the column was not there yet: they are null.
  mutating func skip(rows: Int)
  func finish() throws(GradingFault) -> MeasureValue
  /// The values of all measures that it serves, of which `kind` is the first.
  func values(of kind: ColumnMeasure) throws(GradingFault) -> [ColumnMeasure: MeasureValue]
}

extension ColumnAccumulator {
  mutating func skip(rows: Int) {}
  func values(of kind: ColumnMeasure) throws(GradingFault) -> [ColumnMeasure: MeasureValue] { [kind: try finish()] }
  var heldBytes: Int { 0 }
  mutating func spill(to file: SpillFile) throws(GradingFault) {}

  func erasedPart(of view: BatchView, at place: Int) -> any Sendable { part(of: view, at: place) }

  mutating func mergeErased(_ part: any Sendable, rowsBefore: Int) throws(GradingFault) {
    guard let part = part as? Part else { preconditionFailure("a partial belongs to the plan that made it") }
    try merge(part, rowsBefore: rowsBefore)
  }
}

/// A measure of whole rows: parts of batches are made concurrently, and merged in batch order.
protocol RowAccumulator: Sendable {
  associatedtype Part: Sendable
  /// What the measure sees of a batch. Pure: the accumulator's own state plays no part.
  func part(of view: BatchView) throws(GradingFault) -> Part
  mutating func merge(_ part: Part, rowsBefore: Int) throws(GradingFault)
  /// Bytes held for exactness, which grow with the rows.
  var heldBytes: Int { get }
  /// Moves what is held to the file, from now on too where it can only go on that way.
  mutating func spill(to file: SpillFile) throws(GradingFault)
  /// The value, given the columns after the last batch.
  func finish(_ schema: DatasetSchema) throws(GradingFault) -> MeasureValue
  /// The values of all measures that it serves, of which `measure` is the first.
  func values(of measure: Measure, _ schema: DatasetSchema) throws(GradingFault) -> [Measure: MeasureValue]
}

extension RowAccumulator {
  func values(of measure: Measure, _ schema: DatasetSchema) throws(GradingFault) -> [Measure: MeasureValue] {
    [measure: try finish(schema)]
  }
  var heldBytes: Int { 0 }
  mutating func spill(to file: SpillFile) throws(GradingFault) {}

  func erasedPart(of view: BatchView) throws(GradingFault) -> any Sendable { try part(of: view) }

  mutating func mergeErased(_ part: any Sendable, rowsBefore: Int) throws(GradingFault) {
    guard let part = part as? Part else { preconditionFailure("a partial belongs to the plan that made it") }
    try merge(part, rowsBefore: rowsBefore)
  }
}
