import AssayColumns

/// Keys that do not fit into memory: their hashes lie in a file by partition, and are looked at one partition at a time.
struct KeyLog: Sendable {
  /// A key with its note: for one that was known, what was known of it; for a later one, its row, from 0.
  private struct Entry: BitwiseCopyable, Sendable {
    var hash: Hash128
    var note: UInt64
  }

  private struct Stretch: Sendable {
    var offset: Int
    var count: Int
  }

  /// Entries of one partition that are written at once: 96 KiB.
  private static let stretchCount = 4096

  private let file: SpillFile
  /// For each partition what was known when the log began, then what came, in row order.
  private var known: [[Stretch]]
  private var later: [[Stretch]]
  private var pending: [[Entry]]

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
      if pending[partition].count >= Self.stretchCount { try flush(partition) }
    }
  }

  /// Appends a batch's hashes as ones that were known when the log began. Before all that come later.
  mutating func appendKnown(_ hashes: PartitionedHashes) throws(GradingFault) {
    for partition in pending.indices {
      let range = hashes.starts[partition]..<hashes.starts[partition + 1]
      if range.isEmpty { continue }
      known[partition].append(try Self.write(hashes.hashes[range].map { Entry(hash: $0, note: 0) }, to: file))
    }
  }

  private mutating func flush(_ partition: Int) throws(GradingFault) {
    later[partition].append(try Self.write(pending[partition], to: file))
    pending[partition].removeAll(keepingCapacity: true)
  }

  private static func write(_ entries: [Entry], to file: SpillFile) throws(GradingFault) -> Stretch {
    Stretch(
      offset: try GradingFault.spilling { () throws(SpillFault) in try file.append(entries) }, count: entries.count)
  }

  private func read(_ stretch: Stretch) throws(GradingFault) -> [Entry] {
    try GradingFault.spilling { () throws(SpillFault) in try file.read(stretch.offset, count: stretch.count) }
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
}
