import AssayColumns

/// A place in JSON bytes and the rules of RFC 8259 for tokens. It neither owns nor outlives the bytes.
struct JSONCursor {
  let base: UnsafePointer<UInt8>
  let count: Int
  var at = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    // An empty buffer may have no address; one that is never read stands in.
    base = bytes.baseAddress ?? ("" as StaticString).utf8Start
    count = bytes.count
  }

  /// The raw bytes of a string between its quotes.
  struct Text {
    var start: Int
    var length: Int
    var isEscaped: Bool
  }

  @inline(__always)
  mutating func skipSpace() {
    while at < count {
      let byte = base[at]
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      at &+= 1
    }
  }

  /// The byte here, or a fault at the end.
  @inline(__always)
  func peek() throws(JSONStop) -> UInt8 {
    guard at < count else { throw JSONStop(.truncated, at: at) }
    return base[at]
  }

  /// The fault for a byte that begins no value.
  func noValue() -> JSONStop {
    let byte = base[at]
    let isWord = byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    return JSONStop(isWord ? .literal : .value, at: at)
  }

  /// Checks what follows a value in a run of values: numbers and words must not touch the next one.
  @inline(__always)
  func requireSeparator() throws(JSONStop) {
    guard at < count else { return }
    switch base[at] {
    case 0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""): return
    default: break
    }
    switch base[at - 1] {
    case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "\""): return
    default: throw JSONStop(.separator, at: at)
    }
  }

  /// Reads one of the three words; the cursor stands on its first letter.
  @inline(__always)
  mutating func word(_ word: StaticString) throws(JSONStop) {
    let length = word.utf8CodeUnitCount
    var index = 0
    while index < length {
      guard at &+ index < count else { throw JSONStop(.truncated, at: count) }
      guard base[at &+ index] == word.utf8Start[index] else { throw JSONStop(.literal, at: at) }
      index &+= 1
    }
    at &+= length
  }

  /// Reads a string; the cursor stands behind its opening quote, and then behind the closing one.
  @inline(__always)
  mutating func string() throws(JSONStop) -> Text {
    let start = at
    var high: UInt64 = 0
    var isEscaped = false
    while true {
      while at &+ 8 <= count {
        let word = UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
        high |= word
        let hits = Self.stops(word)
        if hits != 0 {
          at &+= hits.trailingZeroBitCount &>> 3
          break
        }
        at &+= 8
      }
      // Fewer than eight bytes are left, or one of them ends the run.
      while at < count, base[at] >= 0x20, base[at] != 0x22, base[at] != 0x5C {
        high |= UInt64(base[at])
        at &+= 1
      }
      guard at < count else { throw JSONStop(.truncated, at: count) }
      let byte = base[at]
      if byte == 0x22 { break }
      guard byte == 0x5C else { throw JSONStop(.control, at: at) }
      isEscaped = true
      try escape()
    }
    let length = at &- start
    at &+= 1
    if high & 0x8080_8080_8080_8080 != 0, let bad = firstInvalidUTF8(base + start, length) {
      throw JSONStop(.utf8, at: start + bad)
    }
    return Text(start: start, length: length, isEscaped: isEscaped)
  }

  /// The high bit of bytes that are a quote, a backslash or a control character. Only the lowest one is exact.
  @inline(__always)
  static func stops(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let slash = word ^ (ones &* 0x5C)
    let hits =
      ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash) | ((word &- (ones &* 0x20)) & ~word)
    return hits & (ones &* 0x80)
  }

  /// Checks an escape and steps over it; the cursor stands on its backslash.
  private mutating func escape() throws(JSONStop) {
    guard at + 1 < count else { throw JSONStop(.truncated, at: count) }
    switch base[at + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      at += 2
    case UInt8(ascii: "u"):
      let start = at
      let unit = try hexUnit()
      if unit & 0xFC00 == 0xDC00 { throw JSONStop(.loneSurrogate, at: start) }
      guard unit & 0xFC00 == 0xD800 else { return }
      guard at < count else { throw JSONStop(.truncated, at: count) }
      guard base[at] == UInt8(ascii: "\\") else { throw JSONStop(.loneSurrogate, at: start) }
      guard at + 1 < count else { throw JSONStop(.truncated, at: count) }
      guard base[at + 1] == UInt8(ascii: "u") else { throw JSONStop(.loneSurrogate, at: start) }
      guard try hexUnit() & 0xFC00 == 0xDC00 else { throw JSONStop(.loneSurrogate, at: start) }
    default: throw JSONStop(.escape, at: at)
    }
  }

  private mutating func hexUnit() throws(JSONStop) -> UInt32 {
    var unit: UInt32 = 0
    for index in 2..<6 {
      guard at + index < count else { throw JSONStop(.truncated, at: count) }
      guard let digit = hexDigit(base[at + index]) else { throw JSONStop(.unicodeEscape, at: at) }
      unit = unit << 4 | digit
    }
    at += 6
    return unit
  }
}

/// The value of a hexadecimal digit, or nil.
func hexDigit(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
  default: nil
  }
}

/// The place of the first byte that belongs to no valid UTF-8 sequence (Unicode, table 3-7), or nil.
func firstInvalidUTF8(_ base: UnsafePointer<UInt8>, _ count: Int) -> Int? {
  var at = 0
  while at < count {
    let lead = base[at]
    if lead < 0x80 {
      at += 1
      continue
    }
    let length: Int
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if lead == 0xE0 { low = 0xA0 }
      if lead == 0xED { high = 0x9F }
    case 0xF0...0xF4:
      length = 4
      if lead == 0xF0 { low = 0x90 }
      if lead == 0xF4 { high = 0x8F }
    default: return at
    }
    guard at + length <= count, base[at + 1] >= low, base[at + 1] <= high else { return at }
    for index in 2..<max(length, 2) where base[at + index] & 0xC0 != 0x80 { return at }
    at += length
  }
  return nil
}
