package import AssayColumns
internal import Dispatch
internal import Synchronization

/// The measures of a dataset, made ready: an immutable value that makes parts of batches on any thread.
package struct GradingPlan: Sendable {
  private let everyColumn: [ColumnMeasure]
  private let byColumn: [String: [ColumnMeasure]]
  /// The measures of whole rows, with accumulators that have seen nothing.
  let rowMeasures: [(measure: Measure, fresh: any RowAccumulator)]
  let measures: [Measure]
  let sampling: Sampling
  private let expressions: [String]
  private let evaluator: (any SQLPredicateEvaluator)?

  /// A plan of measures, equal ones merged.
  ///
  /// `evaluator` is needed by tests that hold SQL. Throws where a pattern does not compile; a plan that holds SQL
  /// without an evaluator is a programmer's mistake.
  package init(
    _ measures: some Sequence<Measure>, sampling: Sampling = Sampling(),
    evaluator: (any SQLPredicateEvaluator)? = nil
  ) throws(PatternFault) {
    var seen: Set<Measure> = []
    self.measures = measures.filter { seen.insert($0).inserted }
    self.sampling = sampling
    self.evaluator = evaluator
    var everyColumn: [ColumnMeasure] = []
    var byColumn: [String: [ColumnMeasure]] = [:]
    var expressions: [String] = []
    var rowMeasures: [(measure: Measure, fresh: any RowAccumulator)] = []
    for measure in self.measures {
      switch measure {
      case .everyColumn(let kind): everyColumn.append(kind)
      case .column(let kind, let name): byColumn[name, default: []].append(kind)
      default: break
      }
      for text in measure.expressions where !expressions.contains(text) { expressions.append(text) }
      if case .filtered(_, let column, let filter) = measure {
        let kinds = FilteredColumn.kinds(of: column, filter: filter, among: self.measures)
        guard case .filtered(kinds[0], _, _) = measure else { continue }
        rowMeasures.append((measure, FilteredColumn(kinds, column: column, filter: filter, sampling: sampling)))
      } else if let fresh = try measure.makeAccumulator(sampling) {
        rowMeasures.append((measure, fresh))
      }
    }
    precondition(expressions.isEmpty || evaluator != nil, "SQL needs an evaluator")
    self.everyColumn = everyColumn
    self.byColumn = byColumn
    self.expressions = expressions
    self.rowMeasures = rowMeasures
  }

  /// What is measured of a column of this name, each kind once.
  private func kinds(of name: String) -> [ColumnMeasure] {
    everyColumn + (byColumn[name] ?? []).filter { !everyColumn.contains($0) }
  }

  /// The accumulators of a column that have seen nothing.
  func makeAccumulators(_ field: Field) -> [(kind: ColumnMeasure, accumulator: any ColumnAccumulator)] {
    ColumnMeasure.makeAccumulators(kinds(of: field.name), field, sampling)
  }

  /// What the measures see of one batch. Pure, and safe on several threads at once. O(cells × measures of them).
  package func partial(for batch: Batch) throws(GradingFault) -> Partial {
    var outcomes: [String: ExpressionOutcome] = [:]
    if let evaluator { outcomes = try evaluate(expressions, over: batch, with: evaluator) }
    let view = BatchView(batch, verdicts: outcomes)
    var columns: [[any Sendable]] = []
    columns.reserveCapacity(batch.columns.count)
    for (place, field) in batch.schema.fields.enumerated() {
      columns.append(makeAccumulators(field).map { $0.accumulator.erasedPart(of: view, at: place) })
    }
    var rows: [any Sendable] = []
    rows.reserveCapacity(rowMeasures.count)
    for (_, fresh) in rowMeasures { rows.append(try fresh.erasedPart(of: view)) }
    return Partial(rowCount: batch.rowCount, schema: batch.schema, columns: columns, rows: rows)
  }
}

/// What a plan's measures saw of one batch.
package struct Partial: Sendable {
  let rowCount: Int
  let schema: DatasetSchema
  let columns: [[any Sendable]]
  let rows: [any Sendable]
}

/// Gathers the parts of a dataset's batches, in batch order, into the values of the plan's measures.
///
/// The values do not depend on how the rows were cut into batches, nor on which threads made the parts.
package struct Grader: Sendable {
  package let plan: GradingPlan
  private var schema = DatasetSchema()
  private var rowCount = 0
  private var columns: [[(kind: ColumnMeasure, accumulator: any ColumnAccumulator)]] = []
  private var rows: [any RowAccumulator]
  private let memory: Int
  private let folder: String?
  private var file: SpillFile?

  /// A grader that has seen nothing.
  /// - Parameters:
  ///   - memory: bytes that exact measures may hold before they go to a temporary file.
  ///   - folder: where the file is made; `TMPDIR`, or `/tmp`.
  package init(_ plan: GradingPlan, memory: Int = .max, folder: String? = nil) {
    self.plan = plan
    self.memory = memory
    self.folder = folder
    rows = plan.rowMeasures.map(\.fresh)
  }

  /// Whether something went to the temporary file.
  package var hasSpilled: Bool { file != nil }

  /// What the measures see of one batch: `plan.partial(for:)`.
  package func partial(for batch: Batch) throws(GradingFault) -> Partial { try plan.partial(for: batch) }

  /// Takes the part of the next batch. Call in batch order, from one task. A batch may lack the last columns.
  ///
  /// Throws `spill` where what does not fit into memory cannot be written.
  package mutating func merge(_ part: Partial) throws(GradingFault) {
    grow(to: part.schema)
    for place in columns.indices {
      let isThere = place < part.columns.count
      for index in columns[place].indices {
        if isThere {
          try columns[place][index].accumulator.mergeErased(part.columns[place][index], rowsBefore: rowCount)
        } else {
          columns[place][index].accumulator.skip(rows: part.rowCount)
        }
      }
    }
    for index in rows.indices { try rows[index].mergeErased(part.rows[index], rowsBefore: rowCount) }
    rowCount += part.rowCount
    if memory < .max { try keepWithinMemory() }
  }

  /// Lets the accumulators that hold the most spill, once all together hold too much.
  private mutating func keepWithinMemory() throws(GradingFault) {
    var held = rows.reduce(0) { $0 + $1.heldBytes }
    for column in columns { for measured in column { held += measured.accumulator.heldBytes } }
    guard held > memory else { return }
    let folder = folder
    let open = file
    let file =
      if let open { open } else { try GradingFault.spilling { () throws(SpillFault) in try SpillFile(folder: folder) } }
    self.file = file
    let share = min(memory / 16, 1 << 20)
    for index in rows.indices where rows[index].heldBytes > share { try rows[index].spill(to: file) }
    for place in columns.indices {
      for index in columns[place].indices where columns[place][index].accumulator.heldBytes > share {
        try columns[place][index].accumulator.spill(to: file)
      }
    }
  }

  private mutating func grow(to wider: DatasetSchema) {
    guard wider.count > schema.count else { return }
    for field in wider.fields[schema.count...] {
      columns.append(
        plan.makeAccumulators(field).map { kind, fresh in
          var accumulator = fresh
          accumulator.skip(rows: rowCount)
          return (kind, accumulator)
        })
    }
    schema = wider
  }

  /// The values, after the last batch. `schema` is the dataset's final one, for columns that no batch had.
  ///
  /// Throws `spill` where what was written to the temporary file cannot be read.
  package func finish(schema final: DatasetSchema? = nil) throws(GradingFault) -> MeasureValues {
    var whole = self
    if let final {
      whole.grow(to: final)
      // Types that were settled at the end are those of the final schema.
      if final.count == whole.schema.count { whole.schema = final }
    }
    return try whole.values()
  }

  private func values() throws(GradingFault) -> MeasureValues {
    var values: [Measure: MeasureValue] = [:]
    let isBlank = rowCount == 0 && schema.count == 0
    for measure in plan.measures {
      let missing = isBlank ? [] : measure.columns.filter { schema.index(of: $0) == nil }
      switch measure {
      case _ where !missing.isEmpty: values[measure] = .missing(missing)
      case .rowCount: values[measure] = .count(rowCount)
      case .schema: values[measure] = .schema(schema)
      default: break
      }
    }
    for ((measure, _), accumulator) in zip(plan.rowMeasures, rows) where values[measure] == nil {
      values.merge(try accumulator.values(of: measure, schema)) { known, _ in known }
    }
    return MeasureValues(
      schema: schema, rowCount: rowCount, values: values, columns: try columnValues(),
      privateColumns: plan.sampling.privateColumns)
  }

  /// The values of the measures of columns, several columns at once: quartiles take their time.
  private func columnValues() throws(GradingFault) -> [[ColumnMeasure: MeasureValue]] {
    let found = Mutex(
      [Result<[ColumnMeasure: MeasureValue], GradingFault>](repeating: .success([:]), count: columns.count))
    DispatchQueue.concurrentPerform(iterations: columns.count) { place in
      let values = Result { () throws(GradingFault) in try Self.finish(columns[place]) }
      found.withLock { $0[place] = values }
    }
    return try found.withLock { $0 }.map { (result) throws(GradingFault) in try result.get() }
  }

  private static func finish(
    _ measured: [(kind: ColumnMeasure, accumulator: any ColumnAccumulator)]
  ) throws(GradingFault) -> [ColumnMeasure: MeasureValue] {
    var values: [ColumnMeasure: MeasureValue] = [:]
    for (kind, accumulator) in measured {
      values.merge(try accumulator.values(of: kind)) { known, _ in known }
    }
    return values
  }
}
