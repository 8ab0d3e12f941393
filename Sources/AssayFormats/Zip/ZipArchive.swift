/// A zip archive (PKWARE's APPNOTE 6.3), read by its central directory.
///
/// Members are stored or deflated. What is encrypted, split over several files, in the zip64 format (more than 65,534
/// members or 4 GiB) or compressed in another way is a fault that says so. Members that share bytes, as those of some
/// decompression bombs do, are a fault too; so are two names that differ, bytes that do not have their checksum, and
/// sizes that lie.
package struct ZipArchive: Sendable {
  /// A file or folder of an archive.
  package struct Entry: Sendable, Hashable {
    /// The name with its folders, parted by `/`. For matching and messages: it is no safe path.
    package var name: String
    /// The bytes of the name, by which members are in order.
    package var nameBytes: [UInt8]
    /// Bytes when inflated, as the archive declares.
    package var size: Int
    package var packedSize: Int
    /// CRC-32 of the inflated bytes.
    package var checksum: UInt32
    var method: UInt16
    var flags: UInt16
    /// Where the local header begins.
    var offset: Int

    package var isFolder: Bool { nameBytes.last == UInt8(ascii: "/") }

    /// The name for messages: short, and without control characters.
    package var shownName: String {
      let shown = name.unicodeScalars.prefix(80).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) }
      return String(shown) + (name.unicodeScalars.count > 80 ? "…" : "")
    }
  }

  /// Bytes that a central directory may have: it is read as a whole.
  static let directoryLimit = 16 << 20

  /// Files and folders in the order of the central directory.
  package let entries: [Entry]
  private let bytes: any RandomAccessBytes

  /// Whether bytes begin like a zip archive, be it an empty one.
  package static func isZip(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// Reads the directory of an archive. O(size of the directory × log of members).
  package init(_ bytes: any RandomAccessBytes) throws(FormatFault) {
    self.bytes = bytes
    let end = try EndRecord(bytes)
    guard end.directorySize <= Self.directoryLimit else {
      throw FormatFault(
        "the directory of the zip archive has \(end.directorySize) bytes, more than \(Self.directoryLimit)")
    }
    var fields = ZipFields(try bytes.bytes(in: end.directory..<(end.directory + end.directorySize)), at: end.directory)
    var entries: [Entry] = []
    for _ in 0..<end.count { entries.append(try Self.entry(&fields)) }
    guard fields.isAtEnd else { throw fields.damaged("its directory holds more than its members") }
    try Self.checkPlaces(entries, before: end.directory)
    self.entries = entries
  }

  /// Reads a member's bytes. A reader is used by one task at a time.
  /// - Throws: a fault that names the member, if it cannot be read.
  package func reader(of entry: Entry) throws(FormatFault) -> ZipMemberReader {
    func unreadable(_ why: String) -> FormatFault {
      FormatFault("the member '\(entry.shownName)' of the zip archive \(why)", byte: entry.offset)
    }
    if entry.flags & 0x2041 != 0 { throw unreadable("is encrypted, which cannot be read") }
    if entry.isZip64 { throw unreadable("is in the zip64 format, which cannot be read") }
    guard entry.method == 0 || entry.method == 8 else {
      throw unreadable(
        "is compressed by method \(entry.method)\(Self.methodName(entry.method)); only stored and deflated ones are read"
      )
    }
    if entry.method == 0, entry.size != entry.packedSize { throw unreadable("is damaged: its sizes differ") }
    guard entry.offset + 30 <= bytes.count else { throw unreadable("is damaged: it begins behind the archive's end") }
    var head = ZipFields(try bytes.bytes(in: entry.offset..<(entry.offset + 30)), at: entry.offset)
    guard try head.uint32() == 0x0403_4B50 else { throw unreadable("is damaged: it has no header") }
    try head.skip(22)
    let nameCount = Int(try head.uint16())
    let data = entry.offset + 30 + nameCount + Int(try head.uint16())
    guard data + entry.packedSize <= bytes.count else {
      throw unreadable("is damaged: it ends behind the archive's end")
    }
    guard try bytes.bytes(in: (entry.offset + 30)..<(entry.offset + 30 + nameCount)) == entry.nameBytes else {
      throw unreadable("is damaged: its two names differ")
    }
    return ZipMemberReader(entry, bytes, data..<(data + entry.packedSize))
  }

  private static func entry(_ fields: inout ZipFields) throws(FormatFault) -> Entry {
    guard try fields.uint32() == 0x0201_4B50 else { throw fields.damaged("its directory is broken") }
    try fields.skip(4)
    let flags = try fields.uint16()
    let method = try fields.uint16()
    try fields.skip(4)
    let checksum = try fields.uint32()
    let packedSize = Int(try fields.uint32())
    let size = Int(try fields.uint32())
    let counts = (Int(try fields.uint16()), Int(try fields.uint16()), Int(try fields.uint16()))
    try fields.skip(8)
    let offset = Int(try fields.uint32())
    let nameBytes = try fields.bytes(counts.0)
    try fields.skip(counts.1 + counts.2)
    // Names that are not UTF-8 are in code page 437; for patterns and messages Latin-1 is near enough.
    let name =
      String(validating: nameBytes, as: UTF8.self) ?? String(nameBytes.map { Character(Unicode.Scalar($0)) })
    return Entry(
      name: name, nameBytes: nameBytes, size: size, packedSize: packedSize, checksum: checksum, method: method,
      flags: flags, offset: offset)
  }

  /// Members follow each other and end before the directory.
  private static func checkPlaces(_ entries: [Entry], before directory: Int) throws(FormatFault) {
    var end = 0
    for entry in entries.sorted(by: { $0.offset < $1.offset }) where !entry.isZip64 {
      guard entry.offset >= end else {
        throw FormatFault(
          "members of the zip archive overlap at '\(entry.shownName)', as those of a decompression bomb do",
          byte: entry.offset)
      }
      end = entry.offset + 30 + entry.nameBytes.count + entry.packedSize
      guard end <= directory else {
        throw FormatFault(
          "the member '\(entry.shownName)' of the zip archive is damaged: it ends behind its place", byte: entry.offset)
      }
    }
  }

  private static func methodName(_ method: UInt16) -> String {
    let names: [UInt16: String] = [
      9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 98: "PPMd", 99: "AES",
    ]
    return names[method].map { " (\($0))" } ?? ""
  }
}

extension ZipArchive.Entry {
  /// Whether its numbers stand elsewhere, being too large for their fields.
  fileprivate var isZip64: Bool { size == 0xFFFF_FFFF || packedSize == 0xFFFF_FFFF || offset == 0xFFFF_FFFF }
}

/// The record at the end of an archive, which says where its directory is.
private struct EndRecord {
  var count: Int
  var directory: Int
  var directorySize: Int

  /// The record without its comment has 22 bytes, and a comment at most 65,535.
  init(_ bytes: any RandomAccessBytes) throws(FormatFault) {
    let start = max(0, bytes.count - 22 - 65_535)
    let tail = try bytes.bytes(in: start..<bytes.count)
    guard let place = Self.place(in: tail) else {
      throw FormatFault("the zip archive is cut off or damaged: it has no end record", byte: bytes.count)
    }
    var fields = ZipFields(Array(tail[place...]), at: start + place)
    try fields.skip(4)
    let disks = (try fields.uint16(), try fields.uint16())
    let counts = (try fields.uint16(), try fields.uint16())
    directorySize = Int(try fields.uint32())
    directory = Int(try fields.uint32())
    count = Int(counts.1)
    if counts.1 == 0xFFFF || directorySize == 0xFFFF_FFFF || directory == 0xFFFF_FFFF {
      throw FormatFault("the zip archive is in the zip64 format, which cannot be read", byte: start + place)
    }
    if disks != (0, 0) || counts.0 != counts.1 {
      throw FormatFault("the zip archive is a part of one that is split over several files", byte: start + place)
    }
    guard directory + directorySize == start + place else {
      throw FormatFault("the zip archive is damaged: its directory is not where it should be", byte: start + place)
    }
  }

  /// Where the record begins: the last signature whose comment ends with the archive.
  private static func place(in tail: [UInt8]) -> Int? {
    guard tail.count >= 22 else { return nil }
    for place in stride(from: tail.count - 22, through: 0, by: -1)
    where tail[place] == 0x50 && tail[place + 1] == 0x4B && tail[place + 2] == 5 && tail[place + 3] == 6 {
      let comment = Int(tail[place + 20]) | Int(tail[place + 21]) << 8
      if place + 22 + comment == tail.count { return place }
    }
    return nil
  }
}

/// Numbers in the order in which a zip archive has them, each checked to be there.
private struct ZipFields {
  private let source: [UInt8]
  /// Where the bytes begin in the archive, for faults.
  private let start: Int
  private var at = 0

  init(_ source: [UInt8], at start: Int) {
    self.source = source
    self.start = start
  }

  var isAtEnd: Bool { at == source.count }

  func damaged(_ why: String) -> FormatFault { FormatFault("the zip archive is damaged: \(why)", byte: start + at) }

  mutating func skip(_ count: Int) throws(FormatFault) { _ = try bytes(count) }

  mutating func bytes(_ count: Int) throws(FormatFault) -> [UInt8] {
    guard count <= source.count - at else { throw damaged("its directory ends too early") }
    defer { at += count }
    return Array(source[at..<(at + count)])
  }

  mutating func uint16() throws(FormatFault) -> UInt16 {
    let two = try bytes(2)
    return UInt16(two[0]) | UInt16(two[1]) << 8
  }

  mutating func uint32() throws(FormatFault) -> UInt32 {
    let low = UInt32(try uint16())
    return low | UInt32(try uint16()) << 16
  }
}
