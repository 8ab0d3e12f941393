/// Text from data, servers and files made fit for a terminal.
///
/// A terminal obeys escape sequences wherever they come from, so nothing foreign is printed without `safe` or `quoted`.
extension TerminalStyle {
  /// The text with all that does not print escaped: controls, invisible characters, line breaks.
  func safe(_ text: String) -> String { escaped(text, isQuoted: false) }

  /// The text in quotes, unambiguous, and cut to a number of columns; `null` for none.
  func quoted(_ text: String?, limit: Int) -> String {
    guard let text else { return "null" }
    // No more of a huge value is looked at than could be shown.
    let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit * 4)))
    let body = escaped(start, isQuoted: true)
    if start.unicodeScalars.count == text.unicodeScalars.prefix(limit * 4 + 1).count, displayWidth(body) + 2 <= limit {
      return "\"\(body)\""
    }
    let room = max(1, limit - 2 - displayWidth(symbol(.more)))
    return "\"\(prefix(body, columns: room))\"\(symbol(.more))"
  }

  /// The text if it fits, or its beginning and an ellipsis.
  func cut(_ text: String, to columns: Int) -> String {
    if displayWidth(text) <= columns { return text }
    let more = symbol(.more)
    return prefix(text, columns: max(0, columns - displayWidth(more))) + more
  }

  /// Words in lines of at most `width` columns; a longer word stands alone and whole, so that it can be copied.
  func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let columns = displayWidth(String(word))
      if !line.isEmpty, used + 1 + columns > width {
        lines.append(line)
        line = String(word)
        used = columns
      } else if line.isEmpty {
        line = String(word)
        used = columns
      } else {
        line += " \(word)"
        used += 1 + columns
      }
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }

  private func escaped(_ text: String, isQuoted: Bool) -> String {
    var result = String.UnicodeScalarView()
    var marks = 0
    for scalar in text.unicodeScalars {
      let isMark =
        scalar.properties.generalCategory == .nonspacingMark
        || scalar.properties.generalCategory == .enclosingMark
      marks = isMark ? marks + 1 : 0
      if isQuoted, scalar == "\"" || scalar == "\\" {
        result.append("\\")
        result.append(scalar)
      } else if scalar.isASCII ? scalar.value >= 0x20 && scalar.value != 0x7F : unicode && prints(scalar, isQuoted) {
        // More marks than any script stacks on one letter would run over the lines above.
        if marks > 4 { append(scalar, to: &result) } else { result.append(scalar) }
      } else {
        append(scalar, to: &result)
      }
    }
    return String(result)
  }

  private func append(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
    let text =
      switch scalar {
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      default: "\\u{\(String(scalar.value, radix: 16))}"
      }
    result.append(contentsOf: text.unicodeScalars)
  }

  private func prints(_ scalar: Unicode.Scalar, _ isQuoted: Bool) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: !isQuoted
    default: !scalar.properties.isDefaultIgnorableCodePoint || scalar.value == 0xFE0F
    }
  }
}

/// The columns that a text without controls takes on a terminal: two for wide characters, none for marks.
func displayWidth(_ text: String) -> Int {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
  return text.reduce(0) { $0 + width(of: $1) }
}

/// The longest beginning of the text that takes at most so many columns.
func prefix(_ text: String, columns: Int) -> String {
  var used = 0
  return String(
    text.prefix { character in
      used += width(of: character)
      return used <= columns
    })
}

/// The text with spaces up to a number of columns.
func padded(_ text: String, to columns: Int, right: Bool = false) -> String {
  let spaces = String(repeating: " ", count: max(0, columns - displayWidth(text)))
  return right ? spaces + text : text + spaces
}

private func width(of character: Character) -> Int {
  character.unicodeScalars.reduce(0) { max($0, width(of: $1)) }
}

private func width(of scalar: Unicode.Scalar) -> Int {
  let value = scalar.value
  if value < 0x300 { return 1 }
  // The variation selector that makes the character before it an emoji.
  if value == 0xFE0F { return 2 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: break
  }
  if scalar.properties.isEmojiPresentation || wideRanges.contains(where: { $0.contains(value) }) { return 2 }
  return 1
}

/// The blocks of Unicode's East Asian Width `W` and `F`, beside emoji.
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
  0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
  0x1B000...0x1B2FF, 0x1F1E6...0x1F1FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
]
