internal import AssayEngine

/// Checks that a file suggests, the most telling of each column first.
struct SuggestionBlock {
  let dataset: RunReport.Dataset
  let file: String?
  let style: TerminalStyle

  private static let shown = 8

  init(_ dataset: RunReport.Dataset, file: String?, style: TerminalStyle) {
    self.dataset = dataset
    self.file = file
    self.style = style
  }

  var lines: [String] {
    guard let suggestions = dataset.suggestions, !suggestions.all.isEmpty else { return [] }
    // A check of each column in turn, the last of its list first: that of its values, which says the most.
    let lists = suggestions.columns.map { Array($0.checks.reversed()) }
    let deepest = lists.map(\.count).max() ?? 0
    let inTurn = (0..<deepest).flatMap { turn in lists.compactMap { $0.count > turn ? $0[turn] : nil } }
    let shown = inTurn.prefix(Self.shown)
    var table = TextTable(style: style)
    table.rows = shown.map { suggestion in
      [
        TextTable.Cell(style.cut(style.safe(suggestion.column ?? ""), to: 16), .strong),
        TextTable.Cell(style.cut(style.safe(suggestion.check), to: max(16, style.textWidth - 50))),
        TextTable.Cell(style.cut(style.safe(suggestion.why), to: 28), .faint),
      ]
    }
    var lines = [style.heading("checks that hold today")] + table.lines().map { "  \($0.text)" }
    let more = suggestions.all.count - shown.count
    let rest = more > 0 ? " and \(NumberText.grouped(more)) more" : ""
    if let file {
      lines += style.paragraph(
        "assay init \(style.safe(file)) writes a pipeline with these\(rest)", mark: style.symbol(.dot), indent: 2)
    }
    return lines
  }
}
