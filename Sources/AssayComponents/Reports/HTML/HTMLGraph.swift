internal import AssayEngine

/// The graph of a run as a drawing; nothing where there is one step, or too many to draw.
struct HTMLGraph {
  let steps: [RunReport.Step]

  init(_ steps: [RunReport.Step]) { self.steps = steps }

  private static let edge = 6.0
  /// How far a drawing is shrunk to fit where it stands, before it scrolls.
  private static let leastScale = 0.75

  var markup: Markup {
    if steps.count < 2 { return "" }
    let inputs = steps.indices.map { place in steps[place].inputs.filter { (0..<place).contains($0) } }
    guard let layout = GraphLayout(inputs: inputs) else {
      return "<p class=\"quiet\">\(NumberText.count(steps.count, "step")): too many to draw.</p>\n"
    }
    let width = layout.width + 2 * Self.edge
    let height = layout.height + 2 * Self.edge
    let whole = steps.map { ($0.startSeconds ?? 0) + $0.durationSeconds }.max() ?? 0
    let words = "\(NumberText.count(steps.count, "step")) and what feeds what; the table below tells each of them"
    return """
      <div class="scroll graph" tabindex="0" role="region" aria-label="Graph of the run">\
      <svg viewBox="0 0 \(at: width) \(at: height)" width="\(at: width)" height="\(at: height)" style="min-width:\(at: width * Self.leastScale)px" role="img"><title>\(words)</title>
      \(layout.edges.map { line($0) })
      \(zip(steps, layout.nodes).map { node($0, $1, whole: whole) })</svg></div>

      """
  }

  /// A curve through the gaps of the layers, straight where it passes one.
  private func line(_ edge: GraphLayout.Edge) -> Markup {
    let points = edge.points.map { GraphLayout.Point(x: $0.x + Self.edge, y: $0.y + Self.edge) }
    var path = ""
    for (from, to) in zip(points, points.dropFirst()) {
      let start = from.x + GraphLayout.nodeWidth
      if path.isEmpty { path = "M\(coordinate(start)) \(coordinate(from.y))" }
      let middle = (start + to.x) / 2
      path += "C\(coordinate(middle)) \(coordinate(from.y)) \(coordinate(middle)) \(coordinate(to.y)) "
      path += "\(coordinate(to.x)) \(coordinate(to.y))"
      if to != points.last { path += "H\(coordinate(to.x + GraphLayout.nodeWidth))" }
    }
    let isBroken = steps[edge.from].status != "finished" || ["cancelled", "skipped"].contains(steps[edge.to].status)
    return "<path class=\"edge\(isBroken ? " broken" : "")\" d=\"\(path)\"/>"
  }

  private func node(_ step: RunReport.Step, _ corner: GraphLayout.Point, whole: Double) -> Markup {
    let (tone, word) = HTMLRun.state(step)
    let rows = step.kind == "source" || step.kind == "step" ? step.counters.rowsOut : step.counters.rowsIn
    var facts = [NumberText.duration(step.durationSeconds), NumberText.count(rows, "row")]
    if step.counters.requests > 0 { facts.append("\(NumberText.grouped(step.counters.requests)) req.") }
    if step.status != "finished" { facts[0] = word }
    let title =
      "\(step.name) (\(HTMLRun.kind(step))): \(word), \(facts.dropFirst().joined(separator: ", ")), \(NumberText.duration(step.durationSeconds))"
    let (width, height) = (GraphLayout.nodeWidth, GraphLayout.nodeHeight)
    return """
      <g class="node \(["cancelled", "skipped"].contains(step.status) ? "cancelled" : tone)" transform="translate(\(at: corner.x + Self.edge) \(at: corner.y + Self.edge))">\
      <title>\(cut(title, 300))</title><rect class="box" width="\(at: width)" height="\(at: height)" rx="8"/>\
      <text class="name" x="14" y="21">\(short(step.name, 22))</text>\
      <text x="14" y="37">\(short(HTMLRun.kind(step), 26))</text>\
      <text class="facts" x="14" y="52">\(short(facts.joined(separator: " · "), 30))</text>\(time(step, whole: whole))</g>

      """
  }

  /// The beginning of a text that fits a node: wide characters count twice.
  private func short(_ text: String, _ columns: Int) -> String {
    let start = cut(text, columns)
    if displayWidth(start) <= columns { return start }
    return prefix(start, columns: columns - 1) + "…"
  }

  private func time(_ step: RunReport.Step, whole: Double) -> Markup? {
    guard whole > 0, let start = step.startSeconds else { return nil }
    let track = GraphLayout.nodeWidth - 28
    let width = max(2, step.durationSeconds / whole * track)
    let left = min(start / whole * track, track - width)
    return """
      <rect class="track" x="14" y="58" width="\(at: track)" height="3" rx="1.5"/>\
      <rect class="time" x="\(at: 14 + left)" y="58" width="\(at: width)" height="3" rx="1.5"/>
      """
  }
}
