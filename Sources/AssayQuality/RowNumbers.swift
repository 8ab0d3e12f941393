package import AssayColumns

/// A hash of each row of a batch over some of its columns: rows whose cells there have equal texts (or values, where
/// cells carry kinds: 1 = 1.0) hash alike, in every batch of a run.
///
/// Hashes have 128 bits: among n different rows the chance that any two share one is about n² / 2¹²⁹.
package struct RowHashes: Sendable {
  let sums: [Hash128]

  package var count: Int { sums.count }

  /// The hashes over columns in the order of the list; nil, for a column that is not there, counts as nulls.
  /// - Complexity: O(bytes of the columns).
  package init(_ columns: [Column?], rows: Int) {
    var sums = [Hash128](repeating: .start, count: rows)
    for (seed, column) in columns.enumerated() {
      if let column { addHashes(of: column, seed: seed, to: &sums) }
    }
    self.sums = sums
  }
}

/// A number for each different row of a dataset, given by whoever meets it first. Memory grows with different rows alone.
package struct RowNumbers: Sendable {
  private var table = HashTable(keepsNotes: true)

  package init() {}

  /// The numbers of a batch's rows, in their order.
  /// - Parameters:
  ///   - skips: Rows that get the number `skipped`, and leave no trace.
  ///   - number: The number of a row that no earlier one equals; called in the order of rows. Below 2⁶³.
  /// - Complexity: O(rows), amortised.
  package mutating func numbers(
    of rows: RowHashes, skipping skips: Bitmap?, skipped: Int64, number: (_ row: Int) -> Int64
  ) -> [Int64] {
    var numbers = [Int64](repeating: skipped, count: rows.count)
    if let skips {
      for row in numbers.indices where !skips[row] {
        table.insert(rows.sums[row...row]) { _, isNew, note in
          if isNew { note = UInt64(bitPattern: number(row)) }
          numbers[row] = Int64(bitPattern: note)
        }
      }
    } else {
      table.insert(rows.sums[...]) { row, isNew, note in
        if isNew { note = UInt64(bitPattern: number(row)) }
        numbers[row] = Int64(bitPattern: note)
      }
    }
    return numbers
  }
}
