/// Characters that YAML 1.1, and so libyaml, takes for line breaks, but YAML 1.2 and editors do not.
///
/// They are hidden behind private-use characters that the text does not have, so that lines count as an editor counts
/// them, and texts keep the characters that stand in them.
struct OddLineBreaks {
  private static let all: [Unicode.Scalar] = ["\u{85}", "\u{2028}", "\u{2029}"]

  private let hiding: [Unicode.Scalar: Unicode.Scalar]
  private let showing: [Unicode.Scalar: Unicode.Scalar]

  /// What is to be hidden in a text; nothing in nearly all of them. O(length).
  init(in text: String) {
    guard text.unicodeScalars.contains(where: Self.all.contains) else {
      hiding = [:]
      showing = [:]
      return
    }
    let used = Set(text.unicodeScalars)
    let free = (UInt32(0xF700)...0xF8F0).lazy.compactMap { Unicode.Scalar($0) }.filter { !used.contains($0) }
    hiding = Dictionary(uniqueKeysWithValues: zip(Self.all, free))
    showing = Dictionary(uniqueKeysWithValues: hiding.map { ($1, $0) })
  }

  /// The text with other characters in their places.
  func hidden(in text: String) -> String { Self.replacing(hiding, in: text) }

  /// A part of such a text as it was.
  func restored(_ text: String) -> String { Self.replacing(showing, in: text) }

  private static func replacing(_ table: [Unicode.Scalar: Unicode.Scalar], in text: String) -> String {
    table.isEmpty ? text : String(String.UnicodeScalarView(text.unicodeScalars.map { table[$0] ?? $0 }))
  }
}
