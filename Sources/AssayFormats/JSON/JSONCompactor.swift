/// Lists to compact JSON text without a value in between: what `JSONValue.text` would give.
struct JSONCompactor {
  /// Names of the objects that are open, as ranges of the output.
  private var names: [Range<Int>] = []
  private var scratch: [UInt8] = []

  /// Objects with more names than this are read as values: finding duplicates pair by pair is quadratic.
  private static let nameLimit = 32

  /// Appends the list on whose bracket the cursor stands, and steps behind it.
  mutating func appendArray(at cursor: inout JSONCursor, depth: Int, to bytes: inout [UInt8]) throws(JSONStop) {
    let start = cursor.at
    let mark = bytes.count
    do throws(JSONStop) {
      try append(at: &cursor, depth: depth, to: &bytes)
    } catch  where error.mistake == .duplicateName {
      // Of duplicate names the last one counts, at the first one's place: a value sorts that out.
      bytes.removeLast(bytes.count - mark)
      names.removeAll(keepingCapacity: true)
      cursor.at = start
      try cursor.value(depth: depth).appendText(to: &bytes)
    }
  }

  private mutating func append(at cursor: inout JSONCursor, depth: Int, to bytes: inout [UInt8]) throws(JSONStop) {
    let byte = try cursor.peek()
    switch byte {
    case UInt8(ascii: "\""):
      cursor.at &+= 1
      appendString(try cursor.string(), at: cursor, to: &bytes)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let start = cursor.at
      let number = try cursor.number()
      let token = UnsafeBufferPointer(start: cursor.base + start, count: cursor.at - start)
      if number.isInteger {
        appendDigits(of: Int64(bitPattern: number.bits), to: &bytes)
      } else if Self.isShortest(token) {
        bytes.append(contentsOf: token)
      } else {
        appendJSONDecimal(Double(bitPattern: number.bits), to: &bytes)
      }
    case UInt8(ascii: "t"):
      try cursor.word("true")
      bytes.append(contentsOf: "true".utf8)
    case UInt8(ascii: "f"):
      try cursor.word("false")
      bytes.append(contentsOf: "false".utf8)
    case UInt8(ascii: "n"):
      try cursor.word("null")
      bytes.append(contentsOf: "null".utf8)
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      guard depth < JSONParser.depthLimit else { throw JSONStop(.depth, at: cursor.at) }
      let isObject = byte == UInt8(ascii: "{")
      bytes.append(byte)
      if isObject {
        try appendMembers(at: &cursor, depth: depth + 1, to: &bytes)
      } else {
        try appendElements(at: &cursor, depth: depth + 1, to: &bytes)
      }
      bytes.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    default: throw cursor.noValue()
    }
  }

  private mutating func appendElements(
    at cursor: inout JSONCursor, depth: Int, to bytes: inout [UInt8]
  ) throws(JSONStop) {
    guard try cursor.openContainer(closing: UInt8(ascii: "]")) else { return }
    while true {
      cursor.skipSpace()
      try append(at: &cursor, depth: depth, to: &bytes)
      guard try cursor.hasNext(closing: UInt8(ascii: "]")) else { return }
      bytes.append(UInt8(ascii: ","))
    }
  }

  private mutating func appendMembers(
    at cursor: inout JSONCursor, depth: Int, to bytes: inout [UInt8]
  ) throws(JSONStop) {
    guard try cursor.openContainer(closing: UInt8(ascii: "}")) else { return }
    let first = names.count
    while true {
      let name = try cursor.name()
      let start = bytes.count
      appendString(name, at: cursor, to: &bytes)
      try addName(start..<bytes.count, from: first, bytes, at: cursor.at)
      bytes.append(UInt8(ascii: ":"))
      try append(at: &cursor, depth: depth, to: &bytes)
      guard try cursor.hasNext(closing: UInt8(ascii: "}")) else { break }
      bytes.append(UInt8(ascii: ","))
    }
    names.removeLast(names.count - first)
  }

  private mutating func addName(
    _ name: Range<Int>, from first: Int, _ bytes: [UInt8], at place: Int
  ) throws(JSONStop) {
    guard names.count - first < Self.nameLimit else { throw JSONStop(.duplicateName, at: place) }
    for other in names[first...] where other.count == name.count && bytes[other] == bytes[name] {
      throw JSONStop(.duplicateName, at: place)
    }
    names.append(name)
  }

  private mutating func appendString(_ text: JSONCursor.Text, at cursor: JSONCursor, to bytes: inout [UInt8]) {
    if text.isEscaped {
      scratch.removeAll(keepingCapacity: true)
      cursor.appendUnescaped(text, to: &scratch)
      scratch.withUnsafeBufferPointer { appendJSONString(utf8: $0, to: &bytes) }
    } else {
      bytes.append(contentsOf: UnsafeBufferPointer(start: cursor.base + text.start - 1, count: text.length + 2))
    }
  }

  /// Whether a decimal is its own shortest spelling: at most 15 digits, no exponent, no needless zero, and not so
  /// small that it would be written with an exponent.
  private static func isShortest(_ token: UnsafeBufferPointer<UInt8>) -> Bool {
    guard token.count <= 16, let point = token.firstIndex(of: UInt8(ascii: ".")) else { return false }
    guard !token.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return false }
    let whole = token[..<point]
    // 0.0001 is the smallest that is written without an exponent: any digit but zero in front is well above it.
    guard whole.contains(where: { $0 >= UInt8(ascii: "1") }) else { return false }
    return token.count == point + 2 || token[token.count - 1] != UInt8(ascii: "0")
  }
}
