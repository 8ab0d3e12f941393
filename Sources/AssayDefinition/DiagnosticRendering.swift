/// Puts diagnostics into words: the only place that does.
package struct DiagnosticRendering: Sendable {
  /// The file's name as it is shown, usually as the user wrote it.
  package var file: String
  private var lines: [Substring]
  private let mask: @Sendable (String) -> String

  /// - Parameter mask: Replaces the secrets in a text. Lines go through it whole, before they are cut: of a secret that a
  ///   cut has split nobody would know the rest.
  package init(file: String, text: String, mask: @escaping @Sendable (String) -> String = { $0 }) {
    self.file = file
    self.mask = mask
    let text = text.withoutByteOrderMark
    lines = text.lineRanges.map { text[$0] }
  }

  /// `file:line:column: error: message [code]`.
  package func line(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location
    let file = shown(file)
    let message = shown(diagnostic.message)
    return
      "\(file):\(place.line):\(place.column): \(diagnostic.severity.rawValue): \(message) [\(diagnostic.code.rawValue)]"
  }

  /// The one line, and under it the line of the file with a caret. Long lines are cut around the caret.
  package func excerpt(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location
    guard place.line >= 1, place.line <= lines.count else { return line(diagnostic) }
    let (masked, maskedColumn) = maskedLine(place)
    let scalars = Array(masked.unicodeScalars.prefix(10_000))
    let column = min(max(maskedColumn, 1), scalars.count + 1)
    let first = max(0, column - 60)
    let text = String.UnicodeScalarView(scalars[first..<min(scalars.count, first + 100)].map { shown($0) })
    let pad = String(repeating: " ", count: scalars[first..<(column - 1)].reduce(0) { $0 + width(shown($1)) })
    return "\(line(diagnostic))\n    \(String(text))\n    \(pad)^"
  }

  /// The line of a place without its secrets, and the column in it: that of a secret's beginning for a place within one.
  private func maskedLine(_ place: SourceLocation) -> (line: String, column: Int) {
    let line = lines[place.line - 1]
    let masked = mask(String(line))
    if masked == line { return (masked, place.column) }
    let before = mask(String(line.unicodeScalars.prefix(max(place.column, 1) - 1)))
    let same = zip(before.unicodeScalars, masked.unicodeScalars).prefix { $0 == $1 }.count
    return (masked, same + 1)
  }

  private func shown(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { shown($0) }))
  }

  /// The scalar as it may be sent to a terminal. What controls it does not come through, and what cannot be seen is
  /// shown as something: it could turn the direction of the text around it, or make two names look the same.
  private func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar == "\t" || scalar == "\r" { return " " }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return "\u{FFFD}"
    // Variation selectors belong to the scalar before them.
    case .nonspacingMark: return scalar
    default:
      let isAnnotation = (0xFFF9...0xFFFB).contains(scalar.value)
      return isAnnotation || scalar.properties.isDefaultIgnorableCodePoint ? "\u{FFFD}" : scalar
    }
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

  /// The diagnostics that `report` shows: who has more mends these first.
  private static let mostShown = 100

  /// The diagnostics in the order of their places; of more than 100 the first ones, and how many follow.
  package func report(_ diagnostics: [Diagnostic]) -> String {
    let sorted = diagnostics.sorted { ($0.location, $0.message) < ($1.location, $1.message) }
    var shown = sorted.prefix(Self.mostShown).map(excerpt)
    if sorted.count > shown.count { shown.append("… and \(sorted.count - shown.count) more") }
    return shown.joined(separator: "\n")
  }
}
