/// The text without the codes of colours.
func withoutColors(_ text: String) -> String {
  text.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
}

/// The columns of a text whose characters are ASCII, CJK ideographs or the symbols of the texts.
func columns(_ text: String) -> Int {
  text.unicodeScalars.reduce(0) { $0 + ((0x4E00...0x9FFF).contains($1.value) ? 2 : 1) }
}
