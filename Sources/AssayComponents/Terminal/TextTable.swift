/// Rows of cells as lines with aligned columns.
struct TextTable {
  struct Cell {
    var text: String
    var tint: Tint
    var isRight: Bool

    /// A cell of text that is safe already.
    init(_ text: String, _ tint: Tint = .plain, right: Bool = false) {
      self.text = text
      self.tint = tint
      isRight = right
    }
  }

  /// A finished line and its columns.
  struct Line {
    var text: String
    var width: Int
  }

  let style: TerminalStyle
  var rows: [[Cell]] = []

  /// The lines, cells two spaces apart. Columns without any text are left out, and spaces at the end too.
  func lines() -> [Line] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { place in
      rows.map { place < $0.count ? displayWidth($0[place].text) : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = Line(text: "", width: 0)
      var spaces = 0
      for (place, cell) in row.enumerated() where widths[place] > 0 {
        let free = widths[place] - displayWidth(cell.text)
        if cell.isRight { spaces += free }
        if !cell.text.isEmpty {
          line.text += String(repeating: " ", count: spaces) + style.paint(cell.text, cell.tint)
          line.width += spaces + displayWidth(cell.text)
          spaces = 0
        }
        spaces += (cell.isRight ? 0 : free) + 2
      }
      return line
    }
  }
}
