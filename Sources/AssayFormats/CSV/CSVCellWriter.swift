import AssayColumns

/// The cells of some rows of one column as they stand in a file.
struct CSVCellWriter {
  static let quote = UInt8(ascii: "\"")

  /// The bytes that hold the texts.
  private let bytes: [UInt8]
  private var starts: [Int] = []
  private var lengths: [Int] = []
  /// For each cell how many bytes its quoting adds: 0 for none, else 2 and one for each quote within.
  private var quoting: [Int] = []

  init(_ column: Column, rows: Range<Int>, delimiter: UInt8) {
    starts.reserveCapacity(rows.count)
    lengths.reserveCapacity(rows.count)
    switch column.storage {
    case .text(let texts):
      bytes = texts.bytes
      quoting.reserveCapacity(rows.count)
      for row in rows {
        if column.isNull(row) {
          add(0, 0, quoting: 0)
        } else {
          let range = texts.range(at: row)
          add(range.lowerBound, range.count, quoting: CSVCellWriter.quoting(of: bytes, range, delimiter))
        }
      }
    default:
      // Values are spelled into bytes of their own; a text among cells of many kinds is copied there too.
      var spelled: [UInt8] = []
      var ends: [Int] = []
      ends.reserveCapacity(rows.count)
      for row in rows {
        if !column.isNull(row) { CSVCellWriter.spell(column, row, into: &spelled) }
        ends.append(spelled.count)
      }
      bytes = spelled
      var start = 0
      for (row, end) in zip(rows, ends) {
        // A number needs quotes where its sign, its point or a digit is the delimiter.
        let added = column.isNull(row) ? 0 : CSVCellWriter.quoting(of: spelled, start..<end, delimiter)
        add(start, end - start, quoting: added)
        start = end
      }
    }
  }

  private mutating func add(_ start: Int, _ length: Int, quoting added: Int) {
    starts.append(start)
    lengths.append(length)
    quoting.append(added)
  }

  private static func quoting(of bytes: [UInt8], _ range: Range<Int>, _ delimiter: UInt8) -> Int {
    if range.isEmpty { return 2 }
    var quotes = 0
    var isSpecial = false
    for index in range {
      let byte = bytes[index]
      quotes += byte == quote ? 1 : 0
      isSpecial = isSpecial || byte == delimiter || byte == 0x0A || byte == 0x0D
    }
    return quotes > 0 || isSpecial ? 2 + quotes : 0
  }

  private static func spell(_ column: Column, _ row: Int, into bytes: inout [UInt8]) {
    switch column.storage {
    case .text(let texts): bytes.append(contentsOf: texts.bytes[texts.range(at: row)])
    case .integers(let values): spell(values[row], into: &bytes)
    case .decimals(let values): bytes.append(contentsOf: decimalText(values[row]).utf8)
    case .booleans(let bits): bytes.append(contentsOf: (bits[row] ? "true" : "false").utf8)
    case .variant(let cells):
      let payload = cells.payloads[row]
      switch cells.tag(at: row) {
      case .null: break
      case .text: bytes.append(contentsOf: cells.bytes[cells.textRange(at: row)])
      case .integer: spell(Int64(bitPattern: payload), into: &bytes)
      case .decimal: bytes.append(contentsOf: decimalText(Double(bitPattern: payload)).utf8)
      case .no: bytes.append(contentsOf: "false".utf8)
      case .yes: bytes.append(contentsOf: "true".utf8)
      }
    }
  }

  private static func spell(_ value: Int64, into bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    var rest = value.magnitude
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  /// Bytes of a cell without what follows it.
  @inline(__always)
  func length(_ row: Int) -> Int { lengths[row] + quoting[row] }

  /// Writes each cell and its separator to its place, and moves the place behind them.
  func write(to target: UnsafeMutableBufferPointer<UInt8>, places: inout [Int], separator: UInt8) {
    bytes.withUnsafeBufferPointer { bytes in
      for row in starts.indices {
        let source = UnsafeBufferPointer(rebasing: bytes[starts[row]..<(starts[row] + lengths[row])])
        var at = places[row]
        if quoting[row] == 0 {
          at = target[at...].update(fromContentsOf: source)
        } else {
          target[at] = CSVCellWriter.quote
          at += 1
          for byte in source {
            if byte == CSVCellWriter.quote {
              target[at] = byte
              at += 1
            }
            target[at] = byte
            at += 1
          }
          target[at] = CSVCellWriter.quote
          at += 1
        }
        target[at] = separator
        places[row] = at + 1
      }
    }
  }
}
