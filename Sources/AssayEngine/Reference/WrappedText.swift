/// Sentences broken into the lines of a terminal.
struct WrappedText {
  /// The most characters of a line; words longer than that stand on a line of their own.
  let width: Int

  /// The text in lines that are indented, each with a line break; blank lines part paragraphs, and an item of
  /// a list (`- `) begins a line. The first line begins with `first` where it is given, which should fill the indent.
  func wrap(_ text: String, first: String? = nil, indent: Int) -> String {
    let pad = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = first ?? pad
    var isEmpty = true
    func finish() {
      lines.append(isEmpty && first == nil ? "" : line)
      line = pad
      isEmpty = true
    }
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if paragraph.allSatisfy(\.isWhitespace) {
        if !isEmpty { finish() }
        lines.append("")
        continue
      }
      if paragraph.hasPrefix("- "), !isEmpty { finish() }
      for word in paragraph.split(separator: " ") {
        if !isEmpty, line.count + 1 + word.count > width { finish() }
        line += isEmpty ? String(word) : " \(word)"
        isEmpty = false
      }
    }
    if !isEmpty || lines.isEmpty { finish() }
    return lines.joined(separator: "\n") + "\n"
  }
}
