internal import AssayColumns
internal import AssayEngine
internal import AssayQuality

/// A dataset's columns with their types and, where they were measured, distinct values and extremes.
struct ColumnTable {
  let dataset: RunReport.Dataset
  let style: TerminalStyle

  private static let shownColumns = 30

  init(_ dataset: RunReport.Dataset, style: TerminalStyle) {
    self.dataset = dataset
    self.style = style
  }

  var lines: [String] {
    let shown = dataset.columns.prefix(Self.shownColumns)
    let isProfiled = shown.contains { $0.distinct != nil || $0.minimum != nil || $0.maximum != nil }
    var titles = ["column", "type", "nulls", ""]
    if isProfiled { titles += ["distinct", "min", "max"] }
    let nameWidth = max(10, style.textWidth - (isProfiled ? 68 : 36))
    var table = TextTable(style: style)
    table.rows.append(titles.enumerated().map { TextTable.Cell($1, .faint, right: $0 == 2 || $0 == 4) })
    table.rows += shown.map { facts in
      var cells = [
        TextTable.Cell(style.cut(style.safe(facts.name), to: nameWidth), .strong),
        TextTable.Cell(facts.type?.rawValue ?? "no values", facts.type == nil ? .caution : .plain),
        TextTable.Cell(facts.nulls == 0 ? "-" : NumberText.grouped(facts.nulls), right: true),
        TextTable.Cell(facts.nulls == 0 ? "" : NumberText.percent(facts.nulls, of: dataset.rows), .faint, right: true),
      ]
      if isProfiled {
        cells.append(TextTable.Cell(facts.distinct.map(NumberText.grouped) ?? "", right: true))
        cells += [facts.minimum, facts.maximum].map { TextTable.Cell(text($0)) }
      }
      return cells
    }
    var lines = table.lines().map { "  \($0.text)" }
    let more = dataset.columns.count - shown.count
    if more > 0 { lines.append("  \(style.symbol(.more)) and \(NumberText.count(more, "more column"))") }
    return lines
  }

  private func text(_ cell: Cell?) -> String {
    switch cell {
    case nil, .null?: ""
    case .text(let text)?: style.quoted(text, limit: 14)
    case let cell?: style.cut(cell.text ?? "", to: 14)
    }
  }
}
