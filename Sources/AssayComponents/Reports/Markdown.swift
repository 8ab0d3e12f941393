/// Texts from data and files as GitHub's Markdown shows them: as they are, never obeyed.
enum Markdown {
  /// A text on one line, in a table's cell or elsewhere.
  ///
  /// In a code span nothing is obeyed. What would end one, or a table's cell, goes into `<code>` instead, with every
  /// punctuation mark as an entity, which makes neither markup nor HTML.
  static func code(_ text: String) -> String {
    let safe = CheckText.safe(text)
    if safe.allSatisfy({ $0 == " " }) { return "<code>\(safe.map { _ in "&#32;" }.joined())</code>" }
    let isPlain = safe.unicodeScalars.allSatisfy { $0 != "`" && $0 != "|" && $0 != "\\" }
    return isPlain
      ? "`\(safe.first == " " || safe.last == " " ? " \(safe) " : safe)`" : "<code>\(entities(safe))</code>"
  }

  /// Lines as they are, in a block that they cannot end.
  static func block(_ lines: [String]) -> String {
    let longest = lines.map(longestFence).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return "\(fence)text\n\(lines.joined(separator: "\n"))\n\(fence)\n"
  }

  /// A table; its cells are Markdown already.
  static func table(_ head: [String], right: Set<Int> = [], _ rows: [[String]]) -> String {
    let rule = head.indices.map { right.contains($0) ? "---:" : "---" }
    return ([head, rule] + rows).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  private static func longestFence(_ line: String) -> Int {
    var longest = 0
    var count = 0
    for byte in line.utf8 {
      count = byte == UInt8(ascii: "`") ? count + 1 : 0
      longest = max(longest, count)
    }
    return longest
  }

  private static func entities(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isLetter = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      if scalar == "@" {
        // An address in one piece would become a link, whatever spells it.
        result += "<!-- -->&#64;<!-- -->"
      } else if !scalar.isASCII || isLetter || scalar == " " {
        result.unicodeScalars.append(scalar)
      } else {
        result += "&#\(scalar.value);"
      }
    }
    return result
  }
}
