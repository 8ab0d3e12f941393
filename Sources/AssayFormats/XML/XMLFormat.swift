package import AssayColumns

/// XML as rows: each record element becomes a row.
///
/// - Attributes are columns `@name`, child elements columns `name`, deeper ones `a.b`, their attributes `a.@name`.
///   Names are local names: a namespace prefix is dropped, and declarations of namespaces are no attributes.
/// - Text of an element is kept as it is; where the element has child elements it is trimmed, and dropped when blank.
///   Text of the record element itself is the column `value`, unless blank.
/// - An empty element is null; one that is empty but has attributes gives its attributes alone.
/// - What occurs more than once in a record becomes a JSON array of its texts, `["a","b"]`, null for an empty one.
/// - Nothing outside the document is read: no DTD, no external entity, no network. Entities that the document declares
///   itself are expanded as far as libxml2's limits against expansion attacks allow. A single attribute, comment or
///   tag may have 10 MB; text and CDATA may have any length up to the limit of a record, 1 GiB.
/// - A document without records gives no rows.
package struct XMLFormat: RowFormat {
  /// Records in a piece at most.
  package static let pieceRecords = 4096
  /// Bytes of text and attributes in a piece, about.
  package static let pieceSize = 1 << 20
  /// Elements that may be open at once.
  package static let depthLimit = 200

  /// The record elements: a name anywhere (`book`), the last names of a path (`catalog/book`), or a path from the
  /// root (`/shop/catalog/book`); nil for the children of the root.
  package var records: String?
  /// Whether the bytes were transcoded to UTF-8, so that the encoding the document declares is not to be believed.
  package var isTranscoded: Bool
  /// Bytes of text in a piece, about; at least 1.
  package var pieceSize: Int

  package init(records: String? = nil, isTranscoded: Bool = false, pieceSize: Int = XMLFormat.pieceSize) {
    self.records = records
    self.isTranscoded = isTranscoded
    self.pieceSize = pieceSize
  }

  package var reading: Field.Reading { .fromText }

  package func makeCutter() -> any PieceCutter {
    XMLCutter(path: XMLRecordPath(records), isTranscoded: isTranscoded, pieceSize: pieceSize)
  }

  /// The rows of a piece; a piece of bytes is read as a document of its own.
  package func decode(_ piece: Piece) throws(FormatFault) -> DecodedRows {
    switch piece {
    case .rows(let rows): return rows
    case .bytes(let bytes, _, _, _, _):
      var whole = XMLCutter(
        path: XMLRecordPath(records), isTranscoded: isTranscoded, pieceSize: .max, recordLimit: .max)
      let pieces = try whole.push(bytes) + whole.finish()
      for case .rows(let rows) in pieces { return rows }
      return DecodedRows(names: [], columns: [], rowCount: 0)
    }
  }
}

/// Which elements are records.
struct XMLRecordPath: Sendable {
  /// Local names, the record's own last; empty for the children of the root.
  var names: [[UInt8]]
  /// Whether the path begins at the root.
  var isAnchored: Bool

  init(_ text: String?) {
    let text = text ?? ""
    isAnchored = text.utf8.first == UInt8(ascii: "/")
    names = text.split(separator: "/").map { part in
      // Names are compared without prefixes, so one that is written is dropped too.
      Array((part.split(separator: ":").last ?? part).utf8)
    }
  }

  /// Whether an element is a record, from the local names of the open elements, root first, its own last.
  func matches(_ open: UnsafeBufferPointer<XMLName>) -> Bool {
    if names.isEmpty { return open.count == 2 }
    guard open.count >= names.count, !isAnchored || open.count == names.count else { return false }
    let first = open.count - names.count
    for index in names.indices where !open[first + index].equals(names[index]) { return false }
    return true
  }
}

/// A name in the parser's dictionary: equal names have equal addresses for as long as the parser lives.
struct XMLName: Hashable {
  let pointer: UnsafePointer<UInt8>

  func equals(_ other: [UInt8]) -> Bool {
    for (index, byte) in other.enumerated() where pointer[index] != byte { return false }
    return pointer[other.count] == 0
  }

  var string: String { String(cString: pointer) }
}
