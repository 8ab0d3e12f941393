/// The encodings in which a secret is sent, and in which services send it back.
enum SecretForms {
  /// What must be searched for so that no form of a secret is overlooked.
  ///
  /// A value of fewer than 4 characters is searched for as a whole word only: else a password `a` would make every text
  /// unreadable.
  static func patterns(of secret: String) -> Set<PatternSearch.Pattern> {
    let isWholeWord = secret.count < 4
    var patterns = Set(texts(of: secret).map { PatternSearch.Pattern(Array($0.utf8), isWholeWord: isWholeWord) })
    if isWholeWord {
      let plain = base64(Array(secret.utf8))
      for form in [plain, urlSafe(plain)] {
        for text in [form, String(form.prefix { $0 != "=" })] {
          patterns.insert(PatternSearch.Pattern(Array(text.utf8), isWholeWord: true))
        }
      }
    } else {
      patterns.formUnion(base64Patterns(of: Array(secret.utf8)))
    }
    return patterns
  }

  /// The digits that a value's bytes fix in base64, wherever in a longer text it stands: at each of the three alignments.
  ///
  /// Basic credentials are `user:password` in base64, where the password may begin at any of them. Digits that the value
  /// shares with its neighbours are taken along where they are found. Forms of fewer than 4 digits are left out.
  private static func base64Patterns(of secret: [UInt8]) -> [PatternSearch.Pattern] {
    (0..<3).flatMap { offset -> [PatternSearch.Pattern] in
      let digits = Array(base64([UInt8](repeating: 0, count: offset) + secret))
      let first = (offset * 8 + 5) / 6
      let end = (offset + secret.count) * 8 / 6
      guard end - first >= 4 else { return [] }
      let plain = String(digits[first..<end])
      let escaped = plain.replacing("/", with: "\\/")
      return [plain, urlSafe(plain), PercentEncoding.query(plain), lowerEscapes(PercentEncoding.query(plain)), escaped]
        .map {
          PatternSearch.Pattern(
            Array($0.utf8), takesDigitBefore: offset != 0, takesDigitAfter: (offset + secret.count) * 8 % 6 != 0)
        }
    }
  }

  private static func texts(of secret: String) -> [String] {
    let percent = PercentEncoding.query(secret)
    let form = percent.replacing("%20", with: "+")
    let mended = [PercentEncoding.queryString(secret), PercentEncoding.path(secret)]
    // A URL that stands in the query of another.
    let twice = PercentEncoding.query(percent)
    let json = [false, true].flatMap { slash in
      [false, true].flatMap { asciiOnly in
        [false, true].flatMap { markup in
          [false, true].map { jsonEscaped(secret, slash: slash, asciiOnly: asciiOnly, markup: markup, upper: $0) }
        }
      }
    }
    let html = [("&quot;", "&#39;"), ("&quot;", "&#x27;"), ("&#34;", "&#39;"), ("&quot;", "&apos;"), ("&quot;", "'")]
      .map { htmlEscaped(secret, quote: $0.0, apostrophe: $0.1) }
    return [secret, percent, form, lowerEscapes(percent), lowerEscapes(form), twice] + mended + json + html
  }

  private static func urlSafe(_ text: String) -> String { text.replacing("+", with: "-").replacing("/", with: "_") }

  /// `%2F` as `%2f`; letters outside escapes stay.
  private static func lowerEscapes(_ text: String) -> String {
    var left = 0
    return String(
      text.map { character in
        if character == "%" {
          left = 2
          return character
        }
        guard left > 0 else { return character }
        left -= 1
        return Character(character.lowercased())
      })
  }

  private static func htmlEscaped(_ text: String, quote: String, apostrophe: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += quote
      case "'": result += apostrophe
      default: result.append(character)
      }
    }
  }

  /// - Parameter markup: Whether `& < >` are escaped too, as some writers do lest a text be read as HTML.
  private static func jsonEscaped(
    _ text: String, slash: Bool, asciiOnly: Bool, markup: Bool, upper: Bool
  ) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "/" where slash: result += "\\/"
      case _ where scalar.value < 0x20 || (asciiOnly && scalar.value > 0x7E) || (markup && "&<>".contains(scalar)):
        for unit in String(scalar).utf16 {
          let hex = String(unit, radix: 16, uppercase: upper)
          result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension String {
  fileprivate func contains(_ scalar: Unicode.Scalar) -> Bool { unicodeScalars.contains(scalar) }
}
