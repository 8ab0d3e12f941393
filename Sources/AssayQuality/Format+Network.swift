/// Agrees with `^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$` on every text.
func isEmail(_ text: Span<UInt8>) -> Bool {
  let count = text.count
  var at = 0
  while at < count, isLocalPart(text[at]) { at += 1 }
  guard at > 0, at < count, text[at] == UInt8(ascii: "@") else { return false }
  at += 1
  var labelStart = at
  var labels = 0
  var lastIsLetters = true
  while at < count {
    let byte = text[at]
    if byte == UInt8(ascii: ".") {
      if at == labelStart { return false }
      labels += 1
      labelStart = at + 1
      lastIsLetters = true
    } else if isDigit(byte) || byte == UInt8(ascii: "-") {
      lastIsLetters = false
    } else if !isLetter(byte) {
      return false
    }
    at += 1
  }
  return labels > 0 && lastIsLetters && count - labelStart >= 2
}

@inline(__always)
private func isLocalPart(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
  default: isLetter(byte) || isDigit(byte)
  }
}

/// RFC 3986: `http` or `https`, an authority with a host, then path, query and fragment of allowed characters.
func isURL(_ text: Span<UInt8>) -> Bool {
  let count = text.count
  var at = 4
  guard hasPrefix(text, "http") else { return false }
  if count > at, text[at] | 0x20 == UInt8(ascii: "s") { at += 1 }
  guard count > at + 3, text[at] == UInt8(ascii: ":"), text[at + 1] == UInt8(ascii: "/"),
    text[at + 2] == UInt8(ascii: "/")
  else { return false }
  at += 3
  let start = at
  var hostStart = start
  while at < count, text[at] != UInt8(ascii: "/"), text[at] != UInt8(ascii: "?"), text[at] != UInt8(ascii: "#") {
    if text[at] == UInt8(ascii: "@") { hostStart = at + 1 }
    at += 1
  }
  guard isText(text, start..<max(start, hostStart - 1)), isHost(text, hostStart..<at) else { return false }
  var fragments = 0
  for index in at..<count where text[index] == UInt8(ascii: "#") { fragments += 1 }
  return fragments <= 1 && isText(text, at..<count)
}

/// Whether the bytes are those of user information, a path, a query or a fragment, and each `%` starts an escape.
private func isText(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
  var at = range.lowerBound
  while at < range.upperBound {
    switch text[at] {
    case UInt8(ascii: "%"):
      guard at + 2 < range.upperBound, isHexDigit(text[at + 1]), isHexDigit(text[at + 2]) else { return false }
      at += 2
    // Controls, space, " < > \ ^ ` { | } [ ] and everything beyond ASCII must be escaped.
    case 0...32, 34, 60, 62, 91...94, 96, 123...255:
      if text[at] != UInt8(ascii: "~") { return false }
    default: break
    }
    at += 1
  }
  return true
}

/// A host, and after a colon a port.
private func isHost(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
  guard !range.isEmpty else { return false }
  var end = range.lowerBound
  if text[end] == UInt8(ascii: "[") {
    while end < range.upperBound, text[end] != UInt8(ascii: "]") { end += 1 }
    guard end < range.upperBound, isIPv6(text, (range.lowerBound + 1)..<end) else { return false }
    end += 1
  } else {
    var labelStart = end
    while end < range.upperBound, text[end] != UInt8(ascii: ":") {
      let byte = text[end]
      if byte == UInt8(ascii: ".") {
        guard end > labelStart, text[end - 1] != UInt8(ascii: "-") else { return false }
        labelStart = end + 1
      } else if byte == UInt8(ascii: "-") {
        guard end > labelStart else { return false }
      } else if !isLetter(byte), !isDigit(byte), byte != UInt8(ascii: "_") {
        return false
      }
      end += 1
    }
    guard end > range.lowerBound, text[end - 1] != UInt8(ascii: "-") else { return false }
    // A single dot at the end names the root; a label before it is needed.
    if end == labelStart, end - range.lowerBound < 2 { return false }
  }
  if end == range.upperBound { return true }
  guard text[end] == UInt8(ascii: ":"), range.upperBound - end <= 6 else { return false }
  var port = 0
  for index in (end + 1)..<range.upperBound {
    guard isDigit(text[index]) else { return false }
    port = port * 10 + Int(text[index] - 48)
  }
  return port <= 65_535
}

func isIPv4(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
  guard (7...15).contains(range.count) else { return false }
  var (value, digits, parts) = (0, 0, 1)
  for index in range {
    if text[index] == UInt8(ascii: ".") {
      guard digits > 0 else { return false }
      (value, digits, parts) = (0, 0, parts + 1)
    } else {
      guard isDigit(text[index]), digits == 0 || value > 0 else { return false }
      value = value * 10 + Int(text[index] - 48)
      digits += 1
      guard value <= 255 else { return false }
    }
  }
  return parts == 4 && digits > 0
}

func isIPv6(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
  guard (2...45).contains(range.count) else { return false }
  var groups = 0
  var isShortened = false
  var at = range.lowerBound
  let end = range.upperBound
  if text[at] == UInt8(ascii: ":") {
    guard text[at + 1] == UInt8(ascii: ":") else { return false }
    isShortened = true
    at += 2
    if at == end { return true }
  }
  while true {
    let start = at
    while at < end, isHexDigit(text[at]) { at += 1 }
    if at < end, text[at] == UInt8(ascii: ".") {
      guard isIPv4(text, start..<end) else { return false }
      groups += 2
      break
    }
    guard (1...4).contains(at - start) else { return false }
    groups += 1
    if at == end { break }
    guard text[at] == UInt8(ascii: ":") else { return false }
    at += 1
    guard at < end else { return false }
    if text[at] == UInt8(ascii: ":") {
      guard !isShortened else { return false }
      isShortened = true
      at += 1
      if at == end { break }
    }
  }
  // `::` stands for at least one group of zeros.
  return isShortened ? groups <= 7 : groups == 8
}

/// Whether a text starts with some lower-case letters, in either case.
private func hasPrefix(_ text: Span<UInt8>, _ prefix: StaticString) -> Bool {
  guard text.count >= prefix.utf8CodeUnitCount else { return false }
  for index in 0..<prefix.utf8CodeUnitCount where text[index] | 0x20 != prefix.utf8Start[index] { return false }
  return true
}
