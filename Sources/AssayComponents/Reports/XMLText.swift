/// Text as XML 1.0 takes it: markup escaped, and characters that no XML file may hold written out as `\u{…}`.
///
/// Which those are: https://www.w3.org/TR/xml/#charsets. Discouraged ones (controls from U+007F to U+009F) are written
/// out as well.
enum XMLText {
  /// The content of an element.
  static func content(_ text: String) -> String { escaped(text, isAttribute: false) }

  /// The value of an attribute, without its quotes. Line breaks and tabs stay what they are.
  static func attribute(_ text: String) -> String { escaped(text, isAttribute: true) }

  private static func escaped(_ text: String, isAttribute: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      // "]]>" must not stand in content.
      case ">": result += "&gt;"
      case "\"" where isAttribute: result += "&quot;"
      case "\n" where isAttribute: result += "&#10;"
      case "\t" where isAttribute: result += "&#9;"
      // A parser would make line feeds of them.
      case "\r": result += "&#13;"
      default:
        if isAllowed(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        }
      }
    }
    return result
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: true
    case 0..<0x20, 0x7F...0x9F: false
    // The last two of each plane are no characters; XML forbids those of the first plane alone.
    default: scalar.value & 0xFFFE != 0xFFFE && !(0xFDD0...0xFDEF).contains(scalar.value)
    }
  }
}
