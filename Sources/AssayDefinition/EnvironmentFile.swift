/// Reads a `.env` file: `NAME=value` lines, `export` before a name, `#` comments, single or double quotes.
///
/// In double quotes `\n`, `\"` and `\\` are escapes; nothing is expanded.
package enum EnvironmentFile {
  /// The variables in the file, and the lines (from 1) that cannot be read. The last of equal names wins.
  package static func parse(_ text: String) -> (values: [String: String], badLines: [Int]) {
    var values: [String: String] = [:]
    var badLines: [Int] = []
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in lines.enumerated() {
      var rest = trimmed(index == 0 && line.first == "\u{FEFF}" ? line.dropFirst() : line)
      if rest.isEmpty || rest.first == "#" { continue }
      if rest.hasPrefix("export ") { rest = trimmed(rest.dropFirst(7)) }
      guard let equals = rest.firstIndex(of: "=") else {
        badLines.append(index + 1)
        continue
      }
      let name = trimmed(rest[..<equals])
      guard let value = value(trimmed(rest[rest.index(after: equals)...])), !name.isEmpty, !name.contains(" ") else {
        badLines.append(index + 1)
        continue
      }
      values[String(name)] = value
    }
    return (values, badLines)
  }

  private static func value(_ text: Substring) -> String? {
    guard let quote = text.first, quote == "\"" || quote == "'" else {
      // A comment needs a space before it, so that a '#' within a password stays.
      var end = text.endIndex
      var before: Character = " "
      for index in text.indices {
        if text[index] == "#", before == " " || before == "\t" {
          end = index
          break
        }
        before = text[index]
      }
      return String(trimmed(text[..<end]))
    }
    var value = ""
    var escaped = false
    for index in text.indices.dropFirst() {
      let character = text[index]
      if escaped {
        value.append(character == "n" ? "\n" : character)
        escaped = false
      } else if character == "\\", quote == "\"" {
        escaped = true
      } else if character == quote {
        let rest = trimmed(text[text.index(after: index)...])
        return rest.isEmpty || rest.first == "#" ? value : nil
      } else {
        value.append(character)
      }
    }
    return nil
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return text
  }
}
