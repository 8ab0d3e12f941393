package import AssayColumns

/// Rows that are complete and can be read any number of times, also by several readers at once.
package protocol BatchSequence: Sendable {
  /// The columns of all batches: earlier batches may have fewer, and are widened as they are read.
  var schema: DatasetSchema { get }
  /// How many rows there are.
  var rowCount: Int { get }
  /// Whether every batch stays in memory as long as the sequence does, so that readers may point into it.
  var staysInMemory: Bool { get }
  /// A reader from the first row on.
  func makeIterator() -> any BatchIterator
}

/// One reader of a sequence of batches. Reading may block on a file.
package protocol BatchIterator {
  /// The next batch under the sequence's schema, or nil after the last.
  mutating func next() throws(StoreFailure) -> Batch?
}

/// Batches in memory.
package struct BatchList: BatchSequence {
  package let schema: DatasetSchema
  package let batches: [Batch]
  package let rowCount: Int
  package var staysInMemory: Bool { true }

  /// Batches of one dataset in order; `schema` must begin with the columns of each.
  package init(_ batches: [Batch], schema: DatasetSchema) {
    self.schema = schema
    self.batches = batches.map { $0.schema.count == schema.count ? $0 : $0.widened(to: schema) }
    rowCount = batches.reduce(0) { $0 + $1.rowCount }
  }

  package func makeIterator() -> any BatchIterator { ListIterator(rest: batches[...]) }

  private struct ListIterator: BatchIterator {
    var rest: ArraySlice<Batch>
    mutating func next() throws(StoreFailure) -> Batch? { rest.popFirst() }
  }
}
