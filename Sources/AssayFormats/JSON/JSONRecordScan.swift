/// Finds the end of one record in a stream of bytes: brackets and quotes are counted, the rest is left to the decoder.
///
/// A record whose brackets do not match ends somewhere all the same; the decoder refuses it.
struct JSONRecordScan: Sendable {
  private enum Kind { case container, string, scalar }

  private let kind: Kind
  private var depth = 0
  private var isInString = false
  private var isEscaping = false
  /// How deep the record may be nested.
  private let depthLimit: Int

  /// A record that begins with the given byte. The byte itself is scanned too.
  init(first byte: UInt8, depthLimit: Int) {
    self.depthLimit = depthLimit
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["): kind = .container
    case UInt8(ascii: "\""): kind = .string
    default: kind = .scalar
    }
  }

  /// Whether the end of the document ends the record: a number or a word.
  var mayEndAnywhere: Bool { kind == .scalar }

  /// Scans from a place on: the place behind the record, or nil if it goes on after these bytes. O(bytes).
  mutating func end(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) throws(JSONStop) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    let count = bytes.count
    var at = start
    if kind == .scalar {
      while at < count {
        switch base[at] {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\""),
          UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
          return at
        default: at &+= 1
        }
      }
      return nil
    }
    if isEscaping, at < count {
      isEscaping = false
      at &+= 1
    }
    // The state is kept in locals: the loop is the serial part of reading a file.
    var depth = depth
    var isInString = isInString
    while at < count {
      if isInString {
        at = Self.stringStop(base, at, count)
        guard at < count else { break }
        if base[at] == UInt8(ascii: "\"") {
          isInString = false
          at &+= 1
          if depth == 0 { return at }
        } else {
          at &+= 2
        }
        continue
      }
      let byte = base[at]
      at &+= 1
      if byte == UInt8(ascii: "\"") {
        isInString = true
      } else if byte | 0x20 == UInt8(ascii: "{") {
        depth &+= 1
        guard depth <= depthLimit else { throw JSONStop(.depth, at: at - 1) }
      } else if byte | 0x20 == UInt8(ascii: "}") {
        depth &-= 1
        if depth == 0 { return at }
      }
    }
    isEscaping = at > count
    self.depth = depth
    self.isInString = isInString
    return nil
  }

  /// The place of the next quote or backslash, or `count`.
  @inline(__always)
  private static func stringStop(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var at = start
    while at &+ 8 <= count {
      let word = UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
      let quote = word ^ (ones &* 0x22)
      let slash = word ^ (ones &* 0x5C)
      let hits = (((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)) & (ones &* 0x80)
      if hits != 0 { return at &+ hits.trailingZeroBitCount &>> 3 }
      at &+= 8
    }
    while at < count, base[at] != UInt8(ascii: "\""), base[at] != UInt8(ascii: "\\") { at &+= 1 }
    return at
  }
}
