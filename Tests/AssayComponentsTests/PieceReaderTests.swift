import AssayColumns
import AssayComponents
import AssayFormats
import FoundationEssentials
import Synchronization
import Testing

/// How far a file is read ahead of who takes its pieces.
@Suite struct PieceReaderTests {
  /// A format that counts the bytes that it is handed, and makes a piece of each hand-over.
  private final class Counting: RowFormat, PieceCutter {
    let reading = Field.Reading.fromText
    let taken = Mutex(0)

    func makeCutter() -> any PieceCutter { self }
    func decode(_ piece: Piece) -> DecodedRows { DecodedRows(names: [], columns: [], rowCount: 0) }
    func finish() -> [Piece] { [] }

    func push(_ bytes: [UInt8]) -> [Piece] {
      taken.withLock { $0 += bytes.count }
      return [.bytes(bytes, header: [], line: 1, byte: 0, record: 0)]
    }
  }

  @Test func `gzip is inflated no further than the piece that is asked for`() async throws {
    // Stored blocks, so that the test needs no compressor; the trailer is never reached.
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    let block: [UInt8] = [0, 0xFF, 0xFF, 0, 0] + [UInt8](repeating: UInt8(ascii: "x"), count: 0xFFFF)
    for _ in 0..<64 { bytes += block }
    let url = FileManager.default.temporaryDirectory.appending(path: "assay-\(UUID().uuidString).gz")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let format = Counting()
    let reader = PieceReader(url.path, shown: "in.gz", format: format, encoding: nil)
    for count in 1...8 {
      guard case .bytes(let piece, _, _, _, _)? = try await reader.next() else {
        Issue.record("the file has more pieces")
        return
      }
      #expect(piece.count <= 256 << 10)
      #expect(format.taken.withLock { $0 } <= count * 256 << 10)
    }
  }
}
