package import AssayEngine

/// A run in progress as plain lines, for logs: what takes long, and what has ended. A value to be told of all events.
package struct PlainProgress: Sendable {
  package let style: TerminalStyle
  /// After so many seconds a running node is spoken of, and again each time `repeatSeconds` have passed.
  package var longSeconds = 2.0
  package var repeatSeconds = 30.0
  /// When each node that was spoken of was spoken of last, in seconds of its own time.
  private var spoken: [Int: Double] = [:]

  package init(style: TerminalStyle) { self.style = style }

  /// The line for an event, if it is worth one; `node` is the event's node as it stands then.
  ///
  /// A source, step or output that ends has a line, whatever else only if it took long or failed. What was stopped
  /// because of others has none.
  package mutating func plainLine(for event: RunEvent, _ node: NodeProgress?) -> String? {
    switch event {
    case .started: return nil
    case .waiting(let node, let resources):
      let names = style.safe(resources.joined(separator: ", "))
      return "\(style.symbol(.nothing)) \(style.safe(NodeProgress.title(node))) waits for \(names)"
    case .publishing: return "publishing"
    case .ended(let ended, let state, let message):
      let wasSpoken = spoken.removeValue(forKey: ended.id) != nil
      let isPart = [.source, .step, .output].contains(ended.kind)
      let title = style.safe(NodeProgress.title(ended))
      let summary = node.map { ": \(facts($0)) in \(NumberText.duration($0.seconds))" } ?? ""
      switch state {
      case .failed:
        let reason = message.map { ": \(style.cut(style.safe($0), to: 400))" } ?? ""
        return "\(style.symbol(.bad)) \(title) failed\(reason)"
      case .skipped:
        let reason = message.map { ": \(style.cut(style.safe($0), to: 400))" } ?? ""
        return isPart || wasSpoken ? "\(style.symbol(.nothing)) \(title) skipped\(reason)" : nil
      case .cancelled: return wasSpoken ? "\(style.symbol(.nothing)) \(title) stopped\(summary)" : nil
      default: return isPart || wasSpoken ? "\(style.symbol(.good)) \(title)\(summary)" : nil
      }
    }
  }

  /// Lines for nodes that have been running for long; to be called about once a second.
  package mutating func lines(_ nodes: [NodeProgress]) -> [String] {
    var lines: [String] = []
    for node in nodes where node.isShown && node.state == .running {
      let due = spoken[node.node.id].map { $0 + repeatSeconds } ?? longSeconds
      if node.seconds < due { continue }
      spoken[node.node.id] = node.seconds
      let time = NumberText.duration(node.seconds)
      lines.append("  \(style.safe(node.title)) is running: \(facts(node)) after \(time)")
    }
    return lines
  }

  private func facts(_ node: NodeProgress) -> String {
    let rows = NumberText.count(node.rows, "row")
    if node.node.kind == .output, node.counters.requests == 0 { return "\(rows) ready" }
    return node.counters.requests > 0 ? "\(rows), \(NumberText.count(node.counters.requests, "request"))" : rows
  }
}
