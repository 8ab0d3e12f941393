import AssayColumns
package import AssayFormats

/// What a document decodes to, its pieces put together: plain enough to be compared and printed.
package struct DecodedTable: Equatable, CustomStringConvertible {
  package var names: [String] = []
  package var rows: [[String?]] = []
  package var warnings: [RowWarning] = []
  package var fault: FormatFault?

  package init() {}

  package var description: String { "\(names) \(rows) \(warnings) \(fault.map { "\($0)" } ?? "")" }
}

extension DecodedTable {
  /// The table of a document by the plain reader. Faults lack their record.
  package static func expected(_ document: [UInt8], _ dialect: CSVDialect) -> DecodedTable {
    var bytes = document
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    let markSize = document.count - bytes.count
    var table = DecodedTable()
    if let bad = CSVReference.firstBadByte(bytes) {
      table.fault = textFault(bytes, bad, markSize: markSize)
      return table
    }
    var (rows, open) = CSVReference(delimiter: dialect.delimiter, quote: dialect.quote).rows(bytes)
    if let open {
      table.fault = FormatFault(
        "a quoted field does not end: its quote opens here", byte: open + markSize,
        line: CSVReference.lineEnds(bytes[..<open]) + 1)
      return table
    }
    guard let first = rows.firstIndex(where: { !$0.isEmpty }) else {
      table.fault = .emptyDocument
      return table
    }
    if dialect.header {
      table.names = CSVReference.uniqueNames(rows[first].map { String(decoding: $0, as: UTF8.self) })
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

  private static func textFault(_ bytes: [UInt8], _ bad: Int, markSize: Int) -> FormatFault {
    let line = CSVReference.lineEnds(bytes[..<bad]) + 1
    let place = bad + markSize
    if bytes[bad] == 0 {
      let message = "a NUL byte does not belong in text; if the file is UTF-16, set `encoding: utf-16`"
      return FormatFault(message, byte: place, line: line)
    }
    let hex = String(bytes[bad], radix: 16, uppercase: true)
    let isUTF16 = place == 0 && bytes[bad] >= 0xFE
    let hint =
      isUTF16
      ? "the file starts like UTF-16: set `encoding: utf-16`"
      : "if the file is in another encoding, name it: `encoding: windows-1252`"
    return FormatFault("byte 0x\(hex) is not UTF-8; \(hint)", byte: place, line: line)
  }

  /// The table of a document handed over in the given pushes. Faults keep their message and byte alone.
  package static func decoded(_ pushes: [[UInt8]], _ format: any RowFormat) -> DecodedTable {
    var table = DecodedTable()
    do throws(FormatFault) {
      var cutter = format.makeCutter()
      var pieces: [Piece] = []
      for bytes in pushes { pieces += try cutter.push(bytes) }
      pieces += try cutter.finish()
      for piece in pieces { table.append(try format.decode(piece)) }
    } catch {
      var failed = DecodedTable()
      failed.fault = error
      return failed
    }
    return table
  }

  /// Appends the rows of a piece; columns that it lacks are null, new ones are appended.
  package mutating func append(_ piece: DecodedRows) {
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

  /// The table without what the plain reader does not say of a fault: its record.
  package var plain: DecodedTable {
    var table = self
    table.fault?.record = nil
    return table
  }
}
