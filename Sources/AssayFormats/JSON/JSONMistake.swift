/// What can be wrong with a JSON text. Small, so that the hot parsers throw it without cost.
enum JSONMistake: UInt8, Sendable {
  case truncated, value, comma, colon, name, closing, literal, number, leadingZero, numberRange
  case control, escape, unicodeEscape, loneSurrogate, utf8, depth, trailing, separator
  case tooManyCells, duplicateName, recordSize, repeatedPath, noList

  var message: String {
    switch self {
    case .truncated: "the document ends in the middle of a value"
    case .value: "a value is missing or not JSON"
    case .comma: "a comma or the end of the list or object is missing"
    case .colon: "a colon after a member's name is missing"
    case .name: "a member's name in double quotes is missing"
    case .closing: "a bracket closes nothing"
    case .literal: "not a JSON value: only true, false and null are words"
    case .number: "a number is malformed"
    case .leadingZero: "a number has a leading zero"
    case .numberRange: "a number is beyond the range of a 64-bit decimal"
    case .control: "a control character inside a string is not escaped"
    case .escape: "a backslash is followed by a character that it does not escape"
    case .unicodeEscape: "\\u is not followed by four hexadecimal digits"
    case .loneSurrogate: "half of a surrogate pair stands alone in \\u escapes"
    case .utf8: "the bytes are not valid UTF-8"
    case .depth: "lists and objects are nested deeper than \(JSONParser.depthLimit) levels"
    case .trailing: "something follows the document's end; for JSON Lines, say lines: true"
    case .tooManyCells:
      "a part of the document has more than \(JSONRowBuilder.cellLimit) cells, nearly all of them null; "
        + "its records have too many different names"
    case .recordSize: "a value is larger than the limit"
    case .repeatedPath: "a name on the way to the records occurs twice in its object"
    case .noList: "there is no list where the records should be"
    case .duplicateName: "a name occurs twice in an object"
    case .separator: "two values follow each other without a space or line break"
    }
  }
}

/// A mistake and the byte at which it shows, from 0 within the bytes parsed.
struct JSONStop: Error {
  var mistake: JSONMistake
  var at: Int

  init(_ mistake: JSONMistake, at: Int) {
    self.mistake = mistake
    self.at = at
  }

  /// The fault for users: `bytes` are those parsed, the rest says where they begin in their document.
  func fault(
    in bytes: UnsafeBufferPointer<UInt8>, line: Int = 1, byte: Int = 0, record: Int? = nil
  ) -> FormatFault {
    let before = UnsafeBufferPointer(rebasing: bytes[..<min(at, bytes.count)])
    return FormatFault(
      mistake.message, byte: byte + at, line: line + lineBreaks(in: before), record: record)
  }
}

/// How many line feeds there are. O(bytes / 8).
func lineBreaks(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
  guard let base = bytes.baseAddress else { return 0 }
  let ones: UInt64 = 0x0101_0101_0101_0101
  let low = ones &* 0x7F
  var at = 0
  var sum = 0
  while at + 8 <= bytes.count {
    // Eight counters of a byte each, which overflow after 255 words.
    var counters: UInt64 = 0
    let end = min(at + 255 * 8, bytes.count & ~7)
    while at < end {
      let word = UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self) ^ (ones &* 0x0A)
      // Exact test for zero bytes: no carry leaves its byte.
      let zero = ~(((word & low) &+ low) | word | low)
      counters &+= zero &>> 7
      at &+= 8
    }
    for shift in stride(from: 0, to: 64, by: 8) { sum += Int(counters >> UInt64(shift) & 0xFF) }
  }
  while at < bytes.count {
    if base[at] == 0x0A { sum += 1 }
    at += 1
  }
  return sum
}
