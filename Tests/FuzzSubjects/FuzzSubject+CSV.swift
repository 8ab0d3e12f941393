import AssayFormats
import CAssay
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  private static let parts: [[UInt8]] =
    [
      "\"", "\"", "\"\"", ",", ",", "\n", "\n", "\r", "\r\n", "a", "bc", "é", "日", "😀", ";", "\t", " ", "", "column_1",
      "a_2", "\"x\ny\"", "\"p\"\"q\"", "\u{FEFF}",
    ].map { Array($0.utf8) }

  static let csv = FuzzSubject("csv", "CSV in pieces and chunks of all sizes against a byte-by-byte state machine") {
    round in
    var bytes = round.random.document(of: parts, atMost: round.random.once(in: 4) ? 60 : 14)
    if round.random.once(in: 3) {
      // A run moves what follows over the edges of the scanner's blocks.
      let run = [UInt8](repeating: UInt8(ascii: "x"), count: 40 + round.random.next(below: 50))
      bytes.insert(contentsOf: run, at: round.random.next(below: bytes.count + 1))
    }
    if round.random.once(in: 3) {
      round.random.mutate(
        &bytes, marks: Array("\",;\n\r a\u{0}".utf8) + [0xFF, 0xC3, 0xA9, 0xEF, 0xBB, 0xBF], times: 3)
    }
    let delimiter = round.random.pick(Array(",,,;\t|a".utf8))
    let quote = round.random.pick([UInt8(ascii: "\""), UInt8(ascii: "\""), UInt8(ascii: "'"), nil])
    let dialect = CSVDialect(
      delimiter: delimiter, quote: quote, header: !round.random.once(in: 3),
      nulls: round.random.pick([[""], [""], ["a"], ["", "bc"], []]))
    let expected = DecodedTable.expected(bytes, dialect)
    for pushes in round.random.pushes(of: bytes) {
      let size = round.random.pick([1, 2, 7, 64, 1 << 20])
      let found = DecodedTable.decoded(pushes, CSVFormat(dialect, pieceSize: size)).plain
      round.expect(found, expected, "pieces of \(size), pushes of \(pushes.map(\.count)), \(dialect)", bytes)
    }
    vectorScan(bytes, &round)
  }

  /// The vector scan of a block, as it is compiled here, against the portable twin; and the counting of line ends.
  private static func vectorScan(_ bytes: [UInt8], _ round: inout Round) {
    var block = bytes
    block.append(contentsOf: [UInt8](repeating: 0x0A, count: 64))
    let place = round.random.next(below: bytes.count + 1)
    let wanted = round.random.pick(block)
    block.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      round.expect(
        assay_byte_mask(base + place, wanted), assay_byte_mask_portable(base + place, wanted), "mask of \(wanted)",
        bytes)
    }
    round.expect(
      bytes.isEmpty ? 0 : assay_csv_line_ends(bytes, bytes.count), CSVReference.lineEnds(bytes[...]), "line ends", bytes
    )
  }
}
