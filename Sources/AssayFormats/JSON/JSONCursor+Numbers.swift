import AssayColumns

extension JSONCursor {
  /// A number: the bits of its 64-bit integer, or those of its double.
  struct Number {
    var isInteger: Bool
    var bits: UInt64
  }

  /// Reads a number; the cursor stands on its first byte, a digit or `-`.
  @inline(__always)
  mutating func number() throws(JSONStop) -> Number {
    let start = at
    let isNegative = base[at] == UInt8(ascii: "-")
    if isNegative { at &+= 1 }
    let whole = at
    var mantissa: UInt64 = 0
    while at < count {
      let digit = base[at] &- 48
      guard digit < 10 else { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      at &+= 1
    }
    let digits = at &- whole
    guard digits > 0 else { throw JSONStop(at < count ? .number : .truncated, at: at) }
    if digits > 1, base[whole] == 48 { throw JSONStop(.leadingZero, at: whole) }
    if at < count, base[at] == UInt8(ascii: ".") || base[at] | 0x20 == UInt8(ascii: "e") {
      return try fraction(start: start, mantissa: mantissa, digits: digits)
    }
    if digits <= 18 {
      let value = Int64(bitPattern: mantissa)
      return Number(isInteger: true, bits: UInt64(bitPattern: isNegative ? 0 &- value : value))
    }
    return try longNumber(start: start, isInteger: true)
  }

  private mutating func fraction(
    start: Int, mantissa wholeMantissa: UInt64, digits wholeDigits: Int
  ) throws(JSONStop) -> Number {
    var mantissa = wholeMantissa
    var digits = wholeDigits
    var scale = 0
    if base[at] == UInt8(ascii: ".") {
      at &+= 1
      let first = at
      while at < count {
        let digit = base[at] &- 48
        guard digit < 10 else { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        at &+= 1
      }
      scale = at &- first
      guard scale > 0 else { throw JSONStop(at < count ? .number : .truncated, at: at) }
      digits &+= scale
    }
    if at < count, base[at] | 0x20 == UInt8(ascii: "e") {
      at &+= 1
      if at < count, base[at] == UInt8(ascii: "+") || base[at] == UInt8(ascii: "-") { at &+= 1 }
      let first = at
      while at < count, base[at] &- 48 < 10 { at &+= 1 }
      guard at > first else { throw JSONStop(at < count ? .number : .truncated, at: at) }
      return try longNumber(start: start, isInteger: false)
    }
    // Up to 15 digits and a power of ten up to 22: one exact division gives the nearest double.
    guard digits <= 15, scale < Self.powers.count else { return try longNumber(start: start, isInteger: false) }
    let value = Double(mantissa) / Self.powers[scale]
    return Number(isInteger: false, bits: (base[start] == UInt8(ascii: "-") ? -value : value).bitPattern)
  }

  private static let powers: InlineArray<16, Double> = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  private func longNumber(start: Int, isInteger: Bool) throws(JSONStop) -> Number {
    let token = UnsafeBufferPointer(start: base + start, count: at - start)
    if isInteger, let value = parseInteger(token.span) {
      return Number(isInteger: true, bits: UInt64(bitPattern: value))
    }
    guard let value = parseDecimal(token.span) else { throw JSONStop(.number, at: start) }
    guard value.isFinite else { throw JSONStop(.numberRange, at: start) }
    return Number(isInteger: false, bits: value.bitPattern)
  }

  /// Appends a checked string's bytes with its escapes resolved.
  func appendUnescaped(_ text: Text, to bytes: inout [UInt8]) {
    var at = text.start
    let end = text.start + text.length
    while at < end {
      let run = at
      while at < end, base[at] != UInt8(ascii: "\\") { at += 1 }
      bytes.append(contentsOf: UnsafeBufferPointer(start: base + run, count: at - run))
      guard at + 1 < end else { return }
      let kind = base[at + 1]
      at += 2
      switch kind {
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "u"):
        var scalar = unit(at)
        at += 4
        if scalar & 0xFC00 == 0xD800 {
          scalar = 0x10000 + ((scalar & 0x3FF) << 10 | unit(at + 2) & 0x3FF)
          at += 6
        }
        // A checked string has no lone surrogates.
        bytes.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
      default: bytes.append(kind)
      }
    }
  }

  private func unit(_ at: Int) -> UInt32 {
    var unit: UInt32 = 0
    for index in 0..<4 { unit = unit << 4 | (hexDigit(base[at + index]) ?? 0) }
    return unit
  }
}
