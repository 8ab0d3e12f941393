/// Hashes of one batch, sorted by the partition they fall into, stable within it.
struct PartitionedHashes: Sendable {
  static let partitionCount = 128

  /// The hashes, partition by partition.
  private(set) var hashes: [Hash128] = []
  /// The row of each hash within its batch, from 0.
  private(set) var rows: [UInt32] = []
  /// Where each partition starts; one more than there are partitions.
  private(set) var starts: [Int]

  /// The hashes of the rows for which `included` is set, or of all rows. O(rows), two passes.
  init(_ sums: [Hash128], included: (Int) -> Bool = { _ in true }) {
    starts = Array(repeating: 0, count: Self.partitionCount + 1)
    for (row, hash) in sums.enumerated() where included(row) { starts[Self.partition(of: hash) + 1] += 1 }
    for index in 1...Self.partitionCount { starts[index] += starts[index - 1] }
    let total = starts[Self.partitionCount]
    hashes = Array(repeating: .start, count: total)
    rows = Array(repeating: 0, count: total)
    var next = starts
    for (row, hash) in sums.enumerated() where included(row) {
      let partition = Self.partition(of: hash)
      hashes[next[partition]] = hash
      rows[next[partition]] = UInt32(row)
      next[partition] += 1
    }
  }

  /// The partition of a hash: its topmost bits, while the place within a table comes from the lowest ones.
  @inline(__always)
  private static func partition(of hash: Hash128) -> Int { Int(hash.high >> 57) }
}

/// A set of hashes with, if wanted, a number beside each: open addressing, linear probing, at most ¾ full.
///
/// It is one partition of a larger set, so that it stays in the cache while a batch's hashes go in.
struct HashTable: Sendable {
  private var slots: [Hash128] = []
  /// The number beside each hash; empty where none are kept.
  private var notes: [UInt64] = []
  private let keepsNotes: Bool
  private(set) var count = 0
  /// Marks an empty slot. The one hash that has these bits takes its neighbour's.
  private static let empty = Hash128(low: 0, high: 0)

  init(keepsNotes: Bool) { self.keepsNotes = keepsNotes }

  /// Puts hashes in, in order, and tells of each its place in `hashes`, whether it is new, and its note to be changed.
  ///
  /// A new hash has the note 0. Where no notes are kept, changes of them are lost. Amortised O(hashes).
  @inline(__always)
  mutating func insert(_ hashes: ArraySlice<Hash128>, _ visit: (Int, Bool, inout UInt64) -> Void) {
    reserve(hashes.count)
    let mask = slots.count - 1
    var added = 0
    slots.withUnsafeMutableBufferPointer { slots in
      notes.withUnsafeMutableBufferPointer { notes in
        for place in hashes.indices {
          let hash = hashes[place] == Self.empty ? Hash128(low: 1, high: 0) : hashes[place]
          var index = Int(truncatingIfNeeded: hash.low) & mask
          while slots[index] != hash, slots[index] != Self.empty { index = (index &+ 1) & mask }
          let isNew = slots[index] == Self.empty
          if isNew {
            slots[index] = hash
            added += 1
          }
          if keepsNotes {
            visit(place, isNew, &notes[index])
          } else {
            var none: UInt64 = 0
            visit(place, isNew, &none)
          }
        }
      }
    }
    count += added
  }

  /// Puts one hash in and says whether it is new. Amortised O(1).
  mutating func insert(_ hash: Hash128) -> Bool {
    reserve(1)
    let hash = hash == Self.empty ? Hash128(low: 1, high: 0) : hash
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: hash.low) & mask
    while slots[index] != Self.empty {
      if slots[index] == hash { return false }
      index = (index &+ 1) & mask
    }
    slots[index] = hash
    count += 1
    return true
  }

  /// Whether a hash is in the set. O(1).
  func contains(_ hash: Hash128) -> Bool {
    if slots.isEmpty { return false }
    let hash = hash == Self.empty ? Hash128(low: 1, high: 0) : hash
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: hash.low) & mask
    while slots[index] != Self.empty {
      if slots[index] == hash { return true }
      index = (index + 1) & mask
    }
    return false
  }

  /// Bytes of the slots.
  var heldBytes: Int { slots.count * MemoryLayout<Hash128>.stride + notes.count * 8 }

  /// Calls the body with each hash and its note, 0 where none are kept, in no order.
  func forEach(_ body: (Hash128, UInt64) -> Void) {
    for place in slots.indices where slots[place] != Self.empty {
      body(slots[place], keepsNotes ? notes[place] : 0)
    }
  }

  /// Makes room for more hashes, so that the slots stay at most ¾ full.
  private mutating func reserve(_ more: Int) {
    var size = max(slots.count, 16)
    while (count + more) * 4 > size * 3 { size *= 2 }
    guard size > slots.count else { return }
    let old = slots
    let oldNotes = notes
    slots = Array(repeating: Self.empty, count: size)
    if keepsNotes { notes = Array(repeating: 0, count: size) }
    let mask = size - 1
    for place in old.indices where old[place] != Self.empty {
      var index = Int(truncatingIfNeeded: old[place].low) & mask
      while slots[index] != Self.empty { index = (index + 1) & mask }
      slots[index] = old[place]
      if keepsNotes { notes[index] = oldNotes[place] }
    }
  }
}

/// A set of hashes in partitions.
struct PartitionedHashSet: Sendable {
  private var tables: [HashTable]

  /// A set of nothing; it takes memory with the first hashes only.
  init(keepsNotes: Bool = false) {
    tables = Array(repeating: HashTable(keepsNotes: keepsNotes), count: PartitionedHashes.partitionCount)
  }

  var count: Int { tables.reduce(0) { $0 + $1.count } }

  /// Bytes of all tables.
  var heldBytes: Int { tables.reduce(0) { $0 + $1.heldBytes } }

  /// Calls the body with each hash of a partition and its note, in no order.
  func forEach(in partition: Int, _ body: (Hash128, UInt64) -> Void) { tables[partition].forEach(body) }

  /// The hashes of a partition.
  func table(of partition: Int) -> HashTable { tables[partition] }

  /// Puts a batch's hashes in, and tells of each its row in the batch, whether it is new, and its note to be changed.
  ///
  /// Rows come partition by partition, in order within each; those of one hash so come in order.
  @inline(__always)
  mutating func insert(_ part: PartitionedHashes, _ visit: (UInt32, Bool, inout UInt64) -> Void) {
    for partition in tables.indices {
      let range = part.starts[partition]..<part.starts[partition + 1]
      if range.isEmpty { continue }
      tables[partition].insert(part.hashes[range]) { visit(part.rows[$0], $1, &$2) }
    }
  }
}
