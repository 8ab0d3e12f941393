import AssayColumns
import CAssay

/// Turns the bytes of whole rows into columns that share those bytes.
struct CSVPieceDecoder {
  /// Cells that a piece may have beyond what its bytes call for: 512 MiB of views.
  ///
  /// Only rows that are far shorter than the header reach it: a thousand bytes could otherwise ask for gigabytes.
  static let cellLimit = 1 << 26

  let dialect: CSVDialect
  let names: [String]
  let place: CSVPlace

  func decode(_ bytes: [UInt8]) throws(FormatFault) -> DecodedRows {
    try CSVPieceDecoder.checkText(bytes, place: place)
    let stride = bytes.withUnsafeBufferPointer { assay_csv_line_ends($0.baseAddress, $0.count) } + 1
    // A row of all cells has about a byte for each, so rows of the usual length need no counting. Where there are more
    // line ends than that, in quotes or under a wide header, room is made for the rows that there are.
    let (cells, isOver) = names.count.multipliedReportingOverflow(by: stride)
    let capacity = isOver || cells > 2 * (bytes.count + names.count) ? try countedRows(bytes) + 1 : stride
    let splitter = CSVSplitter(columns: names.count, capacity: capacity)
    let (shared, rowCount) = try splitter.split(bytes, dialect: dialect, place: place)
    let ragged = splitter.raggedRows()
    let nulls = CSVNulls(dialect.nulls)
    var columns: [Column] = []
    columns.reserveCapacity(names.count)
    for index in names.indices {
      var missing: [Int] = []
      if !nulls.includeEmpty {
        for (row, cells) in ragged where cells <= index { missing.append(row) }
      }
      columns.append(splitter.column(index, rowCount: rowCount, bytes: shared, nulls: nulls, missing: missing))
    }
    let warnings = ragged.map { row, cells in
      RowWarning(kind: cells < names.count ? .shortRow : .longRow, row: row, cells: cells)
    }
    return DecodedRows(names: names, columns: columns, rowCount: rowCount, warnings: warnings)
  }

  /// The rows of a piece that might ask for too many cells.
  private func countedRows(_ bytes: [UInt8]) throws(FormatFault) -> Int {
    let counter = CSVSplitter(columns: 0, capacity: 0)
    let (_, rows) = try counter.split(bytes, dialect: dialect, place: place)
    if rows * names.count > CSVPieceDecoder.cellLimit {
      throw FormatFault(
        "\(rows) rows in \(bytes.count) bytes are far shorter than the header of \(names.count) columns; "
          + "is the delimiter right?", byte: place.byte, line: place.line, record: place.record + 1)
    }
    return rows
  }

  /// The cells of the one row that is not blank.
  static func firstRow(of bytes: [UInt8], dialect: CSVDialect, place: CSVPlace) throws(FormatFault) -> [String] {
    try checkText(bytes, place: place, isHeader: dialect.header)
    let counter = CSVSplitter(columns: 0, capacity: 1)
    _ = try counter.split(bytes, dialect: dialect, place: place, isHeader: dialect.header)
    let count = counter.raggedRows().first?.cells ?? 0
    // Blank lines before the row are rows where there is one column; else there is the one row.
    let capacity = count > 1 ? 1 : bytes.withUnsafeBufferPointer { assay_csv_line_ends($0.baseAddress, $0.count) } + 1
    let splitter = CSVSplitter(columns: count, capacity: capacity)
    let (shared, rows) = try splitter.split(bytes, dialect: dialect, place: place, isHeader: dialect.header)
    let row = rows - 1
    return (0..<count).map { String(decoding: shared[splitter.range(column: $0, row: row)], as: UTF8.self) }
  }

  /// The fault of a quote that is open at the end of the bytes, or nil.
  static func unclosedQuote(in bytes: [UInt8], dialect: CSVDialect, place: CSVPlace) -> FormatFault? {
    do {
      _ = try CSVSplitter(columns: 0, capacity: 0).split(bytes, dialect: dialect, place: place)
      return nil
    } catch {
      return error
    }
  }

  private static func checkText(
    _ bytes: [UInt8], place: CSVPlace, isHeader: Bool = false
  ) throws(FormatFault) {
    let (wrong, nul) = bytes.withUnsafeBufferPointer {
      (assay_utf8_fault($0.baseAddress, $0.count), assay_nul_place($0.baseAddress, $0.count))
    }
    let first = min(wrong, nul)
    guard first < bytes.count else { return }
    let line = place.line + lineEnds(bytes[..<first])
    let byte = place.byte + first
    throw nul < wrong
      ? .nulByte(byte: byte, line: line) : .notUTF8(bytes[first], byte: byte, line: line)
  }
}

/// Line ends in bytes that do not end between a carriage return and its line feed.
func lineEnds(_ bytes: ArraySlice<UInt8>) -> Int {
  bytes.withUnsafeBufferPointer { $0.isEmpty ? 0 : assay_csv_line_ends($0.baseAddress, $0.count) }
}
