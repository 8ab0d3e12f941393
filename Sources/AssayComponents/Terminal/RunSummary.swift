package import AssayEngine
internal import AssayQuality

/// A run for people: what came of it, what is wrong in which rows, where rows went, and what to do.
///
/// The text holds nothing that a terminal would obey, but the style's own colours.
package struct RunSummary: Sendable {
  package let report: RunReport
  package let style: TerminalStyle

  package init(report: RunReport, style: TerminalStyle) {
    self.report = report
    self.style = style
  }

  /// The whole text, with a line break at its end.
  package var text: String {
    let blocks = SummaryBlocks(report: report, style: style)
    let datasets = report.datasets.map { DatasetBlock($0, file: report.file, style: style).lines }
    let ends = [blocks.score, blocks.outputs, blocks.messages, blocks.advice, blocks.verdict]
    return joined([blocks.headline, blocks.steps] + datasets + ends)
  }
}

/// `assay check FILE` for people: the dataset's block with a table of its columns.
package struct CheckSummary: Sendable {
  package let report: RunReport
  package let style: TerminalStyle
  /// The file that `assay init` is advised for.
  package let file: String?

  package init(report: RunReport, style: TerminalStyle, suggestsFor file: String? = nil) {
    self.report = report
    self.style = style
    self.file = file
  }

  /// The whole text, with a line break at its end.
  package var text: String {
    let blocks = SummaryBlocks(report: report, style: style)
    let datasets = report.datasets.flatMap { dataset in
      let columns = dataset.columns.isEmpty ? [] : ColumnTable(dataset, style: style).lines
      let suggestions = SuggestionBlock(dataset, file: file, style: style).lines
      return [DatasetBlock(dataset, file: "", style: style).lines, columns, suggestions]
    }
    return joined([blocks.headline, blocks.troubledSteps] + datasets + [blocks.messages, blocks.verdict])
  }
}

private func joined(_ blocks: [[String]]) -> String {
  blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
}

extension TerminalStyle {
  /// The width that texts are laid out for: on a very wide terminal the eye would lose the line.
  var textWidth: Int { min(width, 100) }

  /// `── title ── note ─────────`.
  func heading(_ title: String, note: String = "") -> String {
    let bar = symbol(.line)
    // What the bars and spaces around take, with at least one bar at the end.
    let name = cut(title, to: max(8, textWidth - displayWidth(note) - (note.isEmpty ? 5 : 9)))
    let used = displayWidth(name) + 4 + (note.isEmpty ? 0 : displayWidth(note) + 4)
    let middle = note.isEmpty ? "" : paint(" \(bar)\(bar) ", .faint) + note
    let rest = String(repeating: bar, count: max(1, textWidth - used))
    return paint("\(bar)\(bar) ", .faint) + paint(name, .strong) + middle + paint(" \(rest)", .faint)
  }

  /// A text of several lines behind a mark, wrapped, every line safe; at most `limit` lines.
  func paragraph(_ text: String, mark: String, indent: Int, limit: Int = 12) -> [String] {
    let pad = String(repeating: " ", count: indent)
    let hang = String(repeating: " ", count: indent + 2)
    let parts = text.split(omittingEmptySubsequences: true) { $0.isNewline }
    let lines = parts.flatMap { wrap(safe(String($0)), width: textWidth - indent - 2) }
    var shown = lines.prefix(limit).enumerated().map { ($0 == 0 ? "\(pad)\(mark) " : hang) + $1 }
    if lines.count > limit { shown.append(hang + symbol(.more)) }
    return shown
  }
}
