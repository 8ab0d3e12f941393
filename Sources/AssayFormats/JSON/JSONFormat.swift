package import AssayColumns

/// JSON documents and JSON Lines as rows.
///
/// A record's nested objects become columns `a.b`; lists, and objects without members, stay as compact JSON text. A
/// record that is no object is a row of one column, `value`. Cells keep their own kinds. Columns are in order of first
/// appearance within the piece, and null where a record lacks them.
///
/// Paths of member names are followed while the bytes come in, and so are those that end in `[*]`, `[n]`, a slice that
/// goes forward from the list's beginning, or a filter that uses only `@`; other paths need the whole document in
/// memory. On the way to streamed records a name must not occur twice in an object. Within a record the last value of
/// such a name counts, at the place of the first, and the row is warned of.
package struct JSONFormat: RowFormat {
  /// About how many bytes a piece has, unless told otherwise.
  package static let defaultPieceBytes = 1 << 20
  /// How many bytes a single record, or a document that does not stream, may have, unless told otherwise.
  package static let defaultDocumentLimit = 1 << 30

  /// Where the records are; nil for the elements of a list at the top, or else the one value there.
  package let path: JSONPath?
  /// Whether the document is a run of values, as JSON Lines are. The path then applies to each of them.
  package let lines: Bool
  /// Whether a list that is not there counts as an empty one.
  package let allowEmpty: Bool
  let pieceBytes: Int
  let documentLimit: Int
  /// The names on the way to the records, where they can be streamed.
  let streamNames: [String]?
  /// Which elements of the streamed list are records, where not all of them are.
  let selector: JSONPathSelector?

  /// A format. `records` that end in `[*]` ask for a list; a path of names and indices alone may lead to a list, whose
  /// elements are the records, or to a single record. `pieceBytes` is from 1 to 1 GiB, `documentLimit` at most 2 GiB.
  package init(
    records path: JSONPath? = nil, lines: Bool = false, allowEmpty: Bool = false,
    pieceBytes: Int = JSONFormat.defaultPieceBytes, documentLimit: Int = JSONFormat.defaultDocumentLimit
  ) {
    self.path = path
    self.lines = lines
    self.allowEmpty = allowEmpty
    self.pieceBytes = min(max(pieceBytes, 1), 1 << 30)
    self.documentLimit = min(documentLimit, 2 << 30)
    selector = lines ? nil : path?.streamedSelector
    streamNames = selector != nil ? path?.parent.memberNames : path.map(\.memberNames) ?? []
  }

  /// Whether documents are read piece by piece; else they are in memory as a whole, at most `documentLimit` bytes.
  package var isStreamed: Bool { lines || streamNames != nil }

  package var reading: Field.Reading { .own }

  package func makeCutter() -> any PieceCutter {
    if isStreamed { return JSONCutter(format: self) }
    return JSONDocumentCutter(format: self)
  }

  package func decode(_ piece: Piece) throws(FormatFault) -> DecodedRows {
    switch piece {
    case .rows(let rows): return rows
    case .bytes(let bytes, _, let line, let byte, let record):
      let result = bytes.withUnsafeBufferPointer { buffer -> Result<DecodedRows, FormatFault> in
        do throws(FormatFault) {
          if lines, path != nil {
            return .success(try rowsOfLines(buffer, line: line, byte: byte, record: record))
          }
          if let selector {
            let values = try Self.values(buffer, line: line, byte: byte, record: record).map(\.value)
            return .success(try Self.rows(of: select(selector, of: values, from: record)))
          }
          return .success(try Self.rows(bytes, buffer, line: line, byte: byte, record: record))
        } catch {
          return .failure(error)
        }
      }
      return try result.get()
    }
  }

  private static func rows(
    _ bytes: [UInt8], _ buffer: UnsafeBufferPointer<UInt8>, line: Int, byte: Int, record: Int
  ) throws(FormatFault) -> DecodedRows {
    var reader = JSONRowReader(buffer)
    do throws(JSONStop) {
      try reader.readAll()
    } catch {
      throw error.fault(in: buffer, line: line, byte: byte, record: record + reader.row + 1)
    }
    return reader.finish(bytes)
  }

  /// The values of a piece, and where they start in it.
  private static func values(
    _ buffer: UnsafeBufferPointer<UInt8>, line: Int, byte: Int, record: Int
  ) throws(FormatFault) -> [(value: JSONValue, start: Int)] {
    var values: [(value: JSONValue, start: Int)] = []
    do throws(JSONStop) {
      var cursor = JSONCursor(buffer)
      cursor.skipSpace()
      while cursor.at < cursor.count {
        let start = cursor.at
        values.append((try cursor.value(depth: 0), start))
        try cursor.requireSeparator()
        cursor.skipSpace()
      }
    } catch {
      throw error.fault(in: buffer, line: line, byte: byte, record: record + values.count + 1)
    }
    return values
  }

  /// The records that the path selects in each value of a piece.
  private func rowsOfLines(
    _ buffer: UnsafeBufferPointer<UInt8>, line: Int, byte: Int, record: Int
  ) throws(FormatFault) -> DecodedRows {
    let values = try Self.values(buffer, line: line, byte: byte, record: record)
    var selected: [JSONValue] = []
    for (index, item) in values.enumerated() {
      do throws(FormatFault) {
        selected += try records(in: item.value)
      } catch {
        var fault = JSONStop(.value, at: item.start).fault(
          in: buffer, line: line, byte: byte, record: record + index + 1)
        fault.message = error.message
        throw fault
      }
    }
    return try Self.rows(of: selected)
  }
}
