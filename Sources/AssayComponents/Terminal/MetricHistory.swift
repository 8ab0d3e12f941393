internal import AssayFormats
package import AssayStore

/// A metric of one dataset over the runs of a pipeline.
package struct MetricHistory: Sendable {
  package var metric: KnownMetric
  /// The oldest first.
  package var points: [MetricPoint]

  package init(_ metric: KnownMetric, points: [MetricPoint]) {
    self.metric = metric
    self.points = points
  }

  /// One JSON object a line for each run.
  package var jsonLines: String {
    points.map { point in
      JSONValue.object([
        "pipeline": .string(metric.pipeline), "dataset": .string(metric.dataset), "metric": .string(metric.name),
        "run": .string(point.run), "at": .string(point.at.text),
        "value": point.value.map { number in Int64(exactly: number).map { .integer($0) } ?? .decimal(number) } ?? .null,
        "outcome": .string(point.outcome), "exit_code": .integer(Int64(point.exitCode)),
      ]).text + "\n"
    }.joined()
  }

  /// The metric for people: a chart on a terminal, a line for each run elsewhere.
  package func text(_ style: TerminalStyle, draws: Bool) -> String {
    let known = points.compactMap(\.value)
    let title = style.paint(style.safe("\(metric.pipeline).\(metric.dataset) \(metric.name)"), .strong)
    var lines = [title + ": " + NumberText.count(points.count, "run")]
    if let low = known.min(), let high = known.max(), let last = points.last {
      let now = last.value.map { NumberText.short($0) } ?? "none"
      lines[0] += ", \(NumberText.short(low)) to \(NumberText.short(high)), last \(now)"
    }
    if draws {
      let bars = points.map { point in
        MetricChart.Bar(value: point.value, counts: point.exitCode == 0, day: String(point.at.text.prefix(10)))
      }
      lines += MetricChart(bars: bars, style: style).lines()
    } else {
      var table = TextTable(style: style)
      table.rows = points.map { point in
        let tint: Tint = point.exitCode == 0 ? .plain : .bad
        return [
          .init(String(point.at.text.prefix(19).replacing("T", with: " "))),
          .init(point.value.map { NumberText.short($0) } ?? "none", tint, right: true), .init(point.run),
          .init(point.outcome, tint),
        ]
      }
      lines += table.lines().map(\.text)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What a store has, for a person to choose from.
  package static func list(_ metrics: [KnownMetric], _ style: TerminalStyle) -> String {
    if metrics.isEmpty { return "the store has no metrics: no run has graded a dataset yet\n" }
    var datasets: [(title: String, names: [String])] = []
    for metric in metrics {
      let title = "\(metric.pipeline).\(metric.dataset)"
      if datasets.last?.title != title { datasets.append((title, [])) }
      datasets[datasets.count - 1].names.append(metric.name)
    }
    return datasets.map { title, names in
      let lines = style.wrap(names.map { style.safe($0) }.joined(separator: ", "), width: style.width - 2)
      return style.paint(style.safe(title), .strong) + "\n" + lines.map { "  \($0)\n" }.joined()
    }.joined()
  }
}
