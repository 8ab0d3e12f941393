import AssayColumns

/// Counts every row whose key occurs more than once.
///
/// Memory: where the key is one column of integers that mostly rise, as ids do, a few bytes for each run of them;
/// else about 42 bytes for each distinct key.
struct DuplicateKeyCounter: RowAccumulator {
  private let columns: [String]
  private let filter: String?
  private let sampling: Sampling
  /// Names in the filter that some batch had no column for.
  private var absent: [String] = []
  /// Beside each key's hash: twice the row of its first occurrence, and one more once it has been repeated.
  private var seen = PartitionedHashSet(keepsNotes: true)
  /// All keys so far, while they mostly rise.
  private var runs: IntegerRuns?
  /// The keys of rows that fell back: notes as in `seen`.
  private var fallen: [Int64: UInt64] = [:]
  /// The keys, where they do not fit into memory, and what samples need.
  private var log: (keys: KeyLog, samples: SampleLog)?
  private var evaluated = 0
  private var repeated = 0
  private var lowest: LowestRows<FailingRow>
  /// All rows whose key occurs more than once, where they are kept.
  private var rows: RowSet?

  init(columns: [String], filter: String?, sampling: Sampling) {
    precondition(!columns.isEmpty, "a key has a column")
    self.columns = columns
    self.filter = filter
    self.sampling = sampling
    lowest = LowestRows(limit: sampling.keptRows)
    rows = sampling.keepsAllRows ? RowSet() : nil
  }

  struct Part: Sendable {
    /// The keys, where they mostly rise; else their hashes.
    var rising: RisingColumn?
    var hashes: PartitionedHashes
    var rowCount: Int
    var sampled: SampledColumns
    var absent: [String]
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    let key = columns.map { batch.column($0) ?? .nulls(count: batch.rowCount) }
    let sampled = SampledColumns(of: columns, in: batch, sampling)
    if key.count == 1, filter == nil, let place = batch.schema.index(of: columns[0]),
      let rising = view.risingColumn(at: place)
    {
      return Part(
        rising: rising, hashes: PartitionedHashes([]), rowCount: batch.rowCount, sampled: sampled, absent: [])
    }
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
      rising: nil, hashes: PartitionedHashes(sums) { complete[$0] }, rowCount: batch.rowCount, sampled: sampled,
      absent: absent)
  }

  mutating func merge(_ part: Part, rowsBefore: Int) throws(GradingFault) {
    for name in part.absent where !absent.contains(name) { absent.append(name) }
    if let rising = part.rising {
      if evaluated == 0, log == nil { runs = IntegerRuns(isText: rising.runs.isText) }
      if staysRising(with: rising) {
        merge(rising, part, rowsBefore: rowsBefore)
        return
      }
    }
    leaveRuns()
    let hashes = part.rising.map { PartitionedHashes(self.hashes(of: $0)) } ?? part.hashes
    guard log != nil else {
      insert(hashes, part, rowsBefore: rowsBefore)
      return
    }
    evaluated += hashes.hashes.count
    try log?.keys.append(hashes, rowsBefore: rowsBefore)
    try log?.samples.append(part.sampled, rowCount: part.rowCount, rowsBefore: rowsBefore)
  }

  var heldBytes: Int { (log == nil ? seen.heldBytes + (runs?.heldBytes ?? 0) : 0) + (rows?.heldBytes ?? 0) }

  mutating func spill(to file: SpillFile) throws(GradingFault) {
    try rows?.spill(to: file)
    guard log == nil else { return }
    leaveRuns()
    log = (try KeyLog(seen, in: file), SampleLog(in: file))
    seen = PartitionedHashSet(keepsNotes: true)
  }

  private func staysRising(with next: RisingColumn) -> Bool {
    guard let runs, runs.isText == next.runs.isText else { return false }
    return fallen.count <= runs.risingCount / RisingColumn.fallenShare + 4096
  }

  private mutating func merge(_ rising: RisingColumn, _ part: Part, rowsBefore: Int) {
    evaluated += part.rowCount
    var repeats = RepeatedRows(lowest, rows, part, rowsBefore: rowsBefore)
    rows = nil
    for row in runs?.take(rising, rowsBefore: rowsBefore) ?? [] {
      if var note = fallen[row.value] {
        repeats.add(row.row, first: &note)
        fallen[row.value] = note
      } else if let first = runs?.row(of: row.value) {
        var note = UInt64(first) << 1
        repeats.add(row.row, first: &note)
        fallen[row.value] = note
      } else {
        fallen[row.value] = UInt64(row.row) << 1
      }
    }
    lowest = repeats.lowest
    rows = repeats.rows
    repeated += repeats.count
  }

  /// Puts what was known as runs into the table.
  private mutating func leaveRuns() {
    guard let runs else { return }
    self.runs = nil
    runs.forEachHash(seed: 1, limit: 1 << 16) { hashes, rows in
      seen.insert(PartitionedHashes(hashes)) { local, _, note in note = UInt64(rows[Int(local)]) << 1 }
    }
    for (value, known) in fallen {
      let hash = hash(ofInteger: value, isText: runs.isText, seed: 1)
      seen.insert(PartitionedHashes([hash])) { _, _, note in note = known }
    }
    fallen = [:]
  }

  /// The hashes of all rows of a batch.
  private func hashes(of rising: RisingColumn) -> [Hash128] {
    let isText = rising.runs.isText
    var hashes = [Hash128](repeating: .start, count: rising.runs.risingCount + rising.fallen.count)
    rising.runs.forEachHash(seed: 1, limit: .max) { found, rows in
      for (hash, row) in zip(found, rows) { hashes[row] = hash }
    }
    for row in rising.fallen { hashes[row.row] = hash(ofInteger: row.value, isText: isText, seed: 1) }
    return hashes
  }

  private mutating func insert(_ hashes: PartitionedHashes, _ part: Part, rowsBefore: Int) {
    evaluated += hashes.hashes.count
    var repeats = RepeatedRows(lowest, rows, part, rowsBefore: rowsBefore)
    rows = nil
    lowest = LowestRows(limit: 0)
    seen.insert(hashes) { local, isNew, note in
      let row = rowsBefore + Int(local)
      if isNew { note = UInt64(row) << 1 } else { repeats.add(row, first: &note) }
    }
    lowest = repeats.lowest
    rows = repeats.rows
    repeated += repeats.count
  }

  func finish(_ schema: DatasetSchema) throws(GradingFault) -> MeasureValue {
    let missing = stillAbsent(absent, schema)
    if !missing.isEmpty { return .missing(missing) }
    var (repeated, lowest, rows) = (repeated, lowest, rows)
    if let log {
      var places = LowestRows<SampledPlace>(limit: sampling.keptRows)
      _ = try log.keys.replay { row, isNew, note in
        if isNew {
          note = UInt64(row) << 1
          return
        }
        repeated += 1
        places.insert(SampledPlace(row: row, source: row))
        rows?.insert(row)
        if note & 1 == 0 {
          repeated += 1
          places.insert(SampledPlace(row: Int(note >> 1), source: row))
          rows?.insert(Int(note >> 1))
          note |= 1
        }
      }
      for place in places.sorted() where lowest.admits(place.row + 1) {
        guard let (sampled, rowsBefore, _) = try log.samples.columns(of: place.source) else { continue }
        lowest.insert(FailingRow(row: place.row + 1, cells: sampled.judgedCells(place.source - rowsBefore)))
      }
    }
    return .rows(RowTestValue(evaluated: evaluated, failed: repeated, failures: lowest.sorted(), rows: rows))
  }
}

/// The rows of a batch whose key occurs more than once, as they are found.
private struct RepeatedRows {
  private(set) var lowest: LowestRows<FailingRow>
  private(set) var rows: RowSet?
  private(set) var count = 0
  private let sampled: SampledColumns
  private let rowsBefore: Int

  init(_ lowest: LowestRows<FailingRow>, _ rows: RowSet?, _ part: DuplicateKeyCounter.Part, rowsBefore: Int) {
    self.lowest = lowest
    self.rows = rows
    sampled = part.sampled
    self.rowsBefore = rowsBefore
  }

  /// Adds a row, from 0, and the first row of its key if that has not been counted: `first` is the note of the key.
  mutating func add(_ row: Int, first note: inout UInt64) {
    count += 1
    keep(row, like: row)
    if note & 1 == 0 {
      count += 1
      keep(Int(note >> 1), like: row)
      note |= 1
    }
  }

  /// The key of a row of the batch is that of all rows that it repeats, so its texts stand for theirs.
  private mutating func keep(_ row: Int, like local: Int) {
    rows?.insert(row)
    guard lowest.admits(row + 1) else { return }
    lowest.insert(FailingRow(row: row + 1, cells: sampled.judgedCells(local - rowsBefore)))
  }
}
