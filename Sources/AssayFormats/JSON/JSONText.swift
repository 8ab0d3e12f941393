import AssayColumns

extension JSONValue {
  /// Compact JSON: no spaces, characters beyond ASCII as they are, decimals as the shortest text that reads back.
  ///
  /// The same bytes as Python's `json.dumps(v, separators=(",", ":"), ensure_ascii=False)`. Infinite and NaN, which no
  /// parser gives, become null.
  package var text: String {
    var bytes: [UInt8] = []
    appendText(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// JSON for people: two spaces for each level, one member or element a line, no line feed at the end.
  package var prettyText: String {
    var bytes: [UInt8] = []
    appendPretty(to: &bytes, level: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends `text` as bytes.
  package func appendText(to bytes: inout [UInt8]) {
    switch self {
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.appendText(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        appendJSONString(member.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.appendText(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    default: appendScalar(to: &bytes)
    }
  }

  private func appendPretty(to bytes: inout [UInt8], level: Int) {
    switch self {
    case .array(let elements) where !elements.isEmpty:
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        Self.appendLine(to: &bytes, level: level + 1, isFirst: index == 0)
        element.appendPretty(to: &bytes, level: level + 1)
      }
      Self.appendLine(to: &bytes, level: level, isFirst: true)
      bytes.append(UInt8(ascii: "]"))
    case .object(let object) where !object.members.isEmpty:
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        Self.appendLine(to: &bytes, level: level + 1, isFirst: index == 0)
        appendJSONString(member.name, to: &bytes)
        bytes.append(contentsOf: [UInt8(ascii: ":"), UInt8(ascii: " ")])
        member.value.appendPretty(to: &bytes, level: level + 1)
      }
      Self.appendLine(to: &bytes, level: level, isFirst: true)
      bytes.append(UInt8(ascii: "}"))
    default: appendText(to: &bytes)
    }
  }

  private static func appendLine(to bytes: inout [UInt8], level: Int, isFirst: Bool) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
  }

  private func appendScalar(to bytes: inout [UInt8]) {
    switch self {
    case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    case .integer(let number): appendDigits(of: number, to: &bytes)
    case .decimal(let number): appendJSONDecimal(number, to: &bytes)
    case .string(let text): appendJSONString(text, to: &bytes)
    case .null, .array, .object: bytes.append(contentsOf: "null".utf8)
    }
  }
}

/// Appends a decimal as the shortest JSON number that reads back as the same double; null where there is none.
func appendJSONDecimal(_ value: Double, to bytes: inout [UInt8]) {
  if value.magnitude >= 0x1p53, value.magnitude < 1e16 {
    // All of these are whole. Swift would write an exponent from 2^53 on, Python does from 10^16 on.
    appendDigits(of: Int64(value), to: &bytes)
    bytes.append(contentsOf: ".0".utf8)
    return
  }
  bytes.append(contentsOf: (value.isFinite ? decimalText(value) : "null").utf8)
}

/// Appends an integer's digits.
func appendDigits(of value: Int64, to bytes: inout [UInt8]) {
  var rest = value.magnitude
  if value < 0 { bytes.append(UInt8(ascii: "-")) }
  var digits = InlineArray<20, UInt8>(repeating: 0)
  var first = 20
  repeat {
    first -= 1
    digits[first] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
    rest /= 10
  } while rest > 0
  for index in first..<20 { bytes.append(digits[index]) }
}

/// Appends a text in quotes, escaped.
package func appendJSONString(_ text: String, to bytes: inout [UInt8]) {
  var text = text
  text.withUTF8 { appendJSONString(utf8: $0, to: &bytes) }
}

/// Appends valid UTF-8 in quotes; quote, backslash and control characters are escaped, nothing else.
func appendJSONString(utf8 text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
  bytes.append(UInt8(ascii: "\""))
  defer { bytes.append(UInt8(ascii: "\"")) }
  guard let base = text.baseAddress else { return }
  var run = 0
  var at = 0
  while at < text.count {
    if at &+ 8 <= text.count {
      let word = UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
      let hits = JSONCursor.stops(word)
      if hits == 0 {
        at &+= 8
        continue
      }
      at &+= hits.trailingZeroBitCount &>> 3
    }
    let byte = base[at]
    guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
      at &+= 1
      continue
    }
    bytes.append(contentsOf: UnsafeBufferPointer(start: base + run, count: at - run))
    appendEscape(of: byte, to: &bytes)
    at &+= 1
    run = at
  }
  bytes.append(contentsOf: UnsafeBufferPointer(start: base + run, count: at - run))
}

private func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
  bytes.append(UInt8(ascii: "\\"))
  switch byte {
  case 0x08: bytes.append(UInt8(ascii: "b"))
  case 0x09: bytes.append(UInt8(ascii: "t"))
  case 0x0A: bytes.append(UInt8(ascii: "n"))
  case 0x0C: bytes.append(UInt8(ascii: "f"))
  case 0x0D: bytes.append(UInt8(ascii: "r"))
  case 0x00..<0x20:
    let hex: StaticString = "0123456789abcdef"
    bytes.append(contentsOf: "u00".utf8)
    bytes.append(hex.utf8Start[Int(byte >> 4)])
    bytes.append(hex.utf8Start[Int(byte & 15)])
  default: bytes.append(byte)
  }
}
