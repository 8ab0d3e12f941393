package import AssayColumns

/// Numbers of rows of one dataset, from 0: a bit for each row of those stretches in which there are some.
///
/// Stretches of 32,768 rows; one without any takes no memory, and all can be moved to a file.
package struct RowSet: Sendable, Hashable {
  private struct Stretch: Sendable, Hashable {
    /// Bits in memory; empty where there are none.
    var words: [UInt64] = []
    /// Where bits were written to the file: the stretch has those of all places together.
    var offsets: [Int] = []
  }

  private static let stretchRows = 1 << 15
  private static let stretchWords = stretchRows / 64

  private var stretches: [Stretch] = []
  private var file: SpillFile?
  /// Bytes of the bits in memory.
  private(set) var heldBytes = 0

  /// No rows.
  package init() {}

  /// Two sets are equal where they hold the same rows in the same memory: those in files are compared by their places.
  package static func == (left: RowSet, right: RowSet) -> Bool { left.stretches == right.stretches }

  package func hash(into hasher: inout Hasher) { hasher.combine(stretches) }

  /// Adds a row.
  package mutating func insert(_ row: Int) {
    let place = row / Self.stretchRows
    while stretches.count <= place { stretches.append(Stretch()) }
    if stretches[place].words.isEmpty {
      stretches[place].words = [UInt64](repeating: 0, count: Self.stretchWords)
      heldBytes += Self.stretchWords * 8
    }
    let bit = row % Self.stretchRows
    stretches[place].words[bit >> 6] |= 1 << UInt64(bit & 63)
  }

  /// Adds the rows of a batch that are set in a bitmap.
  /// - Parameter rowsBefore: The number of the batch's first row.
  package mutating func insert(_ rows: Bitmap, rowsBefore: Int) {
    for row in rows.setIndices() { insert(rowsBefore + row) }
  }

  /// Which rows of a stretch of the dataset are in the set.
  ///
  /// Throws `spill` where what was written to the file cannot be read. O(rows), and a read for each 32,768 of them that
  /// are in the file.
  package func rows(from first: Int, count: Int) throws(GradingFault) -> Bitmap {
    var found = Bitmap(count: count)
    var row = first
    while row < first + count {
      let place = row / Self.stretchRows
      let end = min(first + count, (place + 1) * Self.stretchRows)
      if place < stretches.count, let words = try words(of: stretches[place]) {
        for row in row..<end {
          let bit = row % Self.stretchRows
          if words[bit >> 6] >> UInt64(bit & 63) & 1 == 1 { found[row - first] = true }
        }
      }
      row = end
    }
    return found
  }

  private func words(of stretch: Stretch) throws(GradingFault) -> [UInt64]? {
    var words = stretch.words
    for offset in stretch.offsets {
      guard let file else { break }
      let written: [UInt64] = try GradingFault.spilling { () throws(SpillFault) in
        try file.read(offset, count: Self.stretchWords)
      }
      if words.isEmpty { words = written } else { for index in words.indices { words[index] |= written[index] } }
    }
    return words.isEmpty ? nil : words
  }

  /// How many rows are in the set. Throws like `rows`.
  package func count() throws(GradingFault) -> Int {
    var count = 0
    for stretch in stretches {
      for word in try words(of: stretch) ?? [] { count += word.nonzeroBitCount }
    }
    return count
  }

  /// Moves the bits to the file; more may be added.
  mutating func spill(to file: SpillFile) throws(GradingFault) {
    self.file = file
    for place in stretches.indices where !stretches[place].words.isEmpty {
      let words = stretches[place].words
      let offset = try GradingFault.spilling { () throws(SpillFault) in try file.append(words) }
      stretches[place].offsets.append(offset)
      stretches[place].words = []
    }
    heldBytes = 0
  }
}
