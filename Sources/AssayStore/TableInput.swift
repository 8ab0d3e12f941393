import AssayColumns
import GRDBSQLite

/// What a virtual table shows: some columns of a sequence of batches. It stays on its connection's queue.
final class TableInput {
  /// The columns that are shown.
  let fields: [Field]
  /// Where each of them is in the batches.
  let places: [Int]
  /// The rows. Replaced between statements, never while one runs.
  var rows: any BatchSequence
  /// Rows of the first batch to show; all where nil. For sequences of one batch.
  var window: Range<Int>?
  /// Columns that SQLite has asked to compare for equality, by their place among `fields`.
  var comparedColumns: Set<Int> = []
  /// Why reading failed, as SQLite only takes a message.
  var failure: StoreFailure?

  /// All columns of a sequence, or those at some places.
  init(_ rows: any BatchSequence, places: [Int]? = nil) {
    let fields = rows.schema.fields
    self.rows = rows
    self.places = places ?? Array(fields.indices)
    self.fields = self.places.map { fields[$0] }
  }
}

/// The inputs that a connection's virtual tables show, by number.
final class TableInputs {
  private var inputs: [Int: TableInput] = [:]
  private var next = 0

  func add(_ input: TableInput) -> Int {
    next += 1
    inputs[next] = input
    return next
  }

  func remove(_ number: Int) { inputs[number] = nil }

  /// Why an input could not be read, if one could not.
  var failure: StoreFailure? { inputs.values.lazy.compactMap(\.failure).first }

  subscript(_ number: Int) -> TableInput? { inputs[number] }
}

/// One scan through an input: the current batch and pointers into it.
final class TableScan {
  private let input: TableInput
  private var iterator: (any BatchIterator)?
  /// Kept alive for the pointers in `columns`.
  private var batch: Batch?
  private(set) var columns: UnsafeMutableBufferPointer<BoundColumn>
  private(set) var range = 0..<0
  let destructor: sqlite3_destructor_type?

  init(_ input: TableInput) {
    self.input = input
    columns = .allocate(capacity: input.places.count)
    // Values that SQLite keeps beyond a row (as max() does) may point into a batch only if it stays.
    destructor = input.rows.staysInMemory ? nil : unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  deinit { columns.deallocate() }

  func rewind() { iterator = input.rows.makeIterator() }

  /// Goes to the next batch that has rows; false after the last.
  func advance() throws(StoreFailure) -> Bool {
    while let next = try iterator?.next() {
      if next.rowCount == 0 { continue }
      batch = next
      range = input.window ?? 0..<next.rowCount
      for (slot, place) in input.places.enumerated() {
        // BoundColumn holds plain values only, so overwriting needs no deinitialisation.
        columns.initializeElement(at: slot, to: BoundColumn(next.columns[place], field: input.fields[slot]))
      }
      return true
    }
    batch = nil
    range = 0..<0
    return false
  }
}
