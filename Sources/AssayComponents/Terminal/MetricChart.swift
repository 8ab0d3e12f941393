/// A metric over runs as a chart of bars for a terminal, the oldest run at the left.
package struct MetricChart {
  /// One run's value; nil where it had none.
  package struct Bar: Sendable {
    var value: Double?
    /// Whether later runs compare with it.
    var counts: Bool
    var day: String

    /// - Parameter day: `2026-11-24`.
    package init(value: Double?, counts: Bool, day: String) {
      self.value = value
      self.counts = counts
      self.day = day
    }
  }

  let bars: [Bar]
  let style: TerminalStyle
  /// Lines of the bars, from 1.
  var height: Int

  package init(bars: [Bar], style: TerminalStyle, height: Int = 8) {
    self.bars = bars
    self.style = style
    self.height = height
  }

  /// The lines, none wider than the terminal: bars beside their scale, a mark under each run that does not count, and
  /// the days of the first and last run. Where not all runs have room, the newest are shown.
  package func lines() -> [String] {
    let known = bars.compactMap(\.value)
    guard let low = known.min(), let high = known.max() else { return [] }
    let labels = [NumberText.short(high), NumberText.short(low)]
    let margin = (labels.map(displayWidth).max() ?? 0) + 1
    let shown = Array(bars.suffix(max(1, style.width - margin - 2)))
    let wide = shown.count * 2 + margin + 2 <= style.width
    let step = wide ? " " : ""
    var lines: [String] = []
    for line in 0..<height {
      let label = line == 0 ? labels[0] : line == height - 1 ? labels[1] : ""
      let cells = shown.map { bar -> String in
        let cell = self.cell(bar, line: line, low: low, high: high)
        return cell == " " ? cell : style.paint(cell, bar.counts ? .good : .bad)
      }
      let axis = style.unicode ? (label.isEmpty ? "│" : "┤") : "|"
      lines.append(trimmed("\(padded(label, to: margin - 1, right: true)) \(axis)\(cells.joined(separator: step))"))
    }
    let indent = String(repeating: " ", count: margin + 1)
    if shown.contains(where: { !$0.counts }) {
      let marks = shown.map { $0.counts ? " " : style.paint(style.symbol(.bad), .bad) }
      lines.append(trimmed(indent + marks.joined(separator: step)))
    }
    let (first, last) = (shown[0].day, shown[shown.count - 1].day)
    let room = shown.count * (wide ? 2 : 1) - (wide ? 1 : 0)
    let gap = room - first.count - last.count
    lines.append(indent + (gap > 0 ? first + String(repeating: " ", count: gap) + last : last))
    return lines
  }

  /// A value's part of a line: a full or partial block, or nothing. The least value has an eighth of a line.
  private func cell(_ bar: Bar, line: Int, low: Double, high: Double) -> String {
    guard let value = bar.value else { return line == height - 1 ? style.symbol(.dot) : " " }
    // The halves keep a range of doubles that is wider than the greatest one from becoming infinite.
    let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5
    let eighths = 1 + Int((share * Double(height * 8 - 1)).rounded())
    let above = eighths - (height - 1 - line) * 8
    if above <= 0 { return " " }
    guard style.unicode else { return "#" }
    return above >= 8 ? "█" : String(Array("▁▂▃▄▅▆▇")[above - 1])
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }
}
