/// A piece of a page.
///
/// Only literals of the source are markup. What is interpolated is text, and is escaped: data of whatever kind cannot
/// become a tag, an attribute or a reference.
package struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
  package private(set) var html: String

  package init(stringLiteral literal: String) { html = literal }
  package init(stringInterpolation pieces: StringInterpolation) { html = pieces.html }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate(set) var html = ""

    package init(literalCapacity: Int, interpolationCount: Int) { html.reserveCapacity(literalCapacity * 2) }

    package mutating func appendLiteral(_ literal: String) { html += literal }
    package mutating func appendInterpolation(_ text: String) { html += escaped(text) }
    package mutating func appendInterpolation(_ number: Int) { html += String(number) }
    package mutating func appendInterpolation(_ piece: Markup) { html += piece.html }
    package mutating func appendInterpolation(_ piece: Markup?) { html += piece?.html ?? "" }
    package mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { html += piece.html } }

    /// A coordinate, to a tenth.
    package mutating func appendInterpolation(at place: Double) { html += coordinate(place) }
  }
}

extension Markup {
  /// Text of data or servers: cut where it is long, in a box that its direction and its blanks stay in.
  package static func value(_ text: String?, limit: Int = 160) -> Markup {
    guard let text else { return "<i class=\"null\">empty</i>" }
    if text.isEmpty { return "<i class=\"null\">empty text</i>" }
    return "<code>\(cut(text, limit))</code>"
  }

  /// A name in a sentence or a heading.
  static func name(_ text: String, limit: Int = 80) -> Markup { "<bdi>\(cut(text, limit))</bdi>" }
}

/// The beginning of a text, with an ellipsis where that is not all of it.
package func cut(_ text: String, _ limit: Int) -> String {
  // A character may have any number of marks: scalars are counted first.
  let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit * 4)))
  let isWhole = start.utf8.count == text.utf8.count && start.count <= limit
  return isWhole ? text : String(start.prefix(limit - 1)) + "…"
}

/// A coordinate of a drawing, to a tenth: `12`, `12.5`.
func coordinate(_ place: Double) -> String {
  guard place.isFinite, place.magnitude < 1e9 else { return "0" }
  let tenths = Int((place * 10).rounded())
  let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
  return (tenths < 0 ? "-" : "") + String(whole) + (rest == 0 ? "" : ".\(rest)")
}

/// The text with all that HTML would obey as references, and all that a reader would not see written out.
private func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  var marks = 0
  for scalar in text.unicodeScalars {
    let category = scalar.properties.generalCategory
    marks = category == .nonspacingMark || category == .enclosingMark ? marks + 1 : 0
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "`": result += "&#96;"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    // The joiners of emoji and of Indian and Persian scripts.
    case "\u{200C}", "\u{200D}": result.unicodeScalars.append(scalar)
    default:
      let isHidden: Bool =
        switch category {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: true
        // More marks than any script stacks on one letter would run over the lines above.
        case .nonspacingMark, .enclosingMark: marks > 4
        default: scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value)
        }
      if isHidden {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result
}
