/// How the text of a secret stands for its bytes.
package enum SecretEncoding: String, Sendable, Hashable, CaseIterable {
  /// UTF-8.
  case text
  /// In either alphabet, padded or not.
  case base64
  /// In either case.
  case hex

  /// The bytes; nil if the text is none of this encoding.
  package func bytes(of text: String) -> [UInt8]? {
    switch self {
    case .text: Array(text.utf8)
    case .base64: AssayHTTP.bytes(base64: text)
    case .hex: AssayHTTP.bytes(hex: text)
    }
  }
}

/// The bytes that a base64 text stands for, in either alphabet, padded or not; nil if it is none.
private func bytes(base64 text: String) -> [UInt8]? {
  var result: [UInt8] = []
  var word: UInt32 = 0
  var pending = 0
  let digits = text.utf8.prefix { $0 != UInt8(ascii: "=") }
  let padding = text.utf8.dropFirst(digits.count)
  guard padding.count <= 2, padding.allSatisfy({ $0 == UInt8(ascii: "=") }), digits.count % 4 != 1 else { return nil }
  for digit in digits {
    let value: UInt8
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = digit - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): value = digit - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit + 4
    case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
    default: return nil
    }
    word = word << 6 | UInt32(value)
    pending += 6
    guard pending >= 8 else { continue }
    pending -= 8
    result.append(UInt8(truncatingIfNeeded: word >> UInt32(pending)))
  }
  return result
}

/// The bytes that hex digits of either case stand for; nil if the text is none.
private func bytes(hex text: String) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  var result: [UInt8] = []
  for at in stride(from: 0, to: digits.count, by: 2) {
    guard let high = digits[at].hexDigit, let low = digits[at + 1].hexDigit else { return nil }
    result.append(high << 4 | low)
  }
  return result
}

extension UInt8 {
  fileprivate var hexDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
