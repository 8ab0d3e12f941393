import AssayFormats
import CAssay
import AssayTestSupport
import FormatTwins

extension FuzzSubject {
  static let utf8 = FuzzSubject("utf8", "the check of UTF-8 and of NUL bytes against the standard library") { round in
    let parts: [[UInt8]] = [
      [0x41], [0xC3, 0xA9], [0xE2, 0x82, 0xAC], [0xF0, 0x9F, 0x98, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0xEE, 0x80, 0x80],
      [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE0, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xFF],
      [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F], [0xF5, 0x80], [0],
    ]
    var bytes = [UInt8](repeating: 0x61, count: round.random.next(below: 70))
    // Mostly whole characters, so that faults come late too.
    bytes += round.random.document(of: round.random.once(in: 2) ? Array(parts[..<6]) : parts, atMost: 20)
    if round.random.once(in: 3) { round.random.mutate(&bytes, marks: [0x7F, 0x80, 0xBF, 0xC2, 0xE0, 0xF0], times: 2) }
    let fault = bytes.isEmpty ? 0 : assay_utf8_fault(bytes, bytes.count)
    let (plain, nul) = plainFaults(bytes)
    round.expect(fault, plain, "first fault", bytes)
    round.expect(
      fault == bytes.count, String(validating: bytes, as: UTF8.self) != nil, "validity of the whole", bytes)
    round.expect(bytes.isEmpty ? 0 : assay_nul_place(bytes, bytes.count), nul, "first NUL", bytes)
  }

  private static func plainFaults(_ bytes: [UInt8]) -> (utf8: Int, nul: Int) {
    let nul = bytes.firstIndex(of: 0) ?? bytes.count
    // A NUL is a character of UTF-8.
    let text = bytes.map { $0 == 0 ? 0x20 : $0 }
    return (CSVReference.firstBadByte(text) ?? bytes.count, nul)
  }

  static let charset = FuzzSubject("charset", "encodings in chunks of all sizes against plain decoders") { round in
    let encoding = round.random.pick(TextEncoding.allCases)
    let parts: [[UInt8]] = [
      [0x41], [0x41, 0], [0, 0x41], [0xE9], [0xE9, 0], [0x3D, 0xD8, 0, 0xDE], [0xD8, 0x3D, 0xDE, 0], [0, 0xDC],
      [0xDC, 0],
      [0xAC, 0x20], [0x20, 0xAC], [0x80], [0x81], [0xFF, 0xFE], [0xFE, 0xFF], [0xEF, 0xBB, 0xBF],
    ]
    var bytes: [UInt8] =
      round.random.once(in: 3) ? round.random.pick([[0xFF, 0xFE], [0xFE, 0xFF], [0xEF, 0xBB, 0xBF]]) : []
    bytes += round.random.document(of: parts, atMost: 14)
    let expected = PlainEncoding.decode(bytes, encoding)
    for pushes in round.random.pushes(of: bytes) {
      var decoding = TextDecoding(encoding)
      var text: [UInt8]? = []
      var place: Int?
      do throws(FormatFault) {
        for part in pushes { text?.append(contentsOf: try decoding.push(part)) }
        text?.append(contentsOf: try decoding.finish())
      } catch {
        text = nil
        place = error.byte
      }
      round.expect(text, expected.text, "\(encoding.rawValue), pushes of \(pushes.map(\.count))", bytes)
      round.expect(place, expected.fault, "\(encoding.rawValue), the fault's place", bytes)
    }
  }
}

/// Decoders of the encodings, character by character.
enum PlainEncoding {
  static func decode(_ bytes: [UInt8], _ encoding: TextEncoding) -> (text: [UInt8]?, fault: Int?) {
    switch encoding {
    case .utf8: return (bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes, nil)
    case .latin1: return scalars(bytes) { Unicode.Scalar($0) }
    case .windows1252: return scalars(bytes, windows1252)
    case .utf16:
      let isBig = bytes.starts(with: [0xFE, 0xFF])
      return utf16(bytes, isBig: isBig, mark: isBig ? [0xFE, 0xFF] : [0xFF, 0xFE])
    case .utf16LittleEndian: return utf16(bytes, isBig: false, mark: [0xFF, 0xFE])
    case .utf16BigEndian: return utf16(bytes, isBig: true, mark: [0xFE, 0xFF])
    }
  }

  private static func scalars(
    _ bytes: [UInt8], _ scalar: (UInt8) -> Unicode.Scalar?
  ) -> (text: [UInt8]?, fault: Int?) {
    var text = String.UnicodeScalarView()
    for (place, byte) in bytes.enumerated() {
      guard let scalar = scalar(byte) else { return (nil, place) }
      text.append(scalar)
    }
    return (Array(String(text).utf8), nil)
  }

  /// The 32 characters that the encoding has in the place of control characters; five places are empty.
  private static func windows1252(_ byte: UInt8) -> Unicode.Scalar? {
    guard (0x80..<0xA0).contains(byte) else { return Unicode.Scalar(byte) }
    let table = Array("€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ".unicodeScalars)
    let scalar = table[Int(byte) - 0x80]
    return scalar == " " ? nil : scalar
  }

  private static func utf16(_ bytes: [UInt8], isBig: Bool, mark: [UInt8]) -> (text: [UInt8]?, fault: Int?) {
    var at = bytes.starts(with: mark) ? 2 : 0
    var text = String.UnicodeScalarView()
    func unit(_ at: Int) -> UInt32? {
      guard at + 1 < bytes.count else { return nil }
      let (first, second) = (UInt32(bytes[at]), UInt32(bytes[at + 1]))
      return isBig ? first << 8 | second : second << 8 | first
    }
    while at < bytes.count {
      guard let first = unit(at) else { return (nil, at) }
      if let scalar = Unicode.Scalar(first) {
        text.append(scalar)
        at += 2
        continue
      }
      guard first < 0xDC00, let second = unit(at + 2), (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      else { return (nil, at) }
      text.append(scalar)
      at += 4
    }
    return (Array(String(text).utf8), nil)
  }
}
