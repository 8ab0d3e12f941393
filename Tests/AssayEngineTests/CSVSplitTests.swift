import AssayEngine
import AssayFormats
import FormatTwins
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct `CSV on many workers` {
  /// Quoted line ends, doubled quotes, text behind a quote, a byte order mark, ragged and blank rows, all kinds of line
  /// ends, characters of up to four bytes, and no line end at the end.
  static let nasty =
    "\u{FEFF}id,\"na\nme\",\"q\"\"\"\r\n1,\"a\r\nb\",\"\"\"\"\n\r\n2,\"\n\"\r3\n\"4\",\"x\"y,é日😀,more\r\n"
    + "5,\"\"\"\n\"\"\",\"\r\"\n\n6,p\"q,\"r,\n,\"\n\"7\n7\",,\"\n\n\""

  /// Reads the document as a source does: pieces come one by one, are decoded on workers, and taken in order.
  private func read(_ pushes: [[UInt8]], _ format: CSVFormat, _ workers: Workers) async throws -> DecodedTable {
    var cutter = format.makeCutter()
    var cut: [Piece] = []
    for bytes in pushes { cut += try cutter.push(bytes) }
    cut += try cutter.finish()
    let pieces = Mutex(cut[...])
    var table = DecodedTable()
    try await orderedWindow(
      width: workers.width + 1, next: { pieces.withLock { $0.popFirst() } },
      job: { piece in try await workers.run { try format.decode(piece) } }, deliver: { table.append($0) })
    return table
  }

  @Test(arguments: [1, 2, 3, 8])
  func `every split of a nasty file gives the same rows, whatever the pieces`(width: Int) async throws {
    let bytes = Array(Self.nasty.utf8)
    let workers = Workers(width: width)
    let expected = DecodedTable.expected(bytes, CSVDialect())
    #expect(expected.fault == nil)
    #expect(expected.rows.count == 7)
    #expect(expected.warnings.count == 3)
    for pushes in splits(bytes) + [bytes.map { [$0] }] {
      for size in [1, 30] {
        let found = try await read(pushes, CSVFormat(pieceSize: size), workers)
        #expect(found == expected, "pushes of \(pushes.map(\.count)), pieces of \(size)")
      }
    }
  }
}
