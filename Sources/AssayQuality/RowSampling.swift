import AssayColumns

/// The columns of one batch that a sample of failing rows is read from. Shares their bytes.
struct SampledColumns: Sendable {
  private var cells: [(name: String, column: Column?)]
  private var key: [(name: String, column: Column)]
  private let masked: Set<String>

  /// The judged columns, null where the batch does not have them yet, and the key columns of the sampling.
  init(of names: [String], in batch: Batch, _ sampling: Sampling) {
    cells = names.map { ($0, batch.column($0)) }
    masked = sampling.privateColumns
    key = sampling.keyColumns.compactMap { name in
      if sampling.privateColumns.contains(name) { return nil }
      return batch.column(name).map { (name, $0) }
    }
  }

  /// All columns that are there, for a file: judged ones first.
  var columns: [Column] { cells.compactMap(\.column) + key.map(\.column) }

  /// The columns as a batch, for a file.
  func batch(rowCount: Int) -> Batch {
    Batch(schema: schema, columns: columns, rowCount: rowCount)
  }

  private var schema: DatasetSchema {
    DatasetSchema(columns.indices.map { Field("column \($0)", reading: .own) })
  }

  /// The same columns without their cells, which are to be put back with `withCells(of:)`.
  var withoutCells: SampledColumns {
    var copy = self
    let none = Column(.integers([]))
    for index in cells.indices where cells[index].column != nil { copy.cells[index].column = none }
    for index in key.indices { copy.key[index].column = none }
    return copy
  }

  /// The columns with the cells of an encoded batch.
  func withCells(of bytes: [UInt8]) -> SampledColumns {
    var copy = self
    var columns = BatchCodec.decode(bytes, schema: schema).columns[...]
    for index in cells.indices where cells[index].column != nil { copy.cells[index].column = columns.popFirst() }
    for index in key.indices {
      if let column = columns.popFirst() { copy.key[index].column = column }
    }
    return copy
  }

  /// A row of the batch, from 0, as a failing row whose number is counted within the batch, from 1.
  func failingRow(_ row: Int) -> FailingRow {
    FailingRow(
      row: row + 1, cells: judgedCells(row), key: key.map { NamedText($0.name, $0.column[row].text) })
  }

  /// The judged cells of a row of the batch, private ones masked.
  func judgedCells(_ row: Int) -> [NamedText] {
    cells.map { name, column in
      let text = column.flatMap { $0[row].text }
      return NamedText(name, text == nil || !masked.contains(name) ? text : Sampling.mask)
    }
  }
}

/// What is kept by the number of its row.
protocol NumberedRow {
  var row: Int { get }
}

extension FailingRow: NumberedRow {}

/// The rows with the lowest numbers out of any number that come in any order. Amortised O(log limit) a row.
struct LowestRows<Row: NumberedRow & Sendable>: Sendable {
  private let limit: Int
  private var rows: [Row] = []
  /// No row above this number can be among the lowest.
  private var bound = Int.max

  init(limit: Int) { self.limit = limit }

  /// Whether a row of this number could still be kept: asked before its texts are made.
  func admits(_ row: Int) -> Bool { limit > 0 && row < bound }

  mutating func insert(_ row: Row) {
    guard admits(row.row) else { return }
    rows.append(row)
    if rows.count >= 2 * limit { trim() }
  }

  private mutating func trim() {
    rows.sort { $0.row < $1.row }
    guard limit > 0, rows.count >= limit else { return }
    rows.removeLast(rows.count - limit)
    bound = rows[limit - 1].row
  }

  /// The kept rows in order.
  func sorted() -> [Row] {
    var copy = self
    copy.trim()
    return copy.rows
  }
}
