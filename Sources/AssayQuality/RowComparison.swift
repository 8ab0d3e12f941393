/// What became of the rows of a dataset between two runs, by key.
package struct RowComparison: Sendable, Hashable {
  /// A row of both runs of which some cells differ.
  package struct Changed: Sendable, Hashable {
    package var key: [String?]
    /// The columns that differ, in the order of the later run.
    package var columns: [String]

    package init(key: [String?], columns: [String]) {
      self.key = key
      self.columns = columns
    }
  }

  /// Keys of rows that only the later run has, in its order.
  package var added: [[String?]] = []
  /// Keys of rows that only the earlier run has, in its order.
  package var removed: [[String?]] = []
  package var changed: [Changed] = []
  package var unchanged = 0

  /// Compares rows of equal keys. Where a key occurs more than once, the first row with it goes with the first, and so
  /// on. Both must have one key. O(rows + cells).
  /// - Parameter ignoring: Columns that are not compared, such as those whose type has changed.
  package init(from before: RowSnapshot, to after: RowSnapshot, ignoring: Set<String> = []) {
    // By their bytes: texts that only Unicode takes for equal are two keys.
    var open: [[UInt8]: [Int]] = [:]
    for (row, key) in before.keys.enumerated().reversed() { open[Array(key.utf8), default: []].append(row) }
    let old = Dictionary(before.columns.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
    let pairs = after.columns.enumerated().compactMap { place, name in
      ignoring.contains(name) ? nil : old[name].map { (name: name, old: $0, new: place) }
    }
    for (row, key) in after.keys.enumerated() {
      guard let match = open[Array(key.utf8)]?.popLast() else {
        added.append(RowSnapshot.keyCells(key))
        continue
      }
      let columns = pairs.filter { before.hashes[$0.old][match] != after.hashes[$0.new][row] }.map(\.name)
      if columns.isEmpty {
        unchanged += 1
      } else {
        changed.append(Changed(key: RowSnapshot.keyCells(key), columns: columns))
      }
    }
    let left = open.values.flatMap(\.self).sorted()
    removed = left.map { RowSnapshot.keyCells(before.keys[$0]) }
  }
}
