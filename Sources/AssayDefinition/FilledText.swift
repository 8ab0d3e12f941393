/// A text whose variables are filled, and which still knows what of it they brought: that is never read as more than text.
package struct FilledText: ConfigValue, Hashable {
  /// A stretch of the text.
  package struct Piece: Sendable, Hashable {
    package var text: String
    /// Whether a variable brought it.
    package var isBrought: Bool

    package init(_ text: String, isBrought: Bool = false) {
      self.text = text
      self.isBrought = isBrought
    }
  }

  package var pieces: [Piece]
  /// The text as it stands in the file, with its variables unfilled.
  package var unfilled: String

  package init(_ pieces: [Piece], unfilled: String) {
    self.pieces = pieces
    self.unfilled = unfilled
  }

  /// A text that the author wrote as it is.
  package init(_ text: String = "") { self.init([Piece(text)], unfilled: text) }

  /// The whole text.
  package var text: String { pieces.map(\.text).joined() }

  package static var shape: Shape { .text }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> FilledText? {
    context.filledText(node, expecting: "a text")
  }

  package static func display(_ value: FilledText) -> String? { String.display(value.text) }
}
