/// A value that did not fit its column's declared type. Its cell is null, its text is here.
package struct Misfit: Sendable, Hashable {
  /// The row within its batch, from 0.
  package var row: Int
  /// The column's place in the schema.
  package var column: Int
  package var text: String

  package init(row: Int, column: Int, text: String) {
    self.row = row
    self.column = column
    self.text = text
  }
}

/// Some rows of a dataset, column by column: what flows between the steps.
///
/// Where a batch ends depends on the input alone (a page, a fixed run of bytes), never on threads.
package struct Batch: Sendable {
  package var schema: DatasetSchema
  /// One column for each field of the schema, all of `rowCount` cells.
  package var columns: [Column]
  package var rowCount: Int
  /// How many rows of the dataset came before this batch.
  package var firstRow: Int
  /// Values that did not fit their declared types, in row order.
  package var misfits: [Misfit]

  /// A batch of columns that match the schema.
  package init(
    schema: DatasetSchema, columns: [Column], rowCount: Int, firstRow: Int = 0, misfits: [Misfit] = []
  ) {
    precondition(schema.count == columns.count, "a batch has a column for each field")
    precondition(columns.allSatisfy { $0.count == rowCount }, "all columns of a batch are of one length")
    self.schema = schema
    self.columns = columns
    self.rowCount = rowCount
    self.firstRow = firstRow
    self.misfits = misfits
  }

  /// The column of a name, or nil. O(1).
  package func column(_ name: String) -> Column? { schema.index(of: name).map { columns[$0] } }

  /// The rows at the given places, in that order. Misfits do not come along.
  package func gather(_ places: [Int32]) -> Batch {
    Batch(
      schema: schema, columns: columns.map { $0.gather(places) }, rowCount: places.count, firstRow: firstRow)
  }

  /// The same rows under a schema that has grown: the new columns are null. The schema must begin with this one's names.
  package func widened(to wider: DatasetSchema) -> Batch {
    var batch = self
    for _ in columns.count..<wider.count { batch.columns.append(.nulls(count: rowCount)) }
    batch.schema = wider
    return batch
  }

  /// Bytes the batch keeps alive; bytes that columns share are counted once.
  package var byteCount: Int {
    var seen: Set<UInt> = []
    var sum = 0
    for column in columns {
      sum += column.byteCount
      let bytes: [UInt8]
      switch column.storage {
      case .text(let texts): bytes = texts.bytes
      case .variant(let cells): bytes = cells.bytes
      case .integers, .decimals, .booleans: continue
      }
      let place = bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
      if !seen.insert(place).inserted { sum -= bytes.count }
    }
    return sum
  }
}
