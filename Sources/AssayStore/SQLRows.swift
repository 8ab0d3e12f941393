import AssayColumns
import GRDBSQLite

/// Turns a statement's rows into batches. It stays on its connection's queue.
final class SQLRows {
  /// Rows of a batch; fewer where there are more than 128 columns. Fixed, so that batches depend on the rows alone.
  static let batchRows = 8_192
  /// Text bytes after which a batch ends early.
  static let batchBytes = 8 << 20

  let schema: DatasetSchema
  private let statement: SQLStatement
  private var rowCount = 0
  private var isDone = false
  private let capacity: Int
  /// The cells of the batch in the making, column after column, each with room for `capacity` of them.
  private let tags: UnsafeMutablePointer<UInt8>
  private let payloads: UnsafeMutablePointer<UInt64>

  init(_ statement: SQLStatement) {
    self.statement = statement
    var names: Set<String> = []
    var fields: [Field] = []
    for column in 0..<sqlite3_column_count(statement.pointer) {
      let name = sqlite3_column_name(statement.pointer, column).map { String(cString: $0) } ?? ""
      var unique = name
      var number = 2
      while !names.insert(unique).inserted {
        unique = "\(name)_\(number)"
        number += 1
      }
      fields.append(Field(unique, reading: .own))
    }
    schema = DatasetSchema(fields)
    capacity = min(Self.batchRows, max(1, (128 * Self.batchRows) / max(1, fields.count)))
    tags = .allocate(capacity: capacity * fields.count)
    payloads = .allocate(capacity: capacity * fields.count)
  }

  deinit {
    tags.deallocate()
    payloads.deallocate()
  }

  /// The next rows, at most 8,192 of them or 8 MiB of text, or nil after the last.
  func next() throws(StoreFailure) -> Batch? {
    if isDone { return nil }
    let width = schema.count
    var texts = [[UInt8]](repeating: [], count: width)
    var rows = 0
    var bytes = 0
    while rows < capacity, bytes < Self.batchBytes {
      guard try statement.step() else {
        isDone = true
        break
      }
      for column in 0..<width { take(column, row: rows, &texts[column], &bytes) }
      rows += 1
    }
    if rows == 0 { return nil }
    defer { rowCount += rows }
    let columns = (0..<width).map { column in
      let start = column * capacity
      let storage = VariantStorage(
        tags: Array(UnsafeBufferPointer(start: tags + start, count: rows)),
        payloads: Array(UnsafeBufferPointer(start: payloads + start, count: rows)), bytes: texts[column])
      return Column(.variant(storage), validity: validity(storage.tags))
    }
    return Batch(schema: schema, columns: columns, rowCount: rows, firstRow: rowCount)
  }

  private func validity(_ tags: [UInt8]) -> Bitmap? {
    let null = VariantStorage.Tag.null.rawValue
    guard tags.contains(null) else { return nil }
    var valid = Bitmap(repeating: true, count: tags.count)
    for (row, tag) in tags.enumerated() where tag == null { valid[row] = false }
    return valid
  }

  /// Takes one cell of the current row.
  @inline(__always)
  private func take(_ column: Int, row: Int, _ texts: inout [UInt8], _ bytes: inout Int) {
    let pointer = statement.pointer
    let place = column &* capacity &+ row
    let index = Int32(truncatingIfNeeded: column)
    let tag: VariantStorage.Tag
    let payload: UInt64
    switch sqlite3_column_type(pointer, index) {
    case SQLITE_INTEGER:
      tag = .integer
      payload = UInt64(bitPattern: sqlite3_column_int64(pointer, index))
    case SQLITE_FLOAT:
      tag = .decimal
      payload = sqlite3_column_double(pointer, index).bitPattern
    case SQLITE_NULL:
      tag = .null
      payload = 0
    case let type:
      let start = texts.count
      if type == SQLITE_BLOB { appendBlob(index, to: &texts) } else { appendText(index, to: &texts) }
      tag = .text
      payload = UInt64(start) << 32 | UInt64(texts.count - start)
      bytes += texts.count - start
    }
    (tags + place).initialize(to: tag.rawValue)
    (payloads + place).initialize(to: payload)
  }

  private func appendText(_ column: Int32, to texts: inout [UInt8]) {
    // Asking for the length first makes the text UTF-8 in every database. As a BLOB it is not copied for a NUL.
    let count = Int(sqlite3_column_bytes(statement.pointer, column))
    let text = UnsafeRawBufferPointer(start: sqlite3_column_blob(statement.pointer, column), count: count)
    text.withMemoryRebound(to: UInt8.self) { text in
      // SQLite does not check its text; batches hold valid UTF-8 only.
      if isASCII(text) {
        texts.append(contentsOf: text)
      } else {
        texts.append(contentsOf: String(decoding: text, as: UTF8.self).utf8)
      }
    }
  }

  /// A BLOB is text where its bytes are, else its digits.
  private func appendBlob(_ column: Int32, to texts: inout [UInt8]) {
    let count = Int(sqlite3_column_bytes(statement.pointer, column))
    let blob = UnsafeRawBufferPointer(start: sqlite3_column_blob(statement.pointer, column), count: count)
    blob.withMemoryRebound(to: UInt8.self) { blob in
      let text = String(validating: blob, as: UTF8.self) ?? hex(blob)
      texts.append(contentsOf: text.utf8)
    }
  }
}

private func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  var all: UInt8 = 0
  for byte in bytes { all |= byte }
  return all < 0x80
}

/// Bytes that are no text, as lower-case hexadecimal digits.
private func hex(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count * 2)
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
