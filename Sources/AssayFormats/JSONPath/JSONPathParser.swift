/// Reads a path by the grammar of RFC 9535, appendix A: segments and selectors.
struct JSONPathParser {
  let scalars: [Unicode.Scalar]
  var at = 0
  /// How many parentheses and filters are open: bounded, so that no input exhausts the stack.
  var nesting = 0

  /// How deep parentheses, filters and function calls may be nested.
  static let nestingLimit = 100
  /// The largest integer that a path may contain (RFC 9535, 2.1: that of I-JSON).
  static let integerLimit = 9_007_199_254_740_991

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

  func starts(with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard at + count <= scalars.count else { return false }
    return (0..<count).allSatisfy { scalars[at + $0].value == UInt32(text.utf8Start[$0]) }
  }

  /// Steps over a text if it is next.
  mutating func take(_ text: StaticString) -> Bool {
    guard starts(with: text) else { return false }
    at += text.utf8CodeUnitCount
    return true
  }

  func fault(_ message: String, at offset: Int? = nil) -> JSONPathFault {
    JSONPathFault(message, offset: offset ?? at)
  }

  mutating func expect(_ text: StaticString, _ hint: String = "") throws(JSONPathFault) {
    guard take(text) else { throw fault("expected '\(text)'\(hint)") }
  }

  mutating func skipSpace() {
    while let scalar = next, scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" { at += 1 }
  }

  /// The segments of the whole text.
  mutating func parse() throws(JSONPathFault) -> [JSONPathSegment] {
    guard take("$") else { throw fault("a path begins with '$', as in $.items[*]; expected '$'") }
    let segments = try segments()
    guard next == nil else { throw fault("expected '.', '[' or the end of the path") }
    return segments
  }

  mutating func segments() throws(JSONPathFault) -> [JSONPathSegment] {
    var segments: [JSONPathSegment] = []
    while true {
      let before = at
      skipSpace()
      if take("..") {
        segments.append(.descendant(try descendantSelectors()))
      } else if take(".") {
        segments.append(.child([try dotSelector()]))
      } else if next == "[" {
        segments.append(.child(try bracketed()))
      } else {
        at = before
        return segments
      }
    }
  }

  private mutating func descendantSelectors() throws(JSONPathFault) -> [JSONPathSelector] {
    if next == "[" { return try bracketed() }
    return [try dotSelector()]
  }

  private mutating func dotSelector() throws(JSONPathFault) -> JSONPathSelector {
    if take("*") { return .wildcard }
    guard let first = next, Self.beginsName(first) else {
      throw fault("expected a member's name or '*' after the dot; other names are written ['like this']")
    }
    let start = at
    while let scalar = next, Self.beginsName(scalar) || Self.isDigit(scalar) { at += 1 }
    return .name(string(from: start))
  }

  func string(from start: Int) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[start..<at])
    return String(view)
  }

  private static func beginsName(_ scalar: Unicode.Scalar) -> Bool {
    isLetter(scalar) || scalar == "_" || scalar.value >= 0x80
  }

  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    "a"..."z" ~= scalar || "A"..."Z" ~= scalar
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { "0"..."9" ~= scalar }

  private mutating func bracketed() throws(JSONPathFault) -> [JSONPathSelector] {
    try expect("[")
    var selectors: [JSONPathSelector] = []
    repeat {
      skipSpace()
      selectors.append(try selector())
      skipSpace()
    } while take(",")
    try expect("]", " or ','")
    return selectors
  }

  private mutating func selector() throws(JSONPathFault) -> JSONPathSelector {
    guard let first = next else { throw fault("the path ends inside brackets; expected a selector") }
    switch first {
    case "*":
      at += 1
      return .wildcard
    case "'", "\"": return .name(try stringLiteral())
    case "?":
      at += 1
      skipSpace()
      return .filter(try condition())
    case ":", "-", "0"..."9": return try indexOrSlice()
    default:
      throw fault("expected a name in quotes, a number, a slice like 0:5, '*' or a filter '?…'")
    }
  }

  private mutating func indexOrSlice() throws(JSONPathFault) -> JSONPathSelector {
    let start = next == ":" ? nil : try integer()
    let before = at
    skipSpace()
    guard take(":") else {
      at = before
      guard let start else { throw fault("expected a number") }
      return .index(start)
    }
    skipSpace()
    let end = try optionalInteger()
    skipSpace()
    var step: Int?
    if take(":") {
      skipSpace()
      step = try optionalInteger()
    }
    return .slice(start: start, end: end, step: step ?? 1)
  }

  private mutating func optionalInteger() throws(JSONPathFault) -> Int? {
    guard let scalar = next, scalar == "-" || Self.isDigit(scalar) else { return nil }
    return try integer()
  }

  private mutating func integer() throws(JSONPathFault) -> Int {
    let start = at
    let isNegative = take("-")
    let first = at
    while let scalar = next, Self.isDigit(scalar) { at += 1 }
    guard at > first else { throw fault("expected a digit") }
    if scalars[first] == "0", at - first > 1 || isNegative {
      throw fault(isNegative ? "-0 is no index" : "a number has no leading zeros", at: start)
    }
    guard at - first <= 16, let value = Int(string(from: start)), abs(value) <= Self.integerLimit else {
      throw fault("the number is beyond ±\(Self.integerLimit)", at: start)
    }
    return value
  }
}
