/// Checks the parts of a document around its records, byte by byte, and finds where the records begin.
///
/// The whole grammar is kept: brackets, commas, names, strings, numbers and words of everything that is not a record.
struct JSONOutline: Sendable {
  /// What a byte brought about.
  enum Event {
    case nothing
    /// The byte begins the value at the end of the path. It has not been taken.
    case target
  }

  private enum State: Sendable {
    /// A value must come; `orEnd`: or the bracket that closes an empty list.
    case value(orEnd: Bool)
    case name(orEnd: Bool)
    case colon
    case afterValue
    case string(isName: Bool, isEscaping: Bool)
    case scalar
  }

  private let names: [String]
  private var state = State.value(orEnd: false)
  /// The open containers: true for objects.
  private var stack: [Bool] = []
  /// The bytes of the string, number or word that is being read.
  private var token: [UInt8] = []
  private let tokenLimit: Int
  /// How many of the outermost containers are objects on the way to the records.
  private var pathDepth = 0
  private var isOnPath = true
  /// Which names of the path have occurred.
  private var seen: [Bool]
  /// Whether a value stood at the end of the path.
  private(set) var hasFoundTarget = false
  private(set) var hasBegun = false

  init(names: [String], tokenLimit: Int) {
    self.names = names
    self.tokenLimit = tokenLimit
    seen = names.map { _ in false }
  }

  /// How many containers are open.
  var depth: Int { stack.count }

  /// Whether a whole value has been read and nothing is open.
  var isComplete: Bool {
    if case .afterValue = state { return stack.isEmpty }
    return false
  }

  /// Whether the outermost value is a number or word that the document's end completes.
  var isInOuterScalar: Bool {
    if case .scalar = state { return stack.isEmpty }
    return false
  }

  /// Says that the value at the end of the path has been read by someone else.
  mutating func targetEnded() {
    isOnPath = false
    state = .afterValue
  }

  /// Takes one byte, or reports the target without taking it. `at` is the byte's place for faults.
  mutating func take(_ byte: UInt8, at place: Int) throws(JSONStop) -> Event {
    switch state {
    case .string(let isName, let isEscaping):
      try collect(byte, at: place)
      if isEscaping {
        state = .string(isName: isName, isEscaping: false)
      } else if byte == UInt8(ascii: "\\") {
        state = .string(isName: isName, isEscaping: true)
      } else if byte == UInt8(ascii: "\"") {
        try endString(isName: isName, at: place)
      }
      return .nothing
    case .scalar:
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\""),
        UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
        try endScalar(at: place, isAtEnd: false)
        return try take(byte, at: place)
      default:
        try collect(byte, at: place)
        return .nothing
      }
    default:
      if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return .nothing }
      return try takeMark(byte, at: place)
    }
  }

  private mutating func takeMark(_ byte: UInt8, at place: Int) throws(JSONStop) -> Event {
    switch state {
    case .value(let orEnd):
      if orEnd, byte == UInt8(ascii: "]") {
        close()
        return .nothing
      }
      return try beginValue(byte, at: place)
    case .name(let orEnd):
      if byte == UInt8(ascii: "\"") {
        token = [byte]
        state = .string(isName: true, isEscaping: false)
      } else if orEnd, byte == UInt8(ascii: "}") {
        close()
      } else {
        throw JSONStop(.name, at: place)
      }
    case .colon:
      guard byte == UInt8(ascii: ":") else { throw JSONStop(.colon, at: place) }
      state = .value(orEnd: false)
    default:
      guard let isObject = stack.last else { throw JSONStop(.trailing, at: place) }
      if byte == UInt8(ascii: ",") {
        state = isObject ? .name(orEnd: false) : .value(orEnd: false)
      } else if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
        close()
      } else {
        throw JSONStop(.comma, at: place)
      }
    }
    return .nothing
  }

  private mutating func beginValue(_ byte: UInt8, at place: Int) throws(JSONStop) -> Event {
    hasBegun = true
    if isOnPath, stack.count == names.count, !hasFoundTarget {
      hasFoundTarget = true
      return .target
    }
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard stack.count < JSONParser.depthLimit else { throw JSONStop(.depth, at: place) }
      let isObject = byte == UInt8(ascii: "{")
      stack.append(isObject)
      if isObject, isOnPath, stack.count <= names.count { pathDepth = stack.count }
      isOnPath = false
      state = isObject ? .name(orEnd: true) : .value(orEnd: true)
    case UInt8(ascii: "\""):
      token = [byte]
      state = .string(isName: false, isEscaping: false)
    case UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: ":"):
      throw JSONStop(.value, at: place)
    default:
      token = [byte]
      state = .scalar
    }
    return .nothing
  }

  private mutating func close() {
    if stack.count == pathDepth { pathDepth -= 1 }
    stack.removeLast()
    isOnPath = false
    state = .afterValue
  }

  private mutating func collect(_ byte: UInt8, at place: Int) throws(JSONStop) {
    guard token.count < tokenLimit else { throw JSONStop(.recordSize, at: place) }
    token.append(byte)
  }

  private mutating func endString(isName: Bool, at place: Int) throws(JSONStop) {
    let name = try checkedToken(endingAt: place + 1)
    isOnPath = false
    state = isName ? .colon : .afterValue
    guard isName, stack.count == pathDepth, pathDepth > 0, case .string(let text) = name,
      sameScalars(text, names[pathDepth - 1])
    else { return }
    guard !seen[pathDepth - 1] else { throw JSONStop(.repeatedPath, at: place) }
    seen[pathDepth - 1] = true
    isOnPath = true
  }

  /// Ends a number or word at the byte behind it, or at the document's end.
  mutating func endScalar(at place: Int, isAtEnd: Bool) throws(JSONStop) {
    let isWord = (token.first ?? 0) | 0x20 >= UInt8(ascii: "a")
    do throws(JSONStop) {
      _ = try checkedToken(endingAt: place)
    } catch  where error.mistake == .truncated && !isAtEnd {
      throw JSONStop(isWord ? .literal : .number, at: error.at)
    }
    isOnPath = false
    state = .afterValue
  }

  /// The value of the token, which must be a whole one.
  private mutating func checkedToken(endingAt end: Int) throws(JSONStop) -> JSONValue {
    let start = end - token.count
    let result = token.withUnsafeBufferPointer { bytes -> Result<JSONValue, JSONStop> in
      do throws(JSONStop) {
        var cursor = JSONCursor(bytes)
        let value = try cursor.value(depth: 0)
        guard cursor.at == bytes.count else { throw JSONStop(.value, at: cursor.at) }
        return .success(value)
      } catch {
        return .failure(JSONStop(error.mistake, at: start + error.at))
      }
    }
    token.removeAll(keepingCapacity: true)
    return try result.get()
  }
}
