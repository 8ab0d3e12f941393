import CAssay

/// An encoding of text files that can be named in `encoding`.
package enum TextEncoding: String, Sendable, Hashable, CaseIterable {
  case utf8 = "utf-8"
  case latin1 = "iso-8859-1"
  case windows1252 = "windows-1252"
  /// UTF-16 whose byte order mark says the order of bytes; little-endian without one.
  case utf16 = "utf-16"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"

  /// The encoding of a name in any case: those above, `utf8`, `latin1`, `latin-1`, `cp1252`.
  /// - Throws: a fault that lists the names.
  package init(named name: String) throws(FormatFault) {
    let lower = name.lowercased()
    let others: [String: TextEncoding] = [
      "utf8": .utf8, "latin1": .latin1, "latin-1": .latin1, "cp1252": .windows1252, "utf16": .utf16,
    ]
    guard let known = TextEncoding(rawValue: lower) ?? others[lower] else {
      let all = TextEncoding.allCases.map(\.rawValue).joined(separator: ", ")
      throw FormatFault("the encoding `\(name)` is not known; there are \(all)")
    }
    self = known
  }

  /// The name by which the C library knows it.
  fileprivate var charset: String {
    switch self {
    case .utf8: "UTF-8"
    case .latin1: "ISO-8859-1"
    case .windows1252: "CP1252"
    case .utf16, .utf16LittleEndian: "UTF-16LE"
    case .utf16BigEndian: "UTF-16BE"
    }
  }
}

/// Turns a text file in some encoding into UTF-8 as it comes, without its byte order mark.
///
/// UTF-8 is handed on as it is: the formats see to it that it is well-formed. Memory beyond the bytes of one push is
/// bounded by one character.
package struct TextDecoding: Sendable {
  private let encoding: TextEncoding
  private var charset: Charset?
  /// The beginning of a character that is not whole yet, or of what may be a byte order mark.
  private var pending: [UInt8] = []
  private var isAtStart = true
  /// Bytes of the file that were turned into text.
  private var consumed = 0

  package init(_ encoding: TextEncoding) { self.encoding = encoding }

  /// The text of the next bytes.
  package mutating func push(_ bytes: [UInt8]) throws(FormatFault) -> [UInt8] {
    if encoding == .utf8, !isAtStart { return bytes }
    var bytes = pending + bytes
    pending = []
    if isAtStart {
      guard let markSize = markSize(of: bytes, isWhole: false) else {
        pending = bytes
        return []
      }
      bytes.removeFirst(markSize)
    }
    return try convert(bytes)
  }

  /// Says that the file has ended, and returns what is left of its text.
  package mutating func finish() throws(FormatFault) -> [UInt8] {
    var rest = pending
    pending = []
    if isAtStart { rest.removeFirst(markSize(of: rest, isWhole: true) ?? 0) }
    let text = try convert(rest)
    if !pending.isEmpty {
      throw FormatFault("the file ends within a character of \(encoding.rawValue)", byte: consumed)
    }
    return text
  }

  /// Settles the byte order; returns how long the mark is, or nil where that cannot be said yet.
  private mutating func markSize(of bytes: [UInt8], isWhole: Bool) -> Int? {
    let marks: [([UInt8], TextEncoding)] =
      switch encoding {
      case .utf8: [(byteOrderMark, .utf8)]
      case .latin1, .windows1252: []
      case .utf16: [([0xFF, 0xFE], .utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian)]
      case .utf16LittleEndian: [([0xFF, 0xFE], .utf16LittleEndian)]
      case .utf16BigEndian: [([0xFE, 0xFF], .utf16BigEndian)]
      }
    let found = marks.first { bytes.starts(with: $0.0) }
    if found == nil, !isWhole, marks.contains(where: { $0.0.starts(with: bytes) }) { return nil }
    isAtStart = false
    if encoding != .utf8 { charset = Charset((found?.1 ?? encoding).charset) }
    consumed = found?.0.count ?? 0
    return consumed
  }

  private mutating func convert(_ bytes: [UInt8]) throws(FormatFault) -> [UInt8] {
    if encoding == .utf8 { return bytes }
    guard let charset else {
      throw FormatFault("the C library of this machine cannot read \(encoding.rawValue)")
    }
    let (text, used, status) = charset.convert(bytes)
    consumed += used
    if status == Int32(ASSAY_CHARSET_INVALID) {
      let hex = String(bytes[used], radix: 16, uppercase: true)
      throw FormatFault(
        "byte 0x\(hex.count < 2 ? "0" + hex : hex) is no character of \(encoding.rawValue); is the encoding right?",
        byte: consumed, line: nil)
    }
    pending = Array(bytes[used...])
    return text
  }
}

/// A conversion of the C library.
///
/// `@unchecked Sendable`: the conversion is reached through this object alone and holds nothing of a thread; the object
/// is private to one `TextDecoding`, whose mutating methods have exclusive access, and of which no copy is used beside
/// the original.
private final class Charset: @unchecked Sendable {
  private let conversion: UnsafeMutableRawPointer

  init?(_ name: String) {
    guard let conversion = assay_charset_open(name) else { return nil }
    self.conversion = conversion
  }

  deinit { assay_charset_close(conversion) }

  /// The text of as many bytes as can be converted.
  func convert(_ bytes: [UInt8]) -> (text: [UInt8], used: Int, status: Int32) {
    // One byte becomes three at most: € in windows-1252; two bytes of UTF-16 become three.
    let room = bytes.count * 3 + 8
    var left = bytes.count
    var status = Int32(ASSAY_CHARSET_DONE)
    let text = [UInt8](unsafeUninitializedCapacity: room) { output, filled in
      var free = room
      if !bytes.isEmpty {
        status = bytes.withUnsafeBufferPointer {
          assay_charset_convert(conversion, $0.baseAddress, &left, output.baseAddress, &free)
        }
      }
      filled = room - free
    }
    return (text, bytes.count - left, status)
  }
}
