/// Bytes to a JSON value, strictly by RFC 8259.
///
/// A byte order mark at the start is skipped; `NaN` and `Infinity`, comments and trailing commas are faults, and so are
/// half surrogate pairs in escapes, invalid UTF-8 and numbers beyond the range of a double.
package enum JSONParser {
  /// How deep lists and objects may be nested.
  package static let depthLimit = 512

  /// The value that the whole of the bytes spell. Faults tell byte and line. O(bytes).
  package static func parse(_ bytes: [UInt8]) throws(FormatFault) -> JSONValue {
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, FormatFault> in
      do throws(JSONStop) {
        return .success(try document(buffer))
      } catch {
        return .failure(error.fault(in: buffer))
      }
    }
    return try result.get()
  }

  /// The value that a text spells.
  package static func parse(_ text: String) throws(FormatFault) -> JSONValue { try parse(Array(text.utf8)) }

  private static func document(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONStop) -> JSONValue {
    var cursor = JSONCursor(bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { cursor.at = 3 }
    cursor.skipSpace()
    let value = try cursor.value(depth: 0)
    cursor.skipSpace()
    if cursor.at < cursor.count { throw JSONStop(.trailing, at: cursor.at) }
    return value
  }
}

extension JSONCursor {
  /// Reads the value that begins here. `depth` says how many containers are open around it.
  mutating func value(depth: Int) throws(JSONStop) -> JSONValue {
    switch try peek() {
    case UInt8(ascii: "\""):
      at += 1
      return .string(text(try string()))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let number = try number()
      return number.isInteger
        ? .integer(Int64(bitPattern: number.bits)) : .decimal(Double(bitPattern: number.bits))
    case UInt8(ascii: "{"):
      guard depth < JSONParser.depthLimit else { throw JSONStop(.depth, at: at) }
      return .object(try members(depth: depth + 1))
    case UInt8(ascii: "["):
      guard depth < JSONParser.depthLimit else { throw JSONStop(.depth, at: at) }
      return .array(try elements(depth: depth + 1))
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    default: throw noValue()
    }
  }

  private mutating func elements(depth: Int) throws(JSONStop) -> [JSONValue] {
    var elements: [JSONValue] = []
    guard try openContainer(closing: UInt8(ascii: "]")) else { return elements }
    repeat {
      skipSpace()
      elements.append(try value(depth: depth))
    } while try hasNext(closing: UInt8(ascii: "]"))
    return elements
  }

  private mutating func members(depth: Int) throws(JSONStop) -> JSONObject {
    var object = JSONObject()
    guard try openContainer(closing: UInt8(ascii: "}")) else { return object }
    repeat {
      let name = text(try name())
      object.set(name, to: try value(depth: depth))
    } while try hasNext(closing: UInt8(ascii: "}"))
    return object
  }

  /// Steps over an opening bracket; false where the container closes at once, and the cursor is behind it.
  @inline(__always)
  mutating func openContainer(closing: UInt8) throws(JSONStop) -> Bool {
    at &+= 1
    skipSpace()
    guard try peek() == closing else { return true }
    at &+= 1
    return false
  }

  /// Reads a member's name with its colon and the space behind it.
  @inline(__always)
  mutating func name() throws(JSONStop) -> Text {
    skipSpace()
    guard try peek() == UInt8(ascii: "\"") else { throw JSONStop(.name, at: at) }
    at &+= 1
    let name = try string()
    try colon()
    return name
  }

  @inline(__always)
  mutating func colon() throws(JSONStop) {
    skipSpace()
    guard try peek() == UInt8(ascii: ":") else { throw JSONStop(.colon, at: at) }
    at &+= 1
    skipSpace()
  }

  /// Steps over what follows an element: true behind a comma, false behind the closing bracket.
  @inline(__always)
  mutating func hasNext(closing: UInt8) throws(JSONStop) -> Bool {
    skipSpace()
    let byte = try peek()
    guard byte == UInt8(ascii: ",") || byte == closing else { throw JSONStop(.comma, at: at) }
    at &+= 1
    return byte != closing
  }

  func text(_ text: Text) -> String {
    guard text.isEscaped else {
      return String(decoding: UnsafeBufferPointer(start: base + text.start, count: text.length), as: UTF8.self)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.length)
    appendUnescaped(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
