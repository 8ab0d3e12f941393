import AssayFormats
import AssayTestSupport
import FormatTwins
import Testing

@Suite struct `Zip archive` {
  /// Reads all members; counts what comes out, also where it ends in a fault.
  private func read(_ bytes: [UInt8], count: inout Int) throws(FormatFault) -> [(name: String, bytes: [UInt8])] {
    let archive = try ZipArchive(bytes)
    var members: [(name: String, bytes: [UInt8])] = []
    for entry in archive.entries where !entry.isFolder {
      var reader = try archive.reader(of: entry)
      var text: [UInt8] = []
      while let piece = try reader.next() {
        count += piece.count
        text += piece
      }
      members.append((entry.name, text))
    }
    return members
  }

  private func read(_ bytes: [UInt8]) throws(FormatFault) -> [(name: String, bytes: [UInt8])] {
    var count = 0
    return try read(bytes, count: &count)
  }

  private func texts(_ members: [(name: String, bytes: [UInt8])]) -> [String] {
    members.map { "\($0.name)=\(String(decoding: $0.bytes, as: UTF8.self))" }
  }

  private func fault(_ bytes: [UInt8]) -> String {
    do throws(FormatFault) {
      _ = try read(bytes)
      return "none"
    } catch {
      return error.message
    }
  }

  /// Written by Python's `zipfile`: `b/two.csv` deflated, `one.csv` stored.
  private static let fromPython: [UInt8] = [
    0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0xE0, 0x31, 0x78, 0x5D, 0x27, 0xE5,
    0x99, 0x7B, 0x22, 0x00, 0x00, 0x00, 0x38, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x62, 0x2F,
    0x74, 0x77, 0x6F, 0x2E, 0x63, 0x73, 0x76, 0xCB, 0x4C, 0xD1, 0xC9, 0x4B, 0xCC, 0x4D, 0xE5, 0x32,
    0xD0, 0x29, 0xCA, 0x2F, 0xE7, 0x32, 0x04, 0x93, 0x46, 0x60, 0xD2, 0x18, 0x4C, 0x9A, 0x80, 0x49,
    0x53, 0x30, 0x69, 0x06, 0x26, 0xCD, 0xC1, 0x24, 0x00, 0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x00,
    0x00, 0x00, 0x00, 0xE0, 0x31, 0x78, 0x5D, 0x0F, 0xE9, 0x5B, 0xCD, 0x05, 0x00, 0x00, 0x00, 0x05,
    0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x6F, 0x6E, 0x65, 0x2E, 0x63, 0x73, 0x76, 0x69, 0x64,
    0x0A, 0x31, 0x0A, 0x50, 0x4B, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0xE0,
    0x31, 0x78, 0x5D, 0x27, 0xE5, 0x99, 0x7B, 0x22, 0x00, 0x00, 0x00, 0x38, 0x00, 0x00, 0x00, 0x09,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x00,
    0x00, 0x62, 0x2F, 0x74, 0x77, 0x6F, 0x2E, 0x63, 0x73, 0x76, 0x50, 0x4B, 0x01, 0x02, 0x14, 0x03,
    0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0xE0, 0x31, 0x78, 0x5D, 0x0F, 0xE9, 0x5B, 0xCD, 0x05, 0x00,
    0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x80, 0x01, 0x49, 0x00, 0x00, 0x00, 0x6F, 0x6E, 0x65, 0x2E, 0x63, 0x73, 0x76, 0x50,
    0x4B, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x02, 0x00, 0x6C, 0x00, 0x00, 0x00, 0x73,
    0x00, 0x00, 0x00, 0x00, 0x00,
  ]

  /// Written by Python's `zipfile` to a pipe, so that sizes follow the data; the comment holds the mark of an end record.
  private static let streamed: [UInt8] = [
    0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x08, 0x08, 0x08, 0x00, 0xE0, 0x31, 0x78, 0x5D, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0xC3, 0xA5,
    0x2E, 0x74, 0x78, 0x74, 0x2B, 0x2E, 0x29, 0x4A, 0x4D, 0xCC, 0x4D, 0x4D, 0x01, 0x00, 0x50, 0x4B,
    0x07, 0x08, 0x63, 0x1B, 0x22, 0xD9, 0x0A, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x50, 0x4B,
    0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x08, 0x08, 0x08, 0x00, 0xE0, 0x31, 0x78, 0x5D, 0x63, 0x1B,
    0x22, 0xD9, 0x0A, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0xC3, 0xA5, 0x2E, 0x74,
    0x78, 0x74, 0x50, 0x4B, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x34, 0x00,
    0x00, 0x00, 0x3E, 0x00, 0x00, 0x00, 0x1A, 0x00, 0x61, 0x20, 0x63, 0x6F, 0x6D, 0x6D, 0x65, 0x6E,
    0x74, 0x20, 0x50, 0x4B, 0x05, 0x06, 0x20, 0x77, 0x69, 0x74, 0x68, 0x20, 0x61, 0x20, 0x6D, 0x61,
    0x72, 0x6B,
  ]

  private static let small = PlainZip.archive([
    .init("a.csv", Array("id,name\n1,x\n2,x\n3,x\n".utf8)), .init("b.csv", Array("stored".utf8), level: nil),
  ])

  @Test func `reads what Python writes`() throws {
    #expect(
      texts(try read(Self.fromPython)) == [
        "b/two.csv=id,name\n" + (0..<8).map { "\($0),row\n" }.joined(), "one.csv=id\n1\n",
      ])
    #expect(texts(try read(Self.streamed)) == ["å.txt=streamed"])
  }

  @Test func `reads members of any size, empty and larger than a piece`() throws {
    var random = SeededRandom(seed: 4)
    let noise = (0..<700_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let texts: [[UInt8]] = [[], [0x61], Array(repeating: 0x62, count: 900_000), noise]
    for level: Int32? in [nil, 0, 1, 9] {
      for hasDescriptor in [false, true] {
        let members = texts.enumerated().map { index, text in
          PlainZip.Member("\(index)", text, level: level, hasDescriptor: hasDescriptor)
        }
        let found = try read(PlainZip.archive([.init("folder/", [], level: nil)] + members, comment: [0x50, 0x4B]))
        #expect(found.map(\.bytes) == texts)
      }
    }
    #expect(try read(PlainZip.archive([])).isEmpty)
  }

  @Test func `is known by its first bytes`() {
    #expect(ZipArchive.isZip(Self.small))
    #expect(ZipArchive.isZip(PlainZip.archive([])))
    for other in ["PK", "PK\u{3}", "id,name", ""] { #expect(!ZipArchive.isZip(Array(other.utf8))) }
  }

  @Test func `a cut-off archive is a fault wherever it is cut`() {
    for whole in [Self.fromPython, Self.streamed, Self.small] {
      for count in 0..<whole.count { #expect(fault(Array(whole[..<count])) != "none", "\(count) bytes") }
    }
  }

  @Test func `a flipped bit is found, or changes nothing of the members`() throws {
    for whole in [Self.fromPython, Self.small] {
      let expected = try read(whole)
      for place in whole.indices {
        for bit in 0..<8 {
          var damaged = whole
          damaged[place] ^= 1 << UInt8(bit)
          var count = 0
          guard let found = try? read(damaged, count: &count) else {
            #expect(count < 100_000)
            continue
          }
          // Names that both headers have, and members that are folders now, are not protected.
          #expect(found.allSatisfy { member in expected.contains { $0.bytes == member.bytes } }, "\(place).\(bit)")
        }
      }
    }
  }

  @Test(arguments: [
    (PlainZip.Member("a", [1], flags: 1), "is encrypted"), (.init("a", [1], flags: 0x40), "is encrypted"),
    (.init("a", [1], method: 12), "method 12 (bzip2)"), (.init("a", [1], method: 77), "method 77; only"),
    (.init("a", [1], level: nil, declaredSize: 0xFFFF_FFFF), "zip64"),
    (.init("a", [1, 2], level: nil, declaredSize: 1), "its sizes differ"),
    (.init("a", [1, 2, 3], declaredSize: 2), "inflates to more than the 2 bytes that it declares"),
    (.init("a", [1, 2, 3], declaredSize: 4), "holds 3 bytes, not the 4 that it declares"),
  ])
  func `what cannot be read names the member and the reason`(_ member: PlainZip.Member, _ reason: String) {
    let message = fault(PlainZip.archive([.init("fine", [0]), member]))
    #expect(message.contains("the member 'a' of the zip archive"), "\(message)")
    #expect(message.contains(reason), "\(message)")
  }

  @Test func `archives of other forms are refused with their reason`() {
    let end = Self.small.count - 22
    func changed(_ place: Int, _ bytes: [UInt8]) -> String {
      var archive = Self.small
      archive.replaceSubrange(place..<(place + bytes.count), with: bytes)
      return fault(archive)
    }
    #expect(changed(end + 8, [0xFF, 0xFF, 0xFF, 0xFF]).contains("zip64"))
    #expect(changed(end + 16, [0xFF, 0xFF, 0xFF, 0xFF]).contains("zip64"))
    #expect(changed(end + 4, [1, 0]).contains("split over several files"))
    #expect(changed(end + 10, [3, 0]).contains("split over several files"))
    #expect(changed(end + 16, [1, 0, 0, 0]).contains("its directory is not where it should be"))
    #expect(changed(end + 8, [1, 0, 1, 0]).contains("holds more than its members"))
    #expect(changed(end + 8, [3, 0, 3, 0]).contains("ends too early"))
    #expect(fault(Array("PK\u{3}\u{4} and no more".utf8)).contains("no end record"))
  }

  @Test func `two names of one member must be the same`() {
    var member = PlainZip.Member("safe.csv", [1])
    member.localName = Array("evil.csv".utf8)
    #expect(fault(PlainZip.archive([member])).contains("its two names differ"))
  }

  @Test func `members that share bytes are refused`() {
    // The first claims to reach over the second, as bombs of overlapping members do.
    var first = PlainZip.Member("a", Array(repeating: 0, count: 5_000))
    first.declaredPackedSize = 60
    let message = fault(PlainZip.archive([first, .init("b", [UInt8](repeating: 1, count: 500), level: nil)]))
    #expect(message.contains("overlap"), "\(message)")
    first.declaredPackedSize = 1_000
    #expect(fault(PlainZip.archive([first])).contains("ends behind its place"))
  }

  @Test func `no more comes out than a member declares, and one piece`() {
    let bomb = PlainZip.archive([.init("bomb", Array(repeating: 0, count: 32 << 20), declaredSize: 1_000_000)])
    var count = 0
    #expect(throws: FormatFault.self) { _ = try read(bomb, count: &count) }
    #expect(count <= 1_000_000)
  }

  @Test func `names are shown short and without control characters`() throws {
    var member = PlainZip.Member("a\u{1B}[31m" + String(repeating: "x", count: 200), [1])
    #expect(try ZipArchive(PlainZip.archive([member])).entries[0].shownName.hasPrefix("a?[31mxxx"))
    #expect(try ZipArchive(PlainZip.archive([member])).entries[0].shownName.count == 81)
    // No UTF-8: read byte by byte.
    member.name = [0x81, 0x2E, 0x63, 0x73, 0x76]
    #expect(try ZipArchive(PlainZip.archive([member])).entries[0].name == "\u{81}.csv")
  }
}
