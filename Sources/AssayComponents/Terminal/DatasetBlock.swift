internal import AssayEngine
internal import AssayQuality

/// One dataset of a summary: its size, its scores with what lowers them, and the checks that do not hold.
struct DatasetBlock {
  let dataset: RunReport.Dataset
  let file: String
  let style: TerminalStyle

  init(_ dataset: RunReport.Dataset, file: String, style: TerminalStyle) {
    self.dataset = dataset
    self.file = file
    self.style = style
  }

  var lines: [String] {
    let rows = NumberText.count(dataset.rows, "row")
    let columns = NumberText.count(dataset.columns.count, "column")
    return [style.heading(style.safe(dataset.name), note: "\(rows), \(columns)")] + scores
      + CheckList(dataset.checks, file: file, style: style).lines
  }

  private var scores: [String] {
    if let metrics = dataset.metrics {
      return grid(metrics).map { "  \($0)" } + reasons(metrics)
    }
    if dataset.rows == 0 { return ["  " + style.paint("no data: it has no rows, so it has no score", .caution)] }
    if dataset.columns.isEmpty { return ["  " + style.paint("no data: it has no columns, so no score", .caution)] }
    return []
  }

  /// The names of the metrics above their values, or one below the other where there is no room.
  private func grid(_ metrics: DatasetMetrics) -> [String] {
    let bars = 5
    let cells = metrics.all.map { metric in
      (name: metric.name == "overall_quality" ? "overall" : metric.name, value: metric.value)
    }
    let texts = cells.map { cell in
      cell.value.map { (NumberText.short($0), bar($0, bars)) } ?? ("no data", "")
    }
    let widths = zip(cells, texts).map { max(displayWidth($0.name), displayWidth($1.0) + 1 + bars) }
    if widths.reduce(0, +) + 2 * (widths.count - 1) + 2 <= style.textWidth {
      var table = TextTable(style: style)
      table.rows = [
        cells.map { TextTable.Cell($0.name, .faint) },
        cells.indices.map { place in
          let (value, bar) = texts[place]
          return TextTable.Cell(bar.isEmpty ? value : "\(value) \(bar)", tint(cells[place].value))
        },
      ]
      return table.lines().map(\.text)
    }
    let table = TextTable(
      style: style,
      rows: cells.indices.map { place in
        [
          TextTable.Cell(cells[place].name, .faint),
          TextTable.Cell(texts[place].0, tint(cells[place].value), right: true),
          TextTable.Cell(texts[place].1, tint(cells[place].value)),
        ]
      })
    return table.lines().map(\.text)
  }

  /// A hint for the eye alone: what a score must reach is said by checks.
  private func tint(_ value: Double?) -> Tint {
    guard let value else { return .faint }
    return value >= 95 ? .good : value >= 80 ? .caution : .bad
  }

  /// A bar that is full only at 100.
  private func bar(_ value: Double, _ width: Int) -> String {
    let share = min(max(value / 100, 0), 1)
    guard style.unicode else {
      let full = Int(share * Double(width))
      return String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
    }
    let eighths = Int(share * Double(width * 8))
    let blocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + blocks[eighths % 8]
  }

  /// Counts behind metrics that lower them, in words.
  private static let counted = [
    "duplicate_rows": "repeated rows", "late_values": "late rows", "failed_evaluations": "evaluations that fail",
  ]

  /// What lowers the scores: `nulls: phone 212, email 4`.
  private func reasons(_ metrics: DatasetMetrics) -> [String] {
    var parts: [String] = []
    for metric in metrics.dimensions {
      for detail in metric.details {
        switch detail.value {
        case .counts(let entries):
          let title = metric.name == Dimension.completeness.rawValue ? "nulls" : "outliers"
          let found = entries.filter { $0.value > 0 }.sorted { $0.value > $1.value }
          add(title, found.map { (name: $0.name, number: $0.value) }, to: &parts)
        case .names(let names): add("mixed types", names.map { (name: $0, number: nil) }, to: &parts)
        case .count(let count):
          if let title = Self.counted[detail.name], count > 0 { parts.append("\(title): \(NumberText.grouped(count))") }
        case .scores: break
        }
      }
    }
    return parts.flatMap { style.paragraph($0, mark: "", indent: 1, limit: 3) }.map { style.paint($0, .faint) }
  }

  private func add(_ title: String, _ found: [(name: String, number: Int?)], to parts: inout [String]) {
    if found.isEmpty { return }
    var names = found.prefix(4).map { entry in
      let name = style.cut(style.safe(entry.name), to: 30)
      return entry.number.map { "\(name) \(NumberText.grouped($0))" } ?? name
    }
    if found.count > 4 { names.append("and \(NumberText.grouped(found.count - 4)) more columns") }
    parts.append("\(title): \(names.joined(separator: ", "))")
  }
}
