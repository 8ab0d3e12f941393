/// Puts diagnostics into words: the only place that does.
package struct DiagnosticRendering: Sendable {
  /// The file's name as it is shown, usually as the user wrote it.
  package var file: String
  private var lines: [Substring]

  package init(file: String, text: String) {
    self.file = file
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// `file:line:column: error: message [code]`.
  package func line(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location
    return
      "\(file):\(place.line):\(place.column): \(diagnostic.severity.rawValue): \(diagnostic.message) [\(diagnostic.code.rawValue)]"
  }

  /// The one line, and under it the line of the file with a caret. Long lines are cut around the caret.
  package func excerpt(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location
    guard place.line >= 1, place.line <= lines.count else { return line(diagnostic) }
    let scalars = Array(lines[place.line - 1].unicodeScalars.prefix(10_000))
    let column = min(max(place.column, 1), scalars.count + 1)
    let first = max(0, column - 60)
    let shown = scalars[first..<min(scalars.count, first + 100)].map { $0 == "\t" || $0 == "\r" ? " " : $0 }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: shown)
    let pad = String(repeating: " ", count: column - 1 - first)
    return "\(line(diagnostic))\n    \(String(text))\n    \(pad)^"
  }

  /// All diagnostics in the order of their places.
  package func report(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.sorted { ($0.location, $0.message) < ($1.location, $1.message) }
      .map(excerpt).joined(separator: "\n")
  }
}
