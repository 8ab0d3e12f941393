import AssayFormats
import FormatTwins
import Testing

@Suite struct `Text decoding` {
  private func decode(_ pushes: [[UInt8]], _ name: String) throws(FormatFault) -> String {
    var decoding = TextDecoding(try TextEncoding(named: name))
    var text: [UInt8] = []
    for bytes in pushes { text += try decoding.push(bytes) }
    text += try decoding.finish()
    return String(decoding: text, as: UTF8.self)
  }

  private static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { unit in
      bigEndian ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
    }
  }

  private static let sample = "a,é\n日本,😀€\r\n"

  @Test(
    arguments: [
      ("utf-8", Array(sample.utf8)), ("UTF8", [0xEF, 0xBB, 0xBF] + Array(sample.utf8)),
      ("utf-16le", utf16(sample, bigEndian: false)), ("utf-16be", utf16(sample, bigEndian: true)),
      ("utf-16le", [0xFF, 0xFE] + utf16(sample, bigEndian: false)),
      ("utf-16be", [0xFE, 0xFF] + utf16(sample, bigEndian: true)),
      ("utf-16", [0xFF, 0xFE] + utf16(sample, bigEndian: false)),
      ("utf-16", [0xFE, 0xFF] + utf16(sample, bigEndian: true)), ("utf-16", utf16(sample, bigEndian: false)),
    ] as [(String, [UInt8])])
  func `Unicode is right at every split`(_ name: String, _ bytes: [UInt8]) throws {
    for pushes in splits(bytes) + [bytes.map { [$0] }] { #expect(try decode(pushes, name) == Self.sample) }
  }

  @Test func `single bytes become the characters of their encoding`() throws {
    let bytes: [UInt8] = [0x41, 0xE9, 0xFC, 0xFF]
    for name in ["latin-1", "ISO-8859-1", "windows-1252", "cp1252"] {
      for pushes in splits(bytes) { #expect(try decode(pushes, name) == "Aéüÿ") }
    }
    #expect(try decode([[0x80, 0x93, 0x94]], "windows-1252") == "€“”")
    #expect(try decode([[0x80]], "latin1") == "\u{80}")
    let all = (0...255).map { UInt8($0) }
    #expect(try Array(decode([all], "latin1").unicodeScalars).map(\.value) == (0...255).map { UInt32($0) })
    // A mark of UTF-8 is no mark in an encoding of single bytes.
    #expect(try decode([[0xEF, 0xBB, 0xBF]], "latin1") == "ï»¿")
  }

  @Test func `an unknown encoding is told which there are`() {
    let fault = #expect(throws: FormatFault.self) { try TextEncoding(named: "klingon") }
    #expect(
      fault?.message == "the encoding `klingon` is not known; there are utf-8, iso-8859-1, windows-1252, utf-16, "
        + "utf-16le, utf-16be")
  }

  @Test func `a byte that is no character is named with its place`() {
    let bytes: [UInt8] = [0x41, 0x42, 0x81, 0x43]
    for pushes in splits(bytes) {
      let fault = #expect(throws: FormatFault.self) { try decode(pushes, "windows-1252") }
      #expect(fault?.byte == 2)
      #expect(fault?.message.contains("0x81") == true)
    }
    // A low surrogate by itself, behind the mark.
    let alone: [UInt8] = [0xFF, 0xFE, 0x41, 0x00, 0x00, 0xDC, 0x42, 0x00]
    for pushes in splits(alone) {
      let fault = #expect(throws: FormatFault.self) { try decode(pushes, "utf-16") }
      #expect(fault?.byte == 4)
    }
  }

  @Test func `a file that ends within a character is a fault`() {
    for bytes: [UInt8] in [[0x41, 0x00, 0x42], [0x3D, 0xD8], [0x41]] {
      let fault = #expect(throws: FormatFault.self) { try decode([bytes], "utf-16le") }
      #expect(fault?.message.contains("ends within a character") == true)
    }
  }

  @Test func `nothing stays nothing`() throws {
    for encoding in TextEncoding.allCases { #expect(try decode([[], []], encoding.rawValue) == "") }
  }
}
