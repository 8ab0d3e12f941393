/// Bytes packed as gzip and zip have them, without making them smaller.
enum Packing {
  /// gzip (RFC 1952) of stored blocks.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(0xFFFF)
      rest = rest.dropFirst(block.count)
      packed += [rest.isEmpty ? 1 : 0] + two(block.count) + two(block.count ^ 0xFFFF) + block
    } while !rest.isEmpty
    return packed + four(checksum(bytes)) + four(UInt32(truncatingIfNeeded: bytes.count))
  }

  /// A zip archive of stored members.
  static func zip(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in members {
      let size = four(UInt32(bytes.count))
      // Version 2.0, names in UTF-8, stored, 1 January 1980.
      let common =
        two(20) + two(0x800) + two(0) + two(0) + two(0x21) + four(checksum(bytes)) + size + size
        + two(name.utf8.count) + two(0)
      directory +=
        [0x50, 0x4B, 1, 2] + two(20) + common + [UInt8](repeating: 0, count: 10)
        + four(UInt32(archive.count)) + Array(name.utf8)
      archive += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + bytes
    }
    let end = two(members.count) + two(members.count) + four(UInt32(directory.count)) + four(UInt32(archive.count))
    return archive + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + end + two(0)
  }

  private static func two(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }

  private static func four(_ value: UInt32) -> [UInt8] {
    two(Int(value & 0xFFFF)) + two(Int(value >> 16))
  }

  /// CRC-32 as both formats use it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes { sum = table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8 }
    return sum ^ 0xFFFF_FFFF
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }
}
