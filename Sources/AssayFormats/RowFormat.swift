package import AssayColumns

/// Why bytes could not be read as their format, and where.
package struct FormatFault: Error, Sendable, Hashable {
  /// What is wrong, as a sentence without a full stop: `a quoted field does not end`.
  package var message: String
  /// The byte of the document at which it shows, from 0, after decompression and transcoding.
  package var byte: Int?
  /// The line, from 1.
  package var line: Int?
  /// The record (row) within the document, from 1; the header is none.
  package var record: Int?
  /// Whether the document held nothing at all; whether that is a fault is for the source to say.
  package internal(set) var isEmptyDocument = false

  package init(_ message: String, byte: Int? = nil, line: Int? = nil, record: Int? = nil) {
    self.message = message
    self.byte = byte
    self.line = line
    self.record = record
  }
}

/// Something in the data that was mended rather than refused, and is reported.
package struct RowWarning: Sendable, Hashable {
  /// What was mended.
  package enum Kind: String, Sendable, Hashable {
    /// A row with fewer cells than columns: filled with nulls.
    case shortRow = "short_row"
    /// A row with more cells than columns: its first cells were kept.
    case longRow = "long_row"
    /// A JSON record in which a member's name occurs twice in an object: the last value was kept.
    case repeatedName = "repeated_name"
  }

  package var kind: Kind
  /// The row within its piece, from 0.
  package var row: Int
  /// How many cells the row had; 0 for `repeatedName`.
  package var cells: Int

  package init(kind: Kind, row: Int, cells: Int) {
    self.kind = kind
    self.row = row
    self.cells = cells
  }
}

/// Rows that came out of one piece of a document. Names are those of this piece, unique, in order of appearance.
package struct DecodedRows: Sendable {
  package var names: [String]
  package var columns: [Column]
  package var rowCount: Int
  package var warnings: [RowWarning]

  package init(names: [String], columns: [Column], rowCount: Int, warnings: [RowWarning] = []) {
    self.names = names
    self.columns = columns
    self.rowCount = rowCount
    self.warnings = warnings
  }
}

/// A part of a document that is decoded without the parts before it.
package enum Piece: Sendable {
  /// Bytes of whole records. `header` holds the names where the format has them apart from the records; `line` (from
  /// 1), `byte` and `record` (from 0) say where the piece starts in its document.
  case bytes([UInt8], header: [String], line: Int, byte: Int, record: Int)
  /// Rows that the cutter has decoded already, in a format that has no independent pieces.
  case rows(DecodedRows)
}

/// Cuts a stream of bytes into pieces, in order. Where a piece ends depends on the bytes alone, not on how they were
/// handed over.
package protocol PieceCutter: Sendable {
  /// Takes the next bytes of the document, any number of them, and returns the pieces that are complete.
  mutating func push(_ bytes: [UInt8]) throws(FormatFault) -> [Piece]
  /// Says that the document has ended, and returns what is left of it.
  mutating func finish() throws(FormatFault) -> [Piece]
}

/// A format that holds rows: bytes in, columns out, no I/O. Values are immutable, so pieces decode concurrently.
package protocol RowFormat: Sendable {
  /// Where the class of a cell comes from in this format.
  var reading: Field.Reading { get }
  /// A cutter for one new document.
  func makeCutter() -> any PieceCutter
  /// The rows of a piece.
  func decode(_ piece: Piece) throws(FormatFault) -> DecodedRows
}
