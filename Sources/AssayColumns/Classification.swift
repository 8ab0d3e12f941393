/// What a text is, read as a whole and untrimmed: a number, a boolean, a date, a code or text.
///
/// The rules are those of the reference program's regular expressions. An empty text is text: which texts stand for
/// null is the source's affair. O(length), one pass for nearly all texts.
package func classify(_ text: Span<UInt8>) -> CellClass {
  let count = text.count
  if count == 0 { return .text }
  switch text[0] {
  case UInt8(ascii: "0")...UInt8(ascii: "9"):
    let number = classifyNumber(text)
    if number != .text { return number }
    return count >= 10 ? classifyDate(text) : .text
  case UInt8(ascii: "-"), UInt8(ascii: "."):
    return classifyNumber(text)
  case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
    return parseBoolean(text) == nil ? .text : .boolean
  default:
    return .text
  }
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

/// integer, decimal or code by the grammar `-?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?` and `0\d+`; text for all else.
private func classifyNumber(_ text: Span<UInt8>) -> CellClass {
  let count = text.count
  var at = 0
  let negative = text[0] == UInt8(ascii: "-")
  if negative { at = 1 }
  let digits = at
  while at < count, isDigit(text[at]) { at += 1 }
  let whole = at - digits
  if whole > 1, text[digits] == UInt8(ascii: "0") {
    return at == count && !negative ? .code : .text
  }
  if at == count {
    if whole == 0 { return .text }
    return whole < 19 || parseInteger(text) != nil ? .integer : .decimal
  }
  if text[at] == UInt8(ascii: ".") {
    at += 1
    let fraction = at
    while at < count, isDigit(text[at]) { at += 1 }
    if whole == 0, at == fraction { return .text }
  } else if whole == 0 {
    return .text
  }
  if at < count, text[at] | 0x20 == UInt8(ascii: "e") {
    at += 1
    if at < count, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") { at += 1 }
    let exponent = at
    while at < count, isDigit(text[at]) { at += 1 }
    if at == exponent { return .text }
  }
  return at == count ? .decimal : .text
}

/// date, datetime (RFC 3339, where `T` may be a space, and seconds and zone may be missing) or text.
private func classifyDate(_ text: Span<UInt8>) -> CellClass {
  let count = text.count
  guard count >= 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
    let year = twoDigits(text, 0).flatMap({ high in twoDigits(text, 2).map { high * 100 + $0 } }),
    let month = twoDigits(text, 5), let day = twoDigits(text, 8),
    year > 0, (1...12).contains(month), day >= 1, day <= daysInMonth(month, year: year)
  else { return .text }
  if count == 10 { return .date }
  guard count >= 16, text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " "),
    text[13] == UInt8(ascii: ":"),
    let hour = twoDigits(text, 11), let minute = twoDigits(text, 14), hour < 24, minute < 60
  else { return .text }
  var at = 16
  if at < count, text[at] == UInt8(ascii: ":") {
    guard let second = twoDigits(text, at + 1), second < 60 else { return .text }
    at += 3
    if at < count, text[at] == UInt8(ascii: ".") {
      at += 1
      let fraction = at
      while at < count, isDigit(text[at]) { at += 1 }
      if at == fraction { return .text }
    }
  }
  if at == count { return .datetime }
  if text[at] == UInt8(ascii: "Z") { return at + 1 == count ? .datetime : .text }
  guard text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-"), count == at + 6,
    twoDigits(text, at + 1) != nil, text[at + 3] == UInt8(ascii: ":"), twoDigits(text, at + 4) != nil
  else { return .text }
  return .datetime
}

private func twoDigits(_ text: Span<UInt8>, _ at: Int) -> Int? {
  guard at + 1 < text.count, isDigit(text[at]), isDigit(text[at + 1]) else { return nil }
  return Int(text[at] &- 48) * 10 + Int(text[at + 1] &- 48)
}

/// Days of a month (1 to 12) in the proleptic Gregorian calendar.
package func daysInMonth(_ month: Int, year: Int) -> Int {
  switch month {
  case 4, 6, 9, 11: 30
  case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  default: 31
  }
}
