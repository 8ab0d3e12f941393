package import AssayEngine

/// A run in progress as lines on a terminal, drawn over and over.
package struct ProgressView: Sendable {
  package let style: TerminalStyle
  /// The most lines at once, the counting one with them.
  package let maximumLines: Int

  package init(style: TerminalStyle, maximumLines: Int = 12) {
    self.style = style
    self.maximumLines = max(2, maximumLines)
  }

  /// A line for each node that runs or has ended, none wider than the terminal; `frame` turns the spinner.
  ///
  /// Where there are too many, failed and running ones go before those that have ended.
  package func lines(_ nodes: [NodeProgress], frame: Int) -> [String] {
    let active = nodes.filter { $0.isShown && ($0.state == .running || $0.state == .finished || $0.state == .failed) }
    let waiting = nodes.count { $0.isShown && $0.state == .waiting }
    let room = active.count <= maximumLines ? active.count : maximumLines - 1
    let ranked = active.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
    let chosen = Set(ranked.prefix(room).map(\.offset))
    let shown = active.indices.filter(chosen.contains).map { active[$0] }
    var lines = laidOut(shown, frame: frame)
    let hidden = ranked.dropFirst(room).map(\.element)
    if !hidden.isEmpty {
      let running = hidden.count { $0.state == .running }
      let counts = [(running, "running"), (hidden.count - running, "ended"), (waiting, "waiting")]
      let text = counts.filter { $0.0 > 0 }.map { "\(NumberText.grouped($0.0)) \($0.1)" }.joined(separator: ", ")
      lines.append(style.paint(style.cut("\(style.symbol(.more)) and \(text)", to: style.width - 1), .faint))
    }
    return lines
  }

  /// The lines of a run's state as it stands.
  package func lines(_ state: RunState, frame: Int) -> [String] {
    lines(state.snapshot.map(NodeProgress.init), frame: frame)
  }

  /// The text that draws lines over the ones drawn before, the cursor at the start of the line below them.
  ///
  /// No lines takes the display away.
  package static func redraw(previous: Int, lines: [String]) -> String {
    if previous == 0, lines.isEmpty { return "" }
    let up = previous > 0 ? "\r\u{1B}[\(previous)A" : "\r"
    // Each line is overwritten and its rest cleared, not cleared first: that would flicker.
    return up + lines.map { "\($0)\u{1B}[K\n" }.joined() + "\u{1B}[J"
  }

  private func rank(_ node: NodeProgress) -> Int {
    switch node.state {
    case .failed: 0
    case .running: 1
    default: 2
    }
  }

  private func laidOut(_ nodes: [NodeProgress], frame: Int) -> [String] {
    // The last column stays free: a terminal may wrap behind it.
    let room = style.width - 1
    for details in [2, 1, 0] {
      let table = TextTable(style: style, rows: nodes.map { cells($0, frame, details) })
      let lines = table.lines()
      if details == 0 || lines.allSatisfy({ $0.width <= room }) {
        if lines.allSatisfy({ $0.width <= room }) { return lines.map(\.text) }
        // Cutting painted text would cut its colours too.
        var plain = table
        plain.rows = nodes.map { cells($0, frame, 0).map { TextTable.Cell($0.text, right: $0.isRight) } }
        let colorless = TextTable(style: TerminalStyle(width: style.width, unicode: style.unicode), rows: plain.rows)
        return colorless.lines().map { style.cut($0.text, to: room) }
      }
    }
    return []
  }

  private func cells(_ node: NodeProgress, _ frame: Int, _ details: Int) -> [TextTable.Cell] {
    let mark: TextTable.Cell =
      switch node.state {
      case .running: TextTable.Cell(spinner(frame), .strong)
      case .failed: TextTable.Cell(style.symbol(.bad), .bad)
      default: TextTable.Cell(style.symbol(.good), .good)
      }
    var cells = [
      mark, TextTable.Cell(style.cut(style.safe(node.title), to: max(12, style.width * 2 / 5))),
      TextTable.Cell(NumberText.count(node.rows, "row"), right: true),
    ]
    if details >= 1 {
      let rate = node.state == .running && node.seconds >= 1 ? Double(node.rows) / node.seconds : 0
      cells.append(TextTable.Cell(rate >= 1 ? "\(NumberText.grouped(Int(rate)))/s" : "", .faint, right: true))
    }
    if details >= 2 {
      let requests = node.counters.requests
      cells.append(TextTable.Cell(requests > 0 ? NumberText.count(requests, "request") : "", .faint, right: true))
    }
    cells.append(TextTable.Cell(NumberText.duration(node.seconds), .faint, right: true))
    return cells
  }

  private func spinner(_ frame: Int) -> String {
    let frames = style.unicode ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] : ["|", "/", "-", "\\"]
    return frames[Int(frame.magnitude % UInt(frames.count))]
  }
}
