import AssayColumns

/// Counts the rows that repeat an earlier row.
///
/// Memory: 16 bytes a row while the integers of some column mostly rise, as ids do; else about 28 bytes for each distinct
/// row.
struct DuplicateRowCounter: RowAccumulator {
  private let ignored: Set<String>
  private let sampling: Sampling
  private var rising: RisingRows?
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
    /// In row order, where some column of the batch mostly rises; else by partition.
    var ordered: [Hash128] = []
    var partitioned: PartitionedHashes?
    /// The columns that mostly rise, by their places.
    var rising: [Int: RisingColumn]
    var rowCount: Int
    var sampled: SampledColumns
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    var sums = [Hash128](repeating: .start, count: batch.rowCount)
    var part = Part(rising: [:], rowCount: batch.rowCount, sampled: SampledColumns(of: [], in: batch, sampling))
    for (place, column) in batch.columns.enumerated() {
      if !ignored.isEmpty, ignored.contains(batch.schema.fields[place].name) { continue }
      addHashes(of: column, seed: place + 1, to: &sums)
      if let column = view.risingColumn(at: place) { part.rising[place] = column }
    }
    if part.rising.isEmpty { part.partitioned = PartitionedHashes(sums) } else { part.ordered = sums }
    return part
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    if part.rowCount == 0 { return }
    if rowCount == 0 { rising = RisingRows(part.rising) }
    rowCount += part.rowCount
    if let repeating = rising?.take(part.rising, part.ordered, rowsBefore: rowsBefore) {
      note(repeating, part, rowsBefore: rowsBefore)
      return
    }
    rising?.forEachStretch { seen.insert(PartitionedHashes($0)) { _, _, _ in } }
    rising = nil
    var repeating: [UInt32] = []
    seen.insert(part.partitioned ?? PartitionedHashes(part.ordered)) { row, isNew, _ in
      if !isNew { repeating.append(row) }
    }
    repeating.sort()
    note(repeating.lazy.map { Int($0) }, part, rowsBefore: rowsBefore)
  }

  /// Notes rows of a batch, numbered within it, that repeat earlier ones.
  private mutating func note(_ repeating: some Collection<Int>, _ part: Part, rowsBefore: Int) {
    repeats += repeating.count
    guard lowest.admits(rowsBefore + 1) else { return }
    for row in repeating.prefix(sampling.keptRows) {
      var failing = part.sampled.failingRow(row)
      failing.row += rowsBefore
      lowest.insert(failing)
    }
  }

  func finish(_ schema: DatasetSchema) -> MeasureValue {
    .rows(RowTestValue(evaluated: rowCount, failed: repeats, failures: lowest.sorted()))
  }
}

/// Rows in the order of a column that mostly rises, with their hashes.
private struct RisingRows {
  /// The place of the column.
  private let place: Int
  private var runs: IntegerRuns
  /// The hashes of all rows, batch by batch, with the number of each one's first row.
  private var stretches: [(firstRow: Int, hashes: [Hash128])] = []
  /// The hashes of rows that fell back.
  private var fallen = HashTable(keepsNotes: false)

  /// Rows in the order of the first such column; nil where there is none.
  init?(_ columns: [Int: RisingColumn]) {
    guard let place = columns.keys.min(), let column = columns[place] else { return nil }
    self.place = place
    runs = IntegerRuns(isText: column.runs.isText)
  }

  /// Takes the next batch, and returns its rows that repeat earlier ones, numbered within the batch in row order; nil,
  /// and takes nothing, where the column does not rise in it, or where too many rows have fallen back.
  mutating func take(_ columns: [Int: RisingColumn], _ hashes: [Hash128], rowsBefore: Int) -> [Int]? {
    guard let column = columns[place], column.runs.isText == runs.isText else { return nil }
    if fallen.count > runs.risingCount / RisingColumn.fallenShare + 4096 { return nil }
    stretches.append((rowsBefore, hashes))
    var repeating: [Int] = []
    for row in runs.take(column, rowsBefore: rowsBefore) {
      let hash = hashes[row.row - rowsBefore]
      let isRepeat = runs.row(of: row.value).map { self.hash(ofRow: $0) == hash } ?? false
      if !fallen.insert(hash) || isRepeat { repeating.append(row.row - rowsBefore) }
    }
    return repeating
  }

  /// Calls the body with the hashes of all rows, batch by batch.
  func forEachStretch(_ body: ([Hash128]) -> Void) {
    for stretch in stretches { body(stretch.hashes) }
  }

  private func hash(ofRow row: Int) -> Hash128 {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].firstRow <= row { low = middle + 1 } else { high = middle }
    }
    let stretch = stretches[low - 1]
    return stretch.hashes[row - stretch.firstRow]
  }
}
