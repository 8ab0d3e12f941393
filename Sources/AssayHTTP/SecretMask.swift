import Synchronization

/// Replaces secret values by `***` wherever a text shows them, in every encoding in which they are sent.
///
/// Masked are the value itself, percent-encoded (as we send it, with `+` for spaces, with lower-case digits), in base64
/// (plain and URL-safe, padded or not), JSON-escaped, and HTML-escaped, as services echo it. A value of fewer than 4
/// characters is masked only where no letter or digit stands beside it: else a password `a` would make every text
/// unreadable. Empty values are ignored. Values that overlap in a text are masked together. Thread-safe; registering
/// the same value again costs nothing.
package final class SecretMask: Sendable {
  private struct Pattern {
    var bytes: [UInt8]
    var isWholeWord: Bool
  }

  private struct State {
    var values: Set<String> = []
    var texts: Set<String> = []
    /// Patterns by their first byte.
    var patterns: [UInt8: [Pattern]] = [:]
    var longest = 0
  }

  /// What stands in a secret's place.
  package static let replacement = "***"

  private let state = Mutex(State())

  package init(_ secrets: [String] = []) {
    for secret in secrets { register(secret) }
  }

  /// Masks a value from now on.
  package func register(_ secret: String) {
    guard !secret.isEmpty else { return }
    let isWholeWord = secret.count < 4
    let forms = Self.encodings(of: secret)
    state.withLock { state in
      guard state.values.insert(secret).inserted else { return }
      for form in forms where state.texts.insert(form).inserted {
        let bytes = Array(form.utf8)
        guard let first = bytes.first else { continue }
        state.patterns[first, default: []].append(Pattern(bytes: bytes, isWholeWord: isWholeWord))
        state.longest = max(state.longest, bytes.count)
      }
    }
  }

  /// The text with every secret replaced. O(length × secrets that share a first byte).
  package func apply(to text: String) -> String {
    let (patterns, longest) = state.withLock { ($0.patterns, $0.longest) }
    if longest == 0 { return text }
    let bytes = Array(text.utf8)
    var ranges: [Range<Int>] = []
    for at in bytes.indices {
      guard let candidates = patterns[bytes[at]] else { continue }
      var end = at
      for pattern in candidates where Self.matches(pattern, bytes, at) { end = max(end, at + pattern.bytes.count) }
      if end == at { continue }
      if let last = ranges.last, at < last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, end)
      } else {
        ranges.append(at..<end)
      }
    }
    if ranges.isEmpty { return text }
    var result: [UInt8] = []
    var done = 0
    for range in ranges {
      result += bytes[done..<range.lowerBound]
      result += Self.replacement.utf8
      done = range.upperBound
    }
    result += bytes[done...]
    return String(decoding: result, as: UTF8.self)
  }

  /// Whether a text shows a secret.
  package func reveals(_ text: String) -> Bool { apply(to: text) != text }

  /// The first bytes of a body for a message: masked before it is cut, control characters as spaces.
  package func excerpt(of body: some Collection<UInt8>, limit: Int = 200) -> String {
    let longest = state.withLock { $0.longest }
    // A secret that the cut would split is still whole here, so no half of it is shown.
    let masked = apply(to: String(decoding: body.prefix(limit + longest), as: UTF8.self))
    var text = ""
    var size = 0
    var isAfterSpace = true
    for scalar in masked.unicodeScalars {
      let isBlank = scalar.properties.isWhitespace || scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      if isBlank, isAfterSpace { continue }
      size += isBlank ? 1 : String(scalar).utf8.count
      if size > limit {
        text += "…"
        break
      }
      text.unicodeScalars.append(isBlank ? " " : scalar)
      isAfterSpace = isBlank
    }
    return text.trimmingBlanks()
  }

  private static func matches(_ pattern: Pattern, _ bytes: [UInt8], _ at: Int) -> Bool {
    let end = at + pattern.bytes.count
    guard end <= bytes.count else { return false }
    for index in 0..<pattern.bytes.count where bytes[at + index] != pattern.bytes[index] { return false }
    guard pattern.isWholeWord else { return true }
    return (at == 0 || !isWordByte(bytes[at - 1])) && (end == bytes.count || !isWordByte(bytes[end]))
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  private static func encodings(of secret: String) -> [String] {
    let percent = PercentEncoding.query(secret)
    let mended = [PercentEncoding.queryString(secret), PercentEncoding.path(secret)]
    let form = percent.split(separator: "%20", omittingEmptySubsequences: false).joined(separator: "+")
    let plain = base64(Array(secret.utf8))
    let urlSafe = String(plain.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    let unpadded = [plain, urlSafe].map { text in String(text.prefix { $0 != "=" }) }
    let json = [false, true].flatMap { slash in
      [false, true].map { jsonEscaped(secret, slash: slash, asciiOnly: $0) }
    }
    return [secret, percent, form, lowerEscapes(percent), lowerEscapes(form), plain, urlSafe, htmlEscaped(secret)]
      + mended + unpadded + json
  }

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

  private static func htmlEscaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }

  private static func jsonEscaped(_ text: String, slash: Bool, asciiOnly: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "/" where slash: result += "\\/"
      case _ where scalar.value < 0x20 || (asciiOnly && scalar.value > 0x7E):
        for unit in String(scalar).utf16 {
          let hex = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
