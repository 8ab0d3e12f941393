import AssayColumns

/// The cells of the piece at hand, column by column, over one array of bytes.
struct XMLCells {
  /// A column as it grows. It may be shorter than the rows: missing cells are filled in later.
  struct GrowingColumn {
    let name: String
    var starts: [UInt32] = []
    var lengths: [UInt32] = []
    var validity = Bitmap(count: 0)

    mutating func fill(to count: Int) {
      while starts.count < count { append(0, 0, isNull: true) }
    }

    mutating func append(_ start: Int, _ length: Int, isNull: Bool) {
      starts.append(UInt32(truncatingIfNeeded: start))
      lengths.append(UInt32(truncatingIfNeeded: length))
      validity.append(!isNull)
    }
  }

  private struct Occurrence {
    var start: Int
    var length: Int
    var isNull: Bool
  }

  /// The texts of all columns; bytes that no cell names are left from texts that were put elsewhere.
  var bytes: [UInt8] = []
  private(set) var columns: [GrowingColumn] = []
  private var places: [String: Int] = [:]
  private(set) var rowCount = 0
  /// The number of the piece, from 0.
  private(set) var piece = 0
  /// What occurred more than once in the row at hand, by column.
  private var repeated: [Int: [Occurrence]] = [:]

  mutating func column(named name: String) -> Int {
    if let known = places[name] { return known }
    places[name] = columns.count
    columns.append(GrowingColumn(name: name))
    return columns.count - 1
  }

  /// Sets a cell of the row at hand to a text that stands in `bytes`, or adds it to what is there.
  mutating func set(_ column: Int, start: Int, length: Int, isNull: Bool) {
    if columns[column].starts.count <= rowCount {
      columns[column].fill(to: rowCount)
      columns[column].append(start, length, isNull: isNull)
      return
    }
    let first = Occurrence(
      start: Int(columns[column].starts[rowCount]), length: Int(columns[column].lengths[rowCount]),
      isNull: !columns[column].validity[rowCount])
    repeated[column, default: [first]].append(Occurrence(start: start, length: length, isNull: isNull))
  }

  mutating func endRow() {
    if !repeated.isEmpty {
      for column in repeated.keys.sorted() {
        let start = bytes.count
        appendJSON(repeated[column] ?? [])
        columns[column].starts[rowCount] = UInt32(truncatingIfNeeded: start)
        columns[column].lengths[rowCount] = UInt32(truncatingIfNeeded: bytes.count - start)
        columns[column].validity[rowCount] = true
      }
      repeated.removeAll(keepingCapacity: true)
    }
    rowCount += 1
  }

  private mutating func appendJSON(_ texts: [Occurrence]) {
    bytes.append(UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      if text.isNull {
        bytes.append(contentsOf: "null".utf8)
        continue
      }
      bytes.append(UInt8(ascii: "\""))
      for place in text.start..<(text.start + text.length) {
        let byte = bytes[place]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
          bytes.append(UInt8(ascii: "\\"))
          bytes.append(byte)
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        default: bytes.append(byte)  // XML has no other control characters.
        }
      }
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// The rows so far; the next piece begins with none.
  mutating func take() -> DecodedRows {
    let finished = columns.map { column in
      var column = column
      column.fill(to: rowCount)
      let texts = TextStorage(bytes: bytes, starts: column.starts, lengths: column.lengths)
      let hasNulls = column.validity.setCount < rowCount
      return Column(.text(texts), validity: hasNulls ? column.validity : nil)
    }
    let rows = DecodedRows(names: columns.map(\.name), columns: finished, rowCount: rowCount)
    columns = []
    places = [:]
    bytes = []
    rowCount = 0
    piece += 1
    return rows
  }
}
