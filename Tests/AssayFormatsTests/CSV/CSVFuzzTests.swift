import AssayColumns
import AssayFormats
import CAssay
import FormatTwins
import AssayTestSupport
import Testing

@Suite struct `CSV against a plain reader` {
  private static let parts: [[UInt8]] = [
    "\"", "\"", "\"\"", ",", ",", "\n", "\r", "\r\n", "a", "bc", "é", "日", "😀", ";", " ", "",
  ].map { Array($0.utf8) }

  private static func document(_ generator: inout SeededRandom, parts count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<count { bytes += parts.randomElement(using: &generator) ?? [] }
    // Long runs move what follows over the edges of the scanner's blocks.
    if Bool.random(using: &generator) {
      let run = [UInt8](repeating: UInt8(ascii: "x"), count: Int.random(in: 40...90, using: &generator))
      bytes.insert(contentsOf: run, at: 0)
    }
    return bytes
  }

  @Test(arguments: 0..<8)
  func `agrees on thousands of nasty documents`(_ seed: Int) {
    var generator = SeededRandom(seed: UInt64(seed))
    for round in 0..<600 {
      let bytes = Self.document(&generator, parts: Int.random(in: 0...60, using: &generator))
      let dialect = CSVDialect(
        delimiter: round % 5 == 0 ? UInt8(ascii: ";") : UInt8(ascii: ","),
        quote: round % 7 == 0 ? nil : UInt8(ascii: "\""), header: round % 3 == 0,
        nulls: round % 4 == 0 ? ["a"] : [""])
      let expected = DecodedTable.expected(bytes, dialect)
      let size = [1, 7, 64, 1 << 20].randomElement(using: &generator) ?? 1
      let cut = Int.random(in: 0...bytes.count, using: &generator)
      let cut2 = Int.random(in: cut...bytes.count, using: &generator)
      let pushes = [Array(bytes[..<cut]), Array(bytes[cut..<cut2]), Array(bytes[cut2...])]
      let found = DecodedTable.decoded(pushes, CSVFormat(dialect, pieceSize: size)).plain
      #expect(found == expected, "seed \(seed), round \(round): \(bytes)")
      if found != expected { return }
    }
  }

  @Test func `the vector scan of a block equals the portable one`() {
    var generator = SeededRandom(seed: 9)
    for _ in 0..<2000 {
      let block = (0..<64).map { _ in UInt8.random(in: 0...3, using: &generator) &* 85 }
      for byte: UInt8 in [0, 85, 170, 255] {
        #expect(assay_byte_mask(block, byte) == assay_byte_mask_portable(block, byte))
      }
    }
  }

  @Test func `the check of UTF-8 finds the same first fault as the standard library`() {
    var generator = SeededRandom(seed: 11)
    let parts: [[UInt8]] = [
      [0x41], [0xC3, 0xA9], [0xE2, 0x82, 0xAC], [0xF0, 0x9F, 0x98, 0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xE0, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xFF], [0x80], [0xC3], [0xE2, 0x82],
      [0xF0, 0x9F], [0xF5, 0x80],
    ]
    for round in 0..<4000 {
      var bytes = [UInt8](repeating: 0x61, count: Int.random(in: 0...70, using: &generator))
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        // Mostly whole characters, so that faults come late too.
        let count = round % 2 == 0 ? 4 : parts.count
        bytes += parts[Int.random(in: 0..<count, using: &generator)]
      }
      let fault = assay_utf8_fault(bytes, bytes.count)
      #expect(String(validating: bytes[..<fault], as: UTF8.self) != nil)
      #expect((fault == bytes.count) == (String(validating: bytes, as: UTF8.self) != nil))
      // No longer beginning is well-formed: the fault is the first.
      for end in bytes.indices where end >= fault {
        #expect(String(validating: bytes[...end], as: UTF8.self) == nil)
      }
    }
  }

  @Test func `line ends are counted as the plain reader counts them`() {
    var generator = SeededRandom(seed: 13)
    for _ in 0..<500 {
      let count = Int.random(in: 0...200, using: &generator)
      let bytes = (0..<count).map { _ in ([0x0A, 0x0D, 0x61] as [UInt8]).randomElement(using: &generator) ?? 0x61 }
      var plain = 0
      for (index, byte) in bytes.enumerated() {
        if byte == 0x0D || (byte == 0x0A && (index == 0 || bytes[index - 1] != 0x0D)) { plain += 1 }
      }
      #expect(assay_csv_line_ends(bytes, bytes.count) == plain)
    }
  }
}
