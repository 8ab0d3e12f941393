import AssayColumns

/// Columns whose values must occur in columns of another dataset.
package struct ForeignKey: Sendable, Hashable {
  package var columns: [String]
  /// The other dataset, or the same.
  package var dataset: String
  /// The other dataset's columns, in the order of `columns`.
  package var targets: [String]
  /// An SQL predicate: rows for which it is false or null are not evaluated.
  package var filter: String?

  /// A key of as many columns here as there.
  package init(_ columns: [String], in dataset: String, _ targets: [String], filter: String? = nil) {
    precondition(!columns.isEmpty && columns.count == targets.count, "a key has as many columns here as there")
    self.columns = columns
    self.dataset = dataset
    self.targets = targets
    self.filter = filter
  }

  /// What must be measured of the other dataset.
  package var target: Measure { .keySet(targets) }
}

/// The keys of a batch that are complete, as comparable hashes.
private func comparableKeys(_ columns: [String], in batch: Batch) -> (sums: [Hash128], complete: Bitmap) {
  var sums = [Hash128](repeating: .start, count: batch.rowCount)
  var complete = Bitmap(repeating: true, count: batch.rowCount)
  for (seed, name) in columns.enumerated() {
    guard let place = batch.schema.index(of: name) else { return (sums, Bitmap(count: batch.rowCount)) }
    let column = batch.columns[place]
    addComparableHashes(of: column, field: batch.schema.fields[place], seed: seed + 1, to: &sums)
    if let validity = column.validity { complete.formIntersection(validity) }
  }
  return (sums, complete)
}

/// Gathers the keys of rows that are looked for in another dataset.
///
/// Memory: 24 bytes a row and the cells that samples show, until they go to the file.
struct ForeignKeyCollector: RowAccumulator {
  private let key: ForeignKey
  private let sampling: Sampling
  private var keys = KeyLog()
  private var samples = SampleLog()
  private var evaluated = 0
  private var absent: [String] = []
  private var hasSpilled = false

  init(_ key: ForeignKey, sampling: Sampling) {
    self.key = key
    self.sampling = sampling
  }

  struct Part: Sendable {
    var hashes: PartitionedHashes
    var sampled: SampledColumns
    var rowCount: Int
    var absent: [String]
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    var (sums, complete) = comparableKeys(key.columns, in: batch)
    var absent: [String] = []
    if let filter = key.filter {
      let outcome = view.outcome(of: filter)
      complete.formIntersection(outcome.verdict.isTrue)
      absent = outcome.absent
    }
    return Part(
      hashes: PartitionedHashes(sums) { complete[$0] }, sampled: SampledColumns(of: key.columns, in: batch, sampling),
      rowCount: batch.rowCount, absent: absent)
  }

  mutating func merge(_ part: Part, rowsBefore: Int) throws(GradingFault) {
    for name in part.absent where !absent.contains(name) { absent.append(name) }
    evaluated += part.hashes.hashes.count
    try keys.append(part.hashes, rowsBefore: rowsBefore)
    try samples.append(part.sampled, rowCount: part.rowCount, rowsBefore: rowsBefore)
  }

  var heldBytes: Int { hasSpilled ? 0 : keys.heldBytes + samples.heldBytes }

  mutating func spill(to file: SpillFile) throws(GradingFault) {
    if hasSpilled { return }
    hasSpilled = true
    try keys.spill(to: file)
    try samples.spill(to: file)
  }

  func finish(_ schema: DatasetSchema) -> MeasureValue {
    let missing = stillAbsent(absent, schema)
    if !missing.isEmpty { return .missing(missing) }
    return .keys(KeyRows(keys: keys, samples: samples, evaluated: evaluated, sampling: sampling))
  }
}

/// Gathers the distinct keys of a dataset in which others are looked for.
///
/// Memory: about 21 to 43 bytes for each distinct key, until they go to the file.
struct KeySetCollector: RowAccumulator {
  private let columns: [String]
  private var seen = PartitionedHashSet()
  private var log: KeyLog?

  init(_ columns: [String]) { self.columns = columns }

  func part(of view: BatchView) -> PartitionedHashes {
    let (sums, complete) = comparableKeys(columns, in: view.batch)
    return PartitionedHashes(sums) { complete[$0] }
  }

  mutating func merge(_ part: PartitionedHashes, rowsBefore: Int) throws(GradingFault) {
    if log != nil { try log?.append(part, rowsBefore: rowsBefore) } else { seen.insert(part) { _, _, _ in } }
  }

  var heldBytes: Int { log == nil ? seen.heldBytes : 0 }

  mutating func spill(to file: SpillFile) throws(GradingFault) {
    guard log == nil else { return }
    log = try KeyLog(seen, in: file)
    seen = PartitionedHashSet()
  }

  func finish(_ schema: DatasetSchema) -> MeasureValue { .keySet(KeySet(seen: seen, log: log)) }
}

/// The distinct keys of a dataset. Equal to itself alone.
package final class KeySet: Sendable, Hashable {
  private let seen: PartitionedHashSet
  private let log: KeyLog?

  init(seen: PartitionedHashSet, log: KeyLog?) {
    self.seen = seen
    self.log = log
  }

  func table(of partition: Int) throws(GradingFault) -> HashTable {
    if let log { try log.table(of: partition) } else { seen.table(of: partition) }
  }

  package static func == (left: KeySet, right: KeySet) -> Bool { left === right }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// The keys of a dataset's rows, that are still to be looked for. Equal to itself alone.
package final class KeyRows: Sendable, Hashable {
  private let keys: KeyLog
  private let samples: SampleLog
  private let evaluated: Int
  private let sampling: Sampling

  init(keys: KeyLog, samples: SampleLog, evaluated: Int, sampling: Sampling) {
    self.keys = keys
    self.samples = samples
    self.evaluated = evaluated
    self.sampling = sampling
  }

  /// The rows whose key is not in a set: one partition of both is in memory at a time. O(rows + keys).
  func unmatched(in set: KeySet) throws(GradingFault) -> RowTestValue {
    var failed = 0
    var places = LowestRows<SampledPlace>(limit: sampling.keptRows)
    var rows = sampling.keepsAllRows ? RowSet() : nil
    for partition in 0..<PartitionedHashes.partitionCount {
      let table = try set.table(of: partition)
      try keys.forEach(in: partition) { entries in
        for entry in entries where !table.contains(entry.hash) {
          failed += 1
          places.insert(SampledPlace(row: Int(entry.note), source: Int(entry.note)))
          rows?.insert(Int(entry.note))
        }
      }
    }
    var failures: [FailingRow] = []
    var batch: (sampled: SampledColumns, rowsBefore: Int, rowsAfter: Int)?
    for place in places.sorted() {
      if batch.map({ place.row >= $0.rowsAfter }) ?? true {
        guard let found = try samples.columns(of: place.row) else { continue }
        batch = (found.sampled, found.rowsBefore, found.rowsAfter)
      }
      guard let batch else { continue }
      var failing = batch.sampled.failingRow(place.row - batch.rowsBefore)
      failing.row = place.row + 1
      failures.append(failing)
    }
    return RowTestValue(evaluated: evaluated, failed: failed, failures: failures, rows: rows)
  }

  package static func == (left: KeyRows, right: KeyRows) -> Bool { left === right }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension MeasureValues {
  /// Looks for the keys of a dataset's rows in the other dataset, and puts what came of it in place of the keys.
  ///
  /// Throws `spill` where what was written to a temporary file cannot be read. O(rows + keys).
  package mutating func settle(_ key: ForeignKey, in other: MeasureValues) throws(GradingFault) {
    let measure = Measure.references(key)
    guard case .keys(let rows)? = self[measure] else { return }
    switch other[key.target] {
    case .keySet(let set): self[measure] = .rows(try rows.unmatched(in: set))
    case .missing(let names): self[measure] = .missing(names.map { "\(key.dataset).\($0)" })
    default: preconditionFailure("the other dataset's keys are measured too")
    }
  }
}
