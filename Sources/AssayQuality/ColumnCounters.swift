import AssayColumns

/// Counts null cells.
struct NullCounter: ColumnAccumulator {
  private var nulls = 0

  func part(of view: BatchView, at place: Int) -> Int { view.batch.columns[place].nullCount }
  mutating func merge(_ part: Int, rowsBefore: Int) { nulls += part }
  mutating func skip(rows: Int) { nulls += rows }
  func finish() -> MeasureValue { .count(nulls) }
}

/// Counts cells by class.
struct ClassCounter: ColumnAccumulator {
  private var counts = ClassCounts()

  func part(of view: BatchView, at place: Int) -> ClassCounts { view.classCounts(at: place) }
  mutating func merge(_ part: ClassCounts, rowsBefore: Int) { counts.merge(part) }
  mutating func skip(rows: Int) { counts[.null] += rows }
  func finish() -> MeasureValue { .classes(counts) }
}

/// Counts distinct values, nulls left out: by text, or by value where cells carry kinds.
struct DistinctCounter: ColumnAccumulator {
  private var seen = PartitionedHashSet()
  private var log: KeyLog?

  func part(of view: BatchView, at place: Int) -> PartitionedHashes {
    let column = view.batch.columns[place]
    var sums = [Hash128](repeating: .start, count: column.count)
    addHashes(of: column, seed: 1, to: &sums)
    // Each value goes on once a batch, so that merging, which runs alone, has less to do.
    var local = HashTable(keepsNotes: false)
    return PartitionedHashes(
      sums.enumerated().compactMap { row, hash in
        !column.isNull(row) && local.insert(hash) ? hash : nil
      })
  }

  mutating func merge(_ part: PartitionedHashes, rowsBefore: Int) throws(GradingFault) {
    if log != nil { try log?.append(part, rowsBefore: rowsBefore) } else { seen.insert(part) { _, _, _ in } }
  }

  var heldBytes: Int { seen.heldBytes }

  mutating func spill(to file: SpillFile) throws(GradingFault) {
    guard log == nil else { return }
    log = try KeyLog(seen, in: file)
    seen = PartitionedHashSet()
  }

  func finish() throws(GradingFault) -> MeasureValue {
    .count(try log?.replay { _, _, _ in } ?? seen.count)
  }
}

/// Counts the values that did not fit a declared type.
struct MisfitCounter: ColumnAccumulator {
  private let column: String
  private let sampling: Sampling
  private var evaluated = 0
  private var failed = 0
  private var lowest: LowestRows<FailingRow>
  /// All rows with a misfit, where they are kept.
  private var rows: RowSet?

  init(column: String, sampling: Sampling) {
    self.column = column
    self.sampling = sampling
    lowest = LowestRows(limit: sampling.keptRows)
    rows = sampling.keepsAllRows ? RowSet() : nil
  }

  struct Part: Sendable {
    var value: RowTestValue
    /// All rows with a misfit, where they are kept.
    var rows: [Int] = []
  }

  func part(of view: BatchView, at place: Int) -> Part {
    let batch = view.batch
    var value = RowTestValue(evaluated: batch.rowCount - batch.columns[place].nullCount, failed: 0)
    var rows: [Int] = []
    let sampled = SampledColumns(of: [], in: batch, sampling)
    let isPrivate = sampling.privateColumns.contains(column)
    for misfit in batch.misfits where misfit.column == place {
      value.evaluated += 1
      value.failed += 1
      if sampling.keepsAllRows { rows.append(misfit.row) }
      guard value.failures.count < sampling.keptRows else { continue }
      var row = sampled.failingRow(misfit.row)
      row.cells = [NamedText(column, isPrivate ? Sampling.mask : misfit.text)]
      value.failures.append(row)
    }
    return Part(value: value, rows: rows)
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    evaluated += part.value.evaluated
    failed += part.value.failed
    for row in part.rows { rows?.insert(rowsBefore + row) }
    for var row in part.value.failures where lowest.admits(row.row + rowsBefore) {
      row.row += rowsBefore
      lowest.insert(row)
    }
  }

  var heldBytes: Int { rows?.heldBytes ?? 0 }

  mutating func spill(to file: SpillFile) throws(GradingFault) { try rows?.spill(to: file) }

  func finish() -> MeasureValue {
    .rows(RowTestValue(evaluated: evaluated, failed: failed, failures: lowest.sorted(), rows: rows))
  }
}
