/// Collects a whole document for paths that cannot be followed in a stream.
struct JSONDocumentCutter: PieceCutter {
  let format: JSONFormat
  private var bytes: [UInt8] = []

  init(format: JSONFormat) { self.format = format }

  mutating func push(_ more: [UInt8]) throws(FormatFault) -> [Piece] {
    guard bytes.count + more.count <= format.documentLimit else {
      throw FormatFault(format.sizeMessage, byte: format.documentLimit)
    }
    bytes += more
    return []
  }

  mutating func finish() throws(FormatFault) -> [Piece] {
    var rest = bytes[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    guard rest.contains(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }) else {
      throw .emptyDocument
    }
    let root = try JSONParser.parse(bytes)
    bytes = []
    return [.rows(try JSONFormat.rows(of: try format.records(in: root)))]
  }
}
