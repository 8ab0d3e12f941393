/// Percent-encoding (RFC 3986, section 2) of text that becomes a part of a URL.
package enum PercentEncoding {
  /// Text as one segment of a path: everything but unreserved characters is encoded, `/`, `?` and `%` too.
  package static func segment(_ text: String) -> String { encode(text.utf8, keeping: isUnreserved) }

  /// Text as a name or value of a query: a space becomes `%20`, and `+ & = %` are encoded.
  package static func query(_ text: String) -> String { encode(text.utf8, keeping: isUnreserved) }

  /// A path as someone wrote it: `/` and valid `%41` stay, what may not stand in a path is encoded.
  package static func path(_ text: String) -> String { mend(text.utf8) { isPathByte($0) } }

  /// A query as someone wrote it: its `&`, `=`, `+` and valid `%41` stay, what may not stand in a query is encoded.
  package static func queryString(_ text: String) -> String {
    mend(text.utf8) { isPathByte($0) || $0 == UInt8(ascii: "?") }
  }

  /// The bytes that `%41` and the rest spell, as text; a `%` that starts no escape stays; `plus` reads `+` as a space.
  package static func decode(_ text: String, plus: Bool = false) -> String {
    var bytes: [UInt8] = []
    let source = Array(text.utf8)
    bytes.reserveCapacity(source.count)
    var at = 0
    while at < source.count {
      if source[at] == UInt8(ascii: "%"), let byte = escape(in: source, at: at) {
        bytes.append(byte)
        at += 3
        continue
      }
      bytes.append(plus && source[at] == UInt8(ascii: "+") ? UInt8(ascii: " ") : source[at])
      at += 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func encode(_ bytes: some Sequence<UInt8>, keeping keeps: (UInt8) -> Bool) -> String {
    var result: [UInt8] = []
    for byte in bytes {
      if keeps(byte) { result.append(byte) } else { append(byte, to: &result) }
    }
    return String(decoding: result, as: UTF8.self)
  }

  static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func mend(_ text: String.UTF8View, keeping keeps: (UInt8) -> Bool) -> String {
    let source = Array(text)
    var result: [UInt8] = []
    result.reserveCapacity(source.count)
    for (index, byte) in source.enumerated() {
      let isEscape = byte == UInt8(ascii: "%") && escape(in: source, at: index) != nil
      if isEscape || keeps(byte) { result.append(byte) } else { append(byte, to: &result) }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// pchar of RFC 3986 and `/`.
  private static func isPathByte(_ byte: UInt8) -> Bool {
    if isUnreserved(byte) { return true }
    switch byte {
    case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"),
      UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "/"):
      return true
    default: return false
    }
  }

  private static func escape(in source: [UInt8], at index: Int) -> UInt8? {
    guard index + 2 < source.count, let high = hexValue(source[index + 1]), let low = hexValue(source[index + 2])
    else { return nil }
    return high << 4 | low
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func append(_ byte: UInt8, to result: inout [UInt8]) {
    let digits: StaticString = "0123456789ABCDEF"
    result.append(UInt8(ascii: "%"))
    result.append(digits.utf8Start[Int(byte >> 4)])
    result.append(digits.utf8Start[Int(byte & 15)])
  }
}
