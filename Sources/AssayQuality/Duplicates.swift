import AssayColumns

/// Counts the rows that repeat an earlier row. Memory: about 28 bytes for each distinct row.
struct DuplicateRowCounter: RowAccumulator {
  private let ignored: Set<String>
  private let sampling: Sampling
  private var seen = PartitionedHashSet()
  private var rowCount = 0
  private var repeats = 0
  private var lowest: LowestRows

  init(ignoring ignored: Set<String>, sampling: Sampling) {
    self.ignored = ignored
    self.sampling = sampling
    lowest = LowestRows(limit: sampling.keptRows)
  }

  struct Part: Sendable {
    var hashes: PartitionedHashes
    var rowCount: Int
    var sampled: SampledColumns
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    var sums = [Hash128](repeating: .start, count: batch.rowCount)
    for (place, column) in batch.columns.enumerated()
    where ignored.isEmpty || !ignored.contains(batch.schema.fields[place].name) {
      addHashes(of: column, seed: place + 1, to: &sums)
    }
    return Part(
      hashes: PartitionedHashes(sums), rowCount: batch.rowCount, sampled: SampledColumns(of: [], in: batch, sampling))
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    rowCount += part.rowCount
    var repeating: [UInt32] = []
    seen.insert(part.hashes) { row, isNew, _ in if !isNew { repeating.append(row) } }
    repeats += repeating.count
    guard lowest.admits(rowsBefore + 1) else { return }
    for row in repeating.sorted().prefix(sampling.keptRows) {
      var failing = part.sampled.failingRow(Int(row))
      failing.row += rowsBefore
      lowest.insert(failing)
    }
  }

  func finish(_ schema: DatasetSchema) -> MeasureValue {
    .rows(RowTestValue(evaluated: rowCount, failed: repeats, failures: lowest.sorted()))
  }
}

/// Counts every row whose key occurs more than once. Memory: about 42 bytes for each distinct key.
struct DuplicateKeyCounter: RowAccumulator {
  private let columns: [String]
  private let filter: String?
  private let sampling: Sampling
  /// Names in the filter that some batch had no column for.
  private var absent: [String] = []
  /// Beside each key's hash: twice the row of its first occurrence, and one more once it has been repeated.
  private var seen = PartitionedHashSet(keepsNotes: true)
  private var evaluated = 0
  private var repeated = 0
  private var lowest: LowestRows

  init(columns: [String], filter: String?, sampling: Sampling) {
    precondition(!columns.isEmpty, "a key has a column")
    self.columns = columns
    self.filter = filter
    self.sampling = sampling
    lowest = LowestRows(limit: sampling.keptRows)
  }

  struct Part: Sendable {
    var hashes: PartitionedHashes
    var sampled: SampledColumns
    var absent: [String]
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    let key = columns.map { batch.column($0) ?? .nulls(count: batch.rowCount) }
    var sums = [Hash128](repeating: .start, count: batch.rowCount)
    var complete = Bitmap(repeating: true, count: batch.rowCount)
    for (place, column) in key.enumerated() {
      addHashes(of: column, seed: place + 1, to: &sums)
      if let validity = column.validity { complete.formIntersection(validity) }
    }
    var absent: [String] = []
    if let filter {
      let outcome = view.outcome(of: filter)
      complete.formIntersection(outcome.verdict.isTrue)
      absent = outcome.absent
    }
    return Part(
      hashes: PartitionedHashes(sums) { complete[$0] }, sampled: SampledColumns(of: columns, in: batch, sampling),
      absent: absent)
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    evaluated += part.hashes.hashes.count
    for name in part.absent where !absent.contains(name) { absent.append(name) }
    var repeats = 0
    var lowest = lowest
    self.lowest = LowestRows(limit: 0)
    // The key of the row `local` is that of all rows that repeat it, so its texts stand for theirs.
    func keep(_ row: Int, _ local: UInt32) {
      guard lowest.admits(row) else { return }
      lowest.insert(FailingRow(row: row, cells: part.sampled.judgedCells(Int(local))))
    }
    seen.insert(part.hashes) { local, isNew, note in
      let row = rowsBefore + Int(local)
      if isNew {
        note = UInt64(row) << 1
        return
      }
      repeats += 1
      keep(row + 1, local)
      if note & 1 == 0 {
        repeats += 1
        keep(Int(note >> 1) + 1, local)
        note |= 1
      }
    }
    self.lowest = lowest
    repeated += repeats
  }

  func finish(_ schema: DatasetSchema) -> MeasureValue {
    let missing = stillAbsent(absent, schema)
    if !missing.isEmpty { return .missing(missing) }
    return .rows(RowTestValue(evaluated: evaluated, failed: repeated, failures: lowest.sorted()))
  }
}
