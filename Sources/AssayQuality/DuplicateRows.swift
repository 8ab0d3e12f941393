import AssayColumns

/// Counts the rows that repeat an earlier row.
///
/// Memory: 16 bytes a row while the integers of some column mostly rise, as ids do; else about 28 bytes for each distinct
/// row.
struct DuplicateRowCounter: RowAccumulator {
  private let ignored: Set<String>
  private let filter: String?
  private let sampling: Sampling
  /// Names in the filter that some batch had no column for.
  private var absent: [String] = []
  private var rising: RisingRows?
  private var seen = PartitionedHashSet()
  /// The hashes, where they do not fit into memory, and what samples need.
  private var log: (keys: KeyLog, samples: SampleLog)?
  private var file: SpillFile?
  private var rowCount = 0
  private var evaluated = 0
  private var repeats = 0
  private var lowest: LowestRows<FailingRow>
  /// All rows that repeat an earlier one, where they are kept.
  private var rows: RowSet?

  init(ignoring ignored: Set<String>, filter: String? = nil, sampling: Sampling) {
    self.ignored = ignored
    self.filter = filter
    self.sampling = sampling
    lowest = LowestRows(limit: sampling.keptRows)
    rows = sampling.keepsAllRows ? RowSet() : nil
  }

  struct Part: Sendable {
    /// In row order, where some column of the batch mostly rises; else by partition.
    var ordered: [Hash128] = []
    var partitioned: PartitionedHashes?
    /// The columns that mostly rise, by their places.
    var rising: [Int: RisingColumn]
    var rowCount: Int
    var evaluated: Int
    var sampled: SampledColumns
    var absent: [String] = []
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    var sums = [Hash128](repeating: .start, count: batch.rowCount)
    var part = Part(
      rising: [:], rowCount: batch.rowCount, evaluated: batch.rowCount,
      sampled: SampledColumns(of: [], in: batch, sampling))
    for (place, column) in batch.columns.enumerated() {
      if !ignored.isEmpty, ignored.contains(batch.schema.fields[place].name) { continue }
      addHashes(of: column, seed: place + 1, to: &sums)
      if filter == nil, let column = view.risingColumn(at: place) { part.rising[place] = column }
    }
    if let filter {
      let outcome = view.outcome(of: filter)
      let hashes = PartitionedHashes(sums) { outcome.verdict.isTrue[$0] }
      part.evaluated = hashes.hashes.count
      part.partitioned = hashes
      part.absent = outcome.absent
      return part
    }
    if part.rising.isEmpty { part.partitioned = PartitionedHashes(sums) } else { part.ordered = sums }
    return part
  }

  mutating func merge(_ part: Part, rowsBefore: Int) throws(GradingFault) {
    for name in part.absent where !absent.contains(name) { absent.append(name) }
    if part.rowCount == 0 { return }
    if rowCount == 0 { rising = RisingRows(part.rising) }
    rowCount += part.rowCount
    evaluated += part.evaluated
    if rising != nil {
      if let repeating = try rising?.take(part.rising, part.ordered, rowsBefore: rowsBefore) {
        note(repeating, part, rowsBefore: rowsBefore)
        return
      }
      try leaveRising()
    }
    let hashes = part.partitioned ?? PartitionedHashes(part.ordered)
    if log != nil {
      try log?.keys.append(hashes, rowsBefore: rowsBefore)
      try log?.samples.append(part.sampled, rowCount: part.rowCount, rowsBefore: rowsBefore)
      return
    }
    var repeating: [UInt32] = []
    seen.insert(hashes) { row, isNew, _ in
      if !isNew { repeating.append(row) }
    }
    repeating.sort()
    note(repeating.lazy.map { Int($0) }, part, rowsBefore: rowsBefore)
  }

  /// Puts the hashes that were laid aside into the table, or into the file if they went there.
  private mutating func leaveRising() throws(GradingFault) {
    guard let rising else { return }
    self.rising = nil
    if let file { log = (try KeyLog(seen, in: file), SampleLog(in: file)) }
    for index in 0..<rising.stretchCount {
      let hashes = PartitionedHashes(try rising.hashes(ofStretch: index))
      guard log != nil else {
        seen.insert(hashes) { _, _, _ in }
        continue
      }
      // Repeats among them have been counted, so all are known.
      try log?.keys.appendKnown(hashes)
    }
  }

  var heldBytes: Int { (log == nil ? seen.heldBytes + (rising?.heldBytes ?? 0) : 0) + (rows?.heldBytes ?? 0) }

  mutating func spill(to file: SpillFile) throws(GradingFault) {
    try rows?.spill(to: file)
    guard log == nil else { return }
    self.file = file
    if rising != nil {
      try rising?.spill(to: file)
    } else {
      log = (try KeyLog(seen, in: file), SampleLog(in: file))
      seen = PartitionedHashSet()
    }
  }

  /// Notes rows of a batch, numbered within it, that repeat earlier ones.
  private mutating func note(_ repeating: some Collection<Int>, _ part: Part, rowsBefore: Int) {
    repeats += repeating.count
    if rows != nil { for row in repeating { rows?.insert(rowsBefore + row) } }
    guard lowest.admits(rowsBefore + 1) else { return }
    for row in repeating.prefix(sampling.keptRows) {
      var failing = part.sampled.failingRow(row)
      failing.row += rowsBefore
      lowest.insert(failing)
    }
  }

  func finish(_ schema: DatasetSchema) throws(GradingFault) -> MeasureValue {
    let missing = stillAbsent(absent, schema)
    if !missing.isEmpty { return .missing(missing) }
    var (repeats, lowest, rows) = (repeats, lowest, rows)
    if let log {
      var places = LowestRows<SampledPlace>(limit: sampling.keptRows)
      _ = try log.keys.replay { row, isNew, _ in
        if isNew { return }
        repeats += 1
        places.insert(SampledPlace(row: row, source: row))
        rows?.insert(row)
      }
      for place in places.sorted() where lowest.admits(place.row + 1) {
        guard let (sampled, rowsBefore, _) = try log.samples.columns(of: place.source) else { continue }
        var failing = sampled.failingRow(place.source - rowsBefore)
        failing.row = place.row + 1
        lowest.insert(failing)
      }
    }
    return .rows(RowTestValue(evaluated: evaluated, failed: repeats, failures: lowest.sorted(), rows: rows))
  }
}

/// Rows in the order of a column that mostly rises, with their hashes.
private struct RisingRows {
  /// The place of the column.
  private let place: Int
  private var runs: IntegerRuns
  private struct Stretch: Sendable {
    let firstRow: Int
    /// Empty once the hashes are in the file.
    var hashes: [Hash128]
    let count: Int
    var offset = 0
  }

  /// The hashes of all rows, batch by batch.
  private var stretches: [Stretch] = []
  private var spilledCount = 0
  private var file: SpillFile?
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
  mutating func take(
    _ columns: [Int: RisingColumn], _ hashes: [Hash128], rowsBefore: Int
  ) throws(GradingFault) -> [Int]? {
    guard let column = columns[place], column.runs.isText == runs.isText else { return nil }
    if fallen.count > runs.risingCount / RisingColumn.fallenShare + 4096 { return nil }
    stretches.append(Stretch(firstRow: rowsBefore, hashes: hashes, count: hashes.count))
    heldBytes += hashes.count * MemoryLayout<Hash128>.stride
    var repeating: [Int] = []
    for row in runs.take(column, rowsBefore: rowsBefore) {
      let hash = hashes[row.row - rowsBefore]
      let known = runs.row(of: row.value)
      let isRepeat = if let known { try self.hash(ofRow: known) == hash } else { false }
      if !fallen.insert(hash) || isRepeat { repeating.append(row.row - rowsBefore) }
    }
    return repeating
  }

  var stretchCount: Int { stretches.count }

  /// The hashes of a batch's rows.
  func hashes(ofStretch index: Int) throws(GradingFault) -> [Hash128] {
    let stretch = stretches[index]
    guard stretch.hashes.isEmpty, let file else { return stretch.hashes }
    return try GradingFault.spilling { () throws(SpillFault) in try file.read(stretch.offset, count: stretch.count) }
  }

  /// Bytes of the hashes that are in memory.
  private(set) var heldBytes = 0

  /// Moves all hashes to the file.
  mutating func spill(to file: SpillFile) throws(GradingFault) {
    self.file = file
    while spilledCount < stretches.count {
      let hashes = stretches[spilledCount].hashes
      stretches[spilledCount].offset = try GradingFault.spilling { () throws(SpillFault) in try file.append(hashes) }
      stretches[spilledCount].hashes = []
      spilledCount += 1
    }
    heldBytes = 0
  }

  private func hash(ofRow row: Int) throws(GradingFault) -> Hash128 {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].firstRow <= row { low = middle + 1 } else { high = middle }
    }
    let stretch = stretches[low - 1]
    let place = row - stretch.firstRow
    guard stretch.hashes.isEmpty, let file else { return stretch.hashes[place] }
    let offset = stretch.offset + place * MemoryLayout<Hash128>.stride
    return try GradingFault.spilling { () throws(SpillFault) in
      try file.read(offset, count: 1, as: Hash128.self)[0]
    }
  }
}
