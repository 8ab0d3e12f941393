/// Puts diagnostics into words: the only place that does.
package struct DiagnosticRendering: Sendable {
  /// The file's name as it is shown, usually as the user wrote it.
  package var file: String
  private var lines: [Substring]

  package init(file: String, text: String) {
    self.file = file
    lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
  }

  /// `file:line:column: error: message [code]`.
  package func line(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location
    let message = String(String.UnicodeScalarView(diagnostic.message.unicodeScalars.map(shown)))
    return
      "\(file):\(place.line):\(place.column): \(diagnostic.severity.rawValue): \(message) [\(diagnostic.code.rawValue)]"
  }

  /// The one line, and under it the line of the file with a caret. Long lines are cut around the caret.
  package func excerpt(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location
    guard place.line >= 1, place.line <= lines.count else { return line(diagnostic) }
    let scalars = Array(lines[place.line - 1].unicodeScalars.prefix(10_000))
    let column = min(max(place.column, 1), scalars.count + 1)
    let first = max(0, column - 60)
    let text = String.UnicodeScalarView(scalars[first..<min(scalars.count, first + 100)].map(shown))
    let pad = String(repeating: " ", count: scalars[first..<(column - 1)].reduce(0) { $0 + width($1) })
    return "\(line(diagnostic))\n    \(String(text))\n    \(pad)^"
  }

  /// The scalar as it may be sent to a terminal: what controls it does not come through.
  private func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    scalar == "\t" || scalar == "\r" ? " " : scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
  }

  /// The columns that a scalar takes on a terminal: 0 for marks, 2 for what East Asian scripts and emoji are made of.
  private func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// All diagnostics in the order of their places.
  package func report(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.sorted { ($0.location, $0.message) < ($1.location, $1.message) }
      .map(excerpt).joined(separator: "\n")
  }
}
