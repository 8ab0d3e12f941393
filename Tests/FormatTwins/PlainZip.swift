/// A writer of zip archives for tests, which can lie as well.
package enum PlainZip {
  package struct Member: Sendable {
    package var name: [UInt8]
    package var bytes: [UInt8]
    /// zlib's level; nil stores the bytes as they are.
    package var level: Int32?
    /// Whether sizes and checksum follow the data, as in archives that are written to a pipe.
    package var hasDescriptor: Bool
    /// What the archive says, where that is not the truth.
    package var declaredSize: Int?
    package var declaredPackedSize: Int?
    package var method: UInt16?
    package var flags: UInt16 = 0
    /// Bytes of an extra field in the local header.
    package var extra: [UInt8] = []
    /// The name in the local header.
    package var localName: [UInt8]?

    package init(
      _ name: String, _ bytes: [UInt8], level: Int32? = 6, hasDescriptor: Bool = false, declaredSize: Int? = nil,
      method: UInt16? = nil, flags: UInt16 = 0
    ) {
      self.name = Array(name.utf8)
      self.bytes = bytes
      self.level = level
      self.hasDescriptor = hasDescriptor
      self.declaredSize = declaredSize
      self.method = method
      self.flags = flags
    }
  }

  package static func archive(_ members: [Member], comment: [UInt8] = []) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      // What stands between gzip's header and trailer is what zip wants.
      let packed = member.level.map { Array(PlainGzip.deflate(member.bytes, level: $0).dropFirst(10).dropLast(8)) }
      let data = packed ?? member.bytes
      let checksum = Array(PlainGzip.deflate(member.bytes, level: 0).suffix(8).prefix(4))
      let sizes = four(member.declaredPackedSize ?? data.count) + four(member.declaredSize ?? member.bytes.count)
      let flags = member.flags | (member.hasDescriptor ? 8 : 0)
      let method = member.method ?? (packed == nil ? 0 : 8)
      let head = two(20) + two(Int(flags)) + two(Int(method)) + two(0x31E0) + two(0x5D78)
      let none: [UInt8] = [0, 0, 0, 0]
      directory += [0x50, 0x4B, 1, 2] + two(20) + head + checksum + sizes
      directory += two(member.name.count) + two(0) + two(0) + two(0) + two(0) + none + four(archive.count) + member.name
      let local = member.localName ?? member.name
      archive += [0x50, 0x4B, 3, 4] + head + (member.hasDescriptor ? none + none + none : checksum + sizes)
      archive += two(local.count) + two(member.extra.count) + local + member.extra + data
      if member.hasDescriptor { archive += [0x50, 0x4B, 7, 8] + checksum + sizes }
    }
    let end = two(members.count) + two(members.count) + four(directory.count) + four(archive.count)
    return archive + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + end + two(comment.count) + comment
  }

  private static func two(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }

  private static func four(_ value: Int) -> [UInt8] { two(value & 0xFFFF) + two(value >> 16) }
}
