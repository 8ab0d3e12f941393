package import AssayColumns

/// Delimited text: RFC 4180 with the leniency of Python's `csv` module.
///
/// - Rows end with LF, CR LF or a lone CR; a byte order mark is skipped; the last row needs no line end.
/// - A quote opens a field only as its first byte, elsewhere it is text. Text behind a closing quote is appended as it
///   stands. A quote that is never closed is a fault at the line where it opened.
/// - Short rows are filled with nulls, long rows keep their first cells; both are reported as warnings.
/// - A blank line is an empty cell in a file of one column and nothing elsewhere; before the header it is nothing.
/// - An empty name becomes `column_N`, N counted from 1; a name that was there before gets `_2`, `_3` …
/// - Bytes that are not UTF-8 and NUL bytes are faults.
package struct CSVFormat: RowFormat {
  /// Bytes of a piece, about: it ends with the first row that ends at or after so many.
  package static let pieceSize = 1 << 18
  /// Bytes that one row may have: more is most likely a quote that is never closed.
  package static let rowLimit = 1 << 30

  package var dialect: CSVDialect
  /// Bytes of a piece, about; at least 1.
  package var pieceSize: Int

  /// A format of the given dialect, whose `problem` must be nil.
  package init(_ dialect: CSVDialect = CSVDialect(), pieceSize: Int = CSVFormat.pieceSize) {
    precondition(dialect.problem == nil, "a dialect that cannot be read")
    precondition(pieceSize > 0, "a piece has bytes")
    self.dialect = dialect
    self.pieceSize = pieceSize
  }

  package var reading: Field.Reading { .fromText }

  package func makeCutter() -> any PieceCutter { CSVCutter(dialect: dialect, pieceSize: pieceSize) }

  package func decode(_ piece: Piece) throws(FormatFault) -> DecodedRows {
    switch piece {
    case .rows(let rows): return rows
    case .bytes(let bytes, let header, let line, let byte, let record):
      let place = CSVPlace(line: line, byte: byte, record: record)
      return try CSVPieceDecoder(dialect: dialect, names: header, place: place).decode(bytes)
    }
  }
}

/// Where a piece starts in its document: line from 1, byte and record from 0.
struct CSVPlace: Sendable {
  var line: Int
  var byte: Int
  var record: Int
}
