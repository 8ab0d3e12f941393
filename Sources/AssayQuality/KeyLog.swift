import AssayColumns

/// Keys by partition, looked at one partition at a time: in memory, or, once they do not fit, in a file.
struct KeyLog: Sendable {
  /// A key with its note: for one that was known, what was known of it; for a later one, its row, from 0.
  struct Entry: BitwiseCopyable, Sendable {
    var hash: Hash128
    var note: UInt64
  }

  private struct Stretch: Sendable {
    var offset: Int
    var count: Int
  }

  /// Entries of one partition that are written at once: 96 KiB.
  private static let stretchCount = 4096

  /// Nil while all is in memory.
  private var file: SpillFile?
  /// For each partition what was known when the log began, then what came, in row order.
  private var known: [[Stretch]]
  private var later: [[Stretch]]
  private var pending: [[Entry]]

  /// A log of nothing, in memory.
  init() {
    known = Array(repeating: [], count: PartitionedHashes.partitionCount)
    later = known
    pending = Array(repeating: [], count: PartitionedHashes.partitionCount)
  }

  /// A log that begins with what a set holds.
  init(_ set: PartitionedHashSet, in file: SpillFile) throws(GradingFault) {
    self.file = file
    known = Array(repeating: [], count: PartitionedHashes.partitionCount)
    later = known
    pending = Array(repeating: [], count: PartitionedHashes.partitionCount)
    for partition in known.indices {
      var entries: [Entry] = []
      set.forEach(in: partition) { entries.append(Entry(hash: $0, note: $1)) }
      if !entries.isEmpty { known[partition].append(try Self.write(entries, to: file)) }
    }
  }

  /// Bytes that wait to be written.
  var heldBytes: Int { pending.reduce(0) { $0 + $1.count } * MemoryLayout<Entry>.stride }

  /// Appends a batch's hashes.
  mutating func append(_ hashes: PartitionedHashes, rowsBefore: Int) throws(GradingFault) {
    for partition in pending.indices {
      for place in hashes.starts[partition]..<hashes.starts[partition + 1] {
        pending[partition].append(
          Entry(hash: hashes.hashes[place], note: UInt64(rowsBefore + Int(hashes.rows[place]))))
      }
      if let file, pending[partition].count >= Self.stretchCount { try flush(partition, to: file) }
    }
  }

  /// Appends a batch's hashes as ones that were known when the log began. Before all that come later.
  mutating func appendKnown(_ hashes: PartitionedHashes) throws(GradingFault) {
    guard let file else { preconditionFailure("what is known comes to a log in a file") }
    for partition in pending.indices {
      let range = hashes.starts[partition]..<hashes.starts[partition + 1]
      if range.isEmpty { continue }
      known[partition].append(try Self.write(hashes.hashes[range].map { Entry(hash: $0, note: 0) }, to: file))
    }
  }

  /// Moves what is in memory to the file, and from now on what comes.
  mutating func spill(to file: SpillFile) throws(GradingFault) {
    self.file = file
    for partition in pending.indices where !pending[partition].isEmpty {
      try flush(partition, to: file)
      pending[partition] = []
    }
  }

  private mutating func flush(_ partition: Int, to file: SpillFile) throws(GradingFault) {
    later[partition].append(try Self.write(pending[partition], to: file))
    pending[partition].removeAll(keepingCapacity: true)
  }

  private static func write(_ entries: [Entry], to file: SpillFile) throws(GradingFault) -> Stretch {
    Stretch(
      offset: try GradingFault.spilling { () throws(SpillFault) in try file.append(entries) }, count: entries.count)
  }

  private func read(_ stretch: Stretch) throws(GradingFault) -> [Entry] {
    guard let file else { return [] }
    return try GradingFault.spilling { () throws(SpillFault) in try file.read(stretch.offset, count: stretch.count) }
  }

  /// Puts all keys into a table, partition by partition, and tells of each later one its row, whether it is new, and its
  /// note to be changed. Returns how many distinct keys there are. Rows come in order within a partition.
  func replay(_ visit: (_ row: Int, _ isNew: Bool, _ note: inout UInt64) -> Void) throws(GradingFault) -> Int {
    var distinct = 0
    for partition in pending.indices {
      var table = HashTable(keepsNotes: true)
      for stretch in known[partition] {
        let entries = try read(stretch)
        table.insert(entries.map(\.hash)[...]) { place, _, note in note = entries[place].note }
      }
      for index in 0...later[partition].count {
        let entries = index < later[partition].count ? try read(later[partition][index]) : pending[partition]
        table.insert(entries.map(\.hash)[...]) { place, isNew, note in visit(Int(entries[place].note), isNew, &note) }
      }
      distinct += table.count
    }
    return distinct
  }

  /// Calls the body with the entries of a partition, those that were known first, in the order in which they came.
  func forEach(in partition: Int, _ body: ([Entry]) -> Void) throws(GradingFault) {
    for stretch in known[partition] + later[partition] { body(try read(stretch)) }
    body(pending[partition])
  }

  /// The keys of a partition.
  func table(of partition: Int) throws(GradingFault) -> HashTable {
    var table = HashTable(keepsNotes: false)
    try forEach(in: partition) { entries in table.insert(entries.map(\.hash)[...]) { _, _, _ in } }
    return table
  }
}
