import AssayColumns
import AssayFormats

/// A plain reader of delimited text, byte by byte: the twin against which the fast one is held.
struct CSVReference {
  var delimiter = UInt8(ascii: ",")
  var quote: UInt8? = UInt8(ascii: "\"")

  private enum State { case rowStart, fieldStart, unquoted, quoted, quoteInQuoted, afterReturn }

  /// The rows, a blank line as no cells; and where a quote stands that is not closed.
  func rows(_ bytes: [UInt8]) -> (rows: [[[UInt8]]], open: Int?) {
    var rows: [[[UInt8]]] = []
    var row: [[UInt8]] = []
    var field: [UInt8] = []
    var state = State.rowStart
    var open = 0
    func isEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
    for (place, byte) in bytes.enumerated() {
      if state == .afterReturn {
        state = .rowStart
        if byte == 0x0A { continue }
      }
      switch state {
      case .rowStart where isEnd(byte):
        rows.append([])
        if byte == 0x0D { state = .afterReturn }
      case .quoted:
        if byte == quote { state = .quoteInQuoted } else { field.append(byte) }
      case .quoteInQuoted where byte == quote:
        field.append(byte)
        state = .quoted
      case .rowStart where byte == quote, .fieldStart where byte == quote:
        state = .quoted
        open = place
      default:
        if byte == delimiter {
          row.append(field)
          field = []
          state = .fieldStart
        } else if isEnd(byte) {
          rows.append(row + [field])
          row = []
          field = []
          state = byte == 0x0D ? .afterReturn : .rowStart
        } else {
          field.append(byte)
          state = .unquoted
        }
      }
    }
    if state == .quoted { return (rows, open) }
    if state != .rowStart, state != .afterReturn { rows.append(row + [field]) }
    return (rows, nil)
  }
}

/// What a document decodes to, its pieces put together: plain enough to be compared and printed.
struct DecodedTable: Equatable, CustomStringConvertible {
  var names: [String] = []
  var rows: [[String?]] = []
  var warnings: [RowWarning] = []
  var fault: FormatFault?

  var description: String { "\(names) \(rows) \(warnings) \(fault.map { "\($0)" } ?? "")" }
}

extension DecodedTable {
  /// The table of a document by the plain reader. A fault has no place but that of an open quote.
  static func expected(_ document: [UInt8], _ dialect: CSVDialect) -> DecodedTable {
    var bytes = document
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var (rows, open) = CSVReference(delimiter: dialect.delimiter, quote: dialect.quote).rows(bytes)
    var table = DecodedTable()
    if let open {
      let byte = open + document.count - bytes.count
      table.fault = FormatFault("a quoted field does not end: its quote opens here", byte: byte)
      return table
    }
    guard let first = rows.firstIndex(where: { !$0.isEmpty }) else {
      table.fault = .emptyDocument
      return table
    }
    if dialect.header {
      table.names = rows[first].map { String(decoding: $0, as: UTF8.self) }
      rows.removeFirst(first + 1)
    } else {
      table.names = (1...rows[first].count).map { "column_\($0)" }
    }
    for row in rows {
      var cells = row
      if cells.isEmpty {
        if table.names.count > 1 { continue }
        cells = [[]]
      }
      if cells.count != table.names.count {
        table.warnings.append(
          RowWarning(
            kind: cells.count < table.names.count ? .shortRow : .longRow, row: table.rows.count, cells: cells.count))
      }
      var texts: [String?] = cells.prefix(table.names.count).map {
        let text = String(decoding: $0, as: UTF8.self)
        return dialect.nulls.contains(text) ? nil : text
      }
      while texts.count < table.names.count { texts.append(nil) }
      table.rows.append(texts)
    }
    return table
  }

  /// The table of a document handed over in the given pushes. Faults keep their message and byte alone.
  static func decoded(_ pushes: [[UInt8]], _ format: any RowFormat) -> DecodedTable {
    var table = DecodedTable()
    do throws(FormatFault) {
      var cutter = format.makeCutter()
      var pieces: [Piece] = []
      for bytes in pushes { pieces += try cutter.push(bytes) }
      pieces += try cutter.finish()
      for piece in pieces { table.append(try format.decode(piece)) }
    } catch {
      return DecodedTable(fault: error)
    }
    return table
  }

  /// Appends the rows of a piece; columns that it lacks are null, new ones are appended.
  mutating func append(_ piece: DecodedRows) {
    let known = Set(names)
    let added = piece.names.filter { !known.contains($0) }
    names += added
    for row in rows.indices { rows[row] += added.map { _ in nil } }
    let places = Dictionary(uniqueKeysWithValues: piece.names.enumerated().map { ($1, $0) })
    for row in 0..<piece.rowCount {
      rows.append(names.map { name in places[name].flatMap { piece.columns[$0][row].text } })
    }
    for var warning in piece.warnings {
      warning.row += rows.count - piece.rowCount
      warnings.append(warning)
    }
  }

  /// The table without what the plain reader does not say of a fault.
  var plain: DecodedTable {
    var table = self
    table.fault?.line = nil
    table.fault?.record = nil
    return table
  }
}

/// A small seeded generator, so that a failing round can be run again.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The bytes in two parts, at every place.
func splits(_ bytes: [UInt8]) -> [[[UInt8]]] {
  (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
}
