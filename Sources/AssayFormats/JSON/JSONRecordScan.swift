internal import CAssay

/// Finds the end of one record in a stream of bytes: brackets and quotes are counted, the rest is left to the decoder.
///
/// A record whose brackets do not match ends somewhere all the same; the decoder refuses it.
struct JSONRecordScan: Sendable {
  private let isScalar: Bool
  private var state = assay_json_scan()
  /// How deep the record may be nested.
  private let depthLimit: Int

  /// A record that begins with the given byte. The byte itself is scanned too.
  init(first byte: UInt8, depthLimit: Int) {
    self.depthLimit = depthLimit
    isScalar = byte != UInt8(ascii: "{") && byte != UInt8(ascii: "[") && byte != UInt8(ascii: "\"")
  }

  /// Whether the end of the document ends the record: a number or a word.
  var mayEndAnywhere: Bool { isScalar }

  /// Scans from a place on: the place behind the record, or nil if it goes on after these bytes. O(bytes).
  mutating func end(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) throws(JSONStop) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    if isScalar { return Self.scalarEnd(base, start, bytes.count) }
    let length = assay_json_value_end(&state, base + start, bytes.count - start, Int64(depthLimit))
    if length == assay_json_none() { return nil }
    if state.too_deep != 0 { throw JSONStop(.depth, at: start + length) }
    return start + length
  }

  private static func scalarEnd(_ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int? {
    var at = start
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
}
