import AssayFormats
import Glibc

/// A recursive-descent reader, byte by byte: nil wherever the text is no JSON.
struct PlainJSONReader {
  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func take(_ character: Character) -> Bool {
    guard byte == character.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func space() {
    while let byte, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { at += 1 }
  }

  mutating func skipMark() { if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 } }

  /// One value and nothing else.
  mutating func document() -> PlainJSON? {
    space()
    guard let value = value(depth: 0) else { return nil }
    space()
    return byte == nil ? value : nil
  }

  /// Values in a row. Without space between them, one of two neighbours must have an end that can be seen.
  mutating func run() -> [PlainJSON]? {
    var values: [PlainJSON] = []
    space()
    while byte != nil {
      guard let next = value(depth: 0) else { return nil }
      values.append(next)
      let last = bytes[at - 1]
      let start = at
      space()
      if at == start, let byte, !Array("\"]}".utf8).contains(last), !Array("\"[{".utf8).contains(byte) { return nil }
    }
    return values
  }

  private mutating func value(depth: Int) -> PlainJSON? {
    switch byte.map({ Character(Unicode.Scalar($0)) }) {
    case "\"": return string().map { .string($0) }
    case "[": return array(depth: depth + 1)
    case "{": return object(depth: depth + 1)
    case "t": return word("true") ? .bool(true) : nil
    case "f": return word("false") ? .bool(false) : nil
    case "n": return word("null") ? .null : nil
    default: return number()
    }
  }

  private mutating func word(_ word: String) -> Bool {
    guard bytes[at...].starts(with: word.utf8) else { return false }
    at += word.utf8.count
    return true
  }

  private mutating func array(depth: Int) -> PlainJSON? {
    guard depth <= JSONParser.depthLimit, take("[") else { return nil }
    var elements: [PlainJSON] = []
    space()
    if take("]") { return .array([]) }
    while true {
      space()
      guard let element = value(depth: depth) else { return nil }
      elements.append(element)
      space()
      if take("]") { return .array(elements) }
      guard take(",") else { return nil }
    }
  }

  private mutating func object(depth: Int) -> PlainJSON? {
    guard depth <= JSONParser.depthLimit, take("{") else { return nil }
    var members: [(name: String, value: PlainJSON)] = []
    space()
    if take("}") { return .object([]) }
    while true {
      space()
      guard let name = string() else { return nil }
      space()
      guard take(":") else { return nil }
      space()
      guard let value = value(depth: depth) else { return nil }
      members.append((name, value))
      space()
      if take("}") { return .object(members) }
      guard take(",") else { return nil }
    }
  }

  private mutating func digits() -> Int {
    let start = at
    while let byte, (0x30...0x39).contains(byte) { at += 1 }
    return at - start
  }

  private mutating func number() -> PlainJSON? {
    let start = at
    var isWhole = true
    _ = take("-")
    if !take("0"), digits() == 0 { return nil }
    if take(".") {
      isWhole = false
      if digits() == 0 { return nil }
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("-") { _ = take("+") }
      if digits() == 0 { return nil }
    }
    // A leading zero with digits behind it is no number followed by another.
    if let byte, (0x30...0x39).contains(byte) { return nil }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isWhole, let integer = Int64(text) { return .integer(integer) }
    let value = strtod(text, nil)
    return value.isFinite ? .decimal(value) : nil
  }

  private mutating func unit() -> UInt32? {
    guard at + 4 <= bytes.count else { return nil }
    let text = String(decoding: bytes[at..<(at + 4)], as: UTF8.self)
    guard text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    at += 4
    return UInt32(text, radix: 16)
  }

  private mutating func string() -> String? {
    guard take("\"") else { return nil }
    var result: [UInt8] = []
    while let next = byte {
      at += 1
      switch next {
      case UInt8(ascii: "\""): return String(validating: result, as: UTF8.self)
      case 0..<0x20: return nil
      case UInt8(ascii: "\\"):
        guard let scalar = escape() else { return nil }
        result += Array(String(Character(scalar)).utf8)
      default: result.append(next)
      }
    }
    return nil
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard let kind = byte else { return nil }
    at += 1
    switch Character(Unicode.Scalar(kind)) {
    case "\"": return "\""
    case "\\": return "\\"
    case "/": return "/"
    case "b": return "\u{08}"
    case "f": return "\u{0C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      guard let first = unit() else { return nil }
      guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
      guard take("\\"), take("u"), let second = unit(), (0xDC00..<0xE000).contains(second) else { return nil }
      return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    default: return nil
    }
  }
}
