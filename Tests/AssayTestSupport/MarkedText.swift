package import AssayDefinition
package import Testing

/// A place in a file; Testing has a type of the same name.
package typealias Place = AssayDefinition.SourceLocation

/// A text with the places before which `⟪` stands in it.
package struct MarkedText {
  package var text = ""
  package var places: [Place] = []

  package init(_ marked: String) {
    var place = Place.start
    var scalars = String.UnicodeScalarView()
    for scalar in marked.unicodeScalars {
      if scalar == "⟪" {
        places.append(place)
        continue
      }
      scalars.append(scalar)
      place =
        scalar == "\n" ? Place(line: place.line + 1, column: 1) : Place(line: place.line, column: place.column + 1)
    }
    text = String(scalars)
  }
}

/// A fault without its place.
package struct Said: Hashable, CustomStringConvertible {
  package var code: DiagnosticCode
  package var message: String

  package init(_ code: DiagnosticCode, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { "[\(code.rawValue)] \(message)" }
}

/// Expects the diagnostics to be these, in the order of the marks, each at its mark.
package func expect(
  _ diagnostics: [Diagnostic], at places: [Place], are expected: [Said],
  sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  let found = diagnostics.sorted { ($0.location, $0.message) < ($1.location, $1.message) }
  let text = { (place: Place, said: Said) in "\(place.line):\(place.column) \(said)" }
  #expect(
    found.map { text($0.location, Said($0.code, $0.message)) } == zip(places, expected).map(text),
    sourceLocation: sourceLocation)
  #expect(places.count == expected.count, "a mark for each fault", sourceLocation: sourceLocation)
}
