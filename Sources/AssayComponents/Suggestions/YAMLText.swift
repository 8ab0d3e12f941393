/// Texts as YAML takes them within flow collections.
enum YAMLText {
  /// A scalar, quoted unless it is a plain word that no YAML reader takes for something else.
  static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

  /// A double-quoted scalar: what it holds is what is read, whatever that is.
  /// - Parameter isKey: Whether it is a key, in which `${` begins no variable.
  static func quoted(_ text: String, isKey: Bool = false) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        let isShown =
          scalar.value >= 0x20 && scalar.value != 0x7F && !(0x80...0x9F).contains(scalar.value)
          && ![0x2028, 0x2029, 0xFEFF].contains(scalar.value)
        if isShown {
          result.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    // `${` would begin a variable.
    return (isKey ? result : result.replacing("${", with: "$${")) + "\""
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first.isASCII, first.properties.isAlphabetic else { return false }
    // `NO` and `true` are texts where texts are asked for; quotes leave nobody in doubt.
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
    return !words.contains(text.lowercased())
      && text.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || isDigit($0)) }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}

extension YAMLText {
  /// A text as a mapping's key.
  static func key(_ text: String) -> String { isPlain(text) ? text : quoted(text, isKey: true) }

  /// A text that stays within its comment, whatever it holds.
  static func comment(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
            ? " " : scalar
        }))
  }
}
