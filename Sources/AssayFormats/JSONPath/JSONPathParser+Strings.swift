extension JSONPathParser {
  /// A string in single or double quotes, its escapes resolved.
  mutating func stringLiteral() throws(JSONPathFault) -> String {
    let start = at
    guard let quote = next else { throw fault("expected a string in quotes") }
    at += 1
    var text = String.UnicodeScalarView()
    while let scalar = next {
      if scalar == quote {
        at += 1
        return String(text)
      }
      if scalar.value < 0x20 { throw fault("a control character in a string is written as an escape, like \\n") }
      at += 1
      text.append(scalar == "\\" ? try escape(quote: quote) : scalar)
    }
    throw fault("the string does not end; expected \(quote)", at: start)
  }

  private mutating func escape(quote: Unicode.Scalar) throws(JSONPathFault) -> Unicode.Scalar {
    let start = at - 1
    guard let kind = next else { throw fault("the string does not end", at: start) }
    at += 1
    switch kind {
    case quote, "\\", "/": return kind
    case "b": return "\u{08}"
    case "f": return "\u{0C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      var value = try hexUnit()
      if value & 0xFC00 == 0xD800 {
        guard take("\\u") else { throw fault("half a surrogate pair; expected \\u with the other half") }
        let low = try hexUnit()
        guard low & 0xFC00 == 0xDC00 else { throw fault("half a surrogate pair", at: start) }
        value = 0x10000 + ((value & 0x3FF) << 10 | low & 0x3FF)
      }
      guard let scalar = Unicode.Scalar(value) else { throw fault("half a surrogate pair", at: start) }
      return scalar
    default:
      throw fault("'\\\(kind)' is no escape; expected one of \\b \\f \\n \\r \\t \\/ \\\\ \\u or \\\(quote)", at: start)
    }
  }

  private mutating func hexUnit() throws(JSONPathFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let scalar = next, scalar.isASCII, let digit = hexDigit(UInt8(scalar.value)) else {
        throw fault("expected a hexadecimal digit")
      }
      value = value << 4 | digit
      at += 1
    }
    return value
  }
}
