import CAssay

/// The integer that a text spells with an optional `-`, leading zeros allowed, or nil: other bytes, or beyond 64 bits.
package func parseInteger(_ text: Span<UInt8>) -> Int64? {
  let count = text.count
  guard count > 0 else { return nil }
  let negative = text[0] == UInt8(ascii: "-")
  var at = negative ? 1 : 0
  guard at < count else { return nil }
  if count <= 18 {
    // 18 digits cannot overflow, so the common case needs no checks.
    var value: Int64 = 0
    while at < count {
      let digit = text[at] &- 48
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
      at += 1
    }
    return negative ? 0 &- value : value
  }
  var value: Int64 = 0
  while at < count {
    let digit = text[at] &- 48
    guard digit < 10 else { return nil }
    let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
    let (sum, carried) =
      negative
      ? scaled.subtractingReportingOverflow(Int64(digit)) : scaled.addingReportingOverflow(Int64(digit))
    if overflowed || carried { return nil }
    value = sum
    at += 1
  }
  return value
}

private let powersOfTen: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]

/// The double nearest to the decimal number that a text spells, leading zeros allowed, or nil where it spells none.
///
/// Up to 15 digits with a power of ten up to 22 take one exact multiplication or division (Clinger, 1990); the rest
/// goes to the C library. Numbers beyond the range of a double become infinite or zero.
package func parseDecimal(_ text: Span<UInt8>) -> Double? {
  let count = text.count
  var at = 0
  let negative = count > 0 && text[0] == UInt8(ascii: "-")
  if negative { at = 1 }
  var mantissa: UInt64 = 0
  var digits = 0
  var scale = 0
  let whole = at
  while at < count, isDigit(text[at]) {
    mantissa = mantissa &* 10 &+ UInt64(text[at] &- 48)
    at += 1
  }
  digits = at - whole
  if at < count, text[at] == UInt8(ascii: ".") {
    at += 1
    let fraction = at
    while at < count, isDigit(text[at]) {
      mantissa = mantissa &* 10 &+ UInt64(text[at] &- 48)
      at += 1
    }
    scale = fraction - at
    digits += at - fraction
  }
  if digits == 0 { return nil }
  if at < count {
    guard text[at] | 0x20 == UInt8(ascii: "e") else { return nil }
    at += 1
    let minus = at < count && text[at] == UInt8(ascii: "-")
    if minus || at < count && text[at] == UInt8(ascii: "+") { at += 1 }
    guard at < count else { return nil }
    var exponent = 0
    while at < count {
      guard isDigit(text[at]) else { return nil }
      exponent = min(exponent * 10 + Int(text[at] &- 48), 100_000)
      at += 1
    }
    scale += minus ? -exponent : exponent
  }
  if digits <= 15, scale >= -22, scale <= 22 {
    let exact = Double(mantissa)
    let value = scale < 0 ? exact / powersOfTen[-scale] : exact * powersOfTen[scale]
    return negative ? -value : value
  }
  return text.withUnsafeBufferPointer { assay_parse_decimal($0.baseAddress, $0.count) }
}

/// True or false for `true`, `True`, `TRUE` and their opposites, else nil.
package func parseBoolean(_ text: Span<UInt8>) -> Bool? {
  let isTrue = text.count == 4
  guard isTrue || text.count == 5 else { return nil }
  let lower: StaticString = isTrue ? "true" : "false"
  var upperCount = 0
  for index in 0..<text.count {
    guard text[index] | 0x20 == lower.utf8Start[index] else { return nil }
    if text[index] & 0x20 == 0 {
      guard index == upperCount else { return nil }
      upperCount += 1
    }
  }
  return upperCount == 0 || upperCount == 1 || upperCount == text.count ? isTrue : nil
}
