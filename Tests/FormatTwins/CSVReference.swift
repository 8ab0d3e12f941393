/// A plain reader of delimited text, byte by byte: the twin against which the fast one is held.
package struct CSVReference {
  var delimiter = UInt8(ascii: ",")
  var quote: UInt8? = UInt8(ascii: "\"")

  package init(delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8? = UInt8(ascii: "\"")) {
    self.delimiter = delimiter
    self.quote = quote
  }

  private enum State { case rowStart, fieldStart, unquoted, quoted, quoteInQuoted, afterReturn }

  /// The rows, a blank line as no cells; and where a quote stands that is not closed.
  package func rows(_ bytes: [UInt8]) -> (rows: [[[UInt8]]], open: Int?) {
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

  /// Line ends: LF, CR LF or a lone CR.
  package static func lineEnds(_ bytes: ArraySlice<UInt8>) -> Int {
    var count = 0
    for (place, byte) in zip(bytes.indices, bytes) {
      if byte == 0x0D || (byte == 0x0A && (place == bytes.startIndex || bytes[place - 1] != 0x0D)) { count += 1 }
    }
    return count
  }

  /// The first byte that text cannot have: NUL, or where UTF-8 is broken off.
  package static func firstBadByte(_ bytes: [UInt8]) -> Int? {
    var at = 0
    while at < bytes.count {
      if bytes[at] == 0 { return at }
      // A character has at most four bytes; the shortest run that is valid is the character.
      let length = (1...4).first { size in
        at + size <= bytes.count && String(validating: bytes[at..<(at + size)], as: UTF8.self) != nil
      }
      guard let length else { return at }
      at += length
    }
    return nil
  }

  /// The documented rule for names: an empty one is `column_N`; one that is taken gets the first free `_2`, `_3` …
  package static func uniqueNames(_ cells: [String]) -> [String] {
    var names: [String] = []
    for (index, cell) in cells.enumerated() {
      let base = cell.isEmpty ? "column_\(index + 1)" : cell
      var name = base
      var number = 1
      while names.contains(name) || (name != cell && cells.contains(name)) {
        number += 1
        name = "\(base)_\(number)"
      }
      names.append(name)
    }
    return names
  }
}
