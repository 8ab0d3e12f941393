internal import AssayQuality
internal import AssayStore

/// The comparison of two runs for people.
package struct RunDiffText {
  /// Rows of each kind that are shown; `--json` has all.
  static let shownRows = 20

  private let diff: RunDiff
  private let style: TerminalStyle

  package init(_ diff: RunDiff, style: TerminalStyle) {
    self.diff = diff
    self.style = style
  }

  package var text: String {
    var lines = [head(diff.before, "from"), head(diff.after, "to  ")]
    for dataset in diff.datasets {
      lines.append("")
      lines.append(style.paint(style.safe(dataset.name), .strong))
      lines += metrics(dataset) + columns(dataset) + checks(dataset) + rows(dataset)
    }
    if diff.datasets.isEmpty { lines += ["", "Neither run has graded a dataset."] }
    if !diff.hasChanged, !diff.datasets.isEmpty { lines += ["", "Nothing that is known has changed."] }
    return lines.joined(separator: "\n") + "\n"
  }

  private func head(_ run: RunRecord, _ word: String) -> String {
    let started = run.startedAt.text.prefix(19).replacing("T", with: " ")
    return
      "\(word) \(style.paint(run.id, .strong))  \(style.safe(run.pipeline))  \(started)  \(run.outcome ?? "running")"
  }

  private func metrics(_ dataset: RunDiff.Dataset) -> [String] {
    block(
      "metrics",
      dataset.metrics.map { change in
        var text = "\(number(change.before)) to \(number(change.after))"
        if let before = change.before, let after = change.after {
          text += " (\(after > before ? "+" : "")\(NumberText.short(after - before)))"
        }
        return [.init(style.safe(change.name)), .init(text)]
      })
  }

  private func number(_ value: Double?) -> String { value.map { NumberText.short($0) } ?? "none" }

  private func columns(_ dataset: RunDiff.Dataset) -> [String] {
    block(
      "columns",
      dataset.columns.map { change in
        let text =
          switch change.kind {
          case .added: change.after ?? "no values"
          case .removed: change.before ?? "no values"
          case .retyped: "\(change.before ?? "no values") to \(change.after ?? "no values")"
          }
        return [.init(mark(change.kind), tint(change.kind)), .init(style.safe(change.name)), .init(text)]
      })
  }

  private func mark(_ kind: RunDiff.ColumnChange.Kind) -> String {
    switch kind {
    case .added: "+"
    case .removed: "-"
    case .retyped: "~"
    }
  }

  private func tint(_ kind: RunDiff.ColumnChange.Kind) -> Tint {
    switch kind {
    case .added: .good
    case .removed: .bad
    case .retyped: .caution
    }
  }

  private func checks(_ dataset: RunDiff.Dataset) -> [String] {
    block(
      "checks",
      dataset.checks.map { change in
        let name = change.check + (change.column.map { "(\($0))" } ?? "")
        let (before, after) = (change.before?.status ?? "none", change.after?.status ?? "none")
        let status = before == after ? after : "\(before) to \(after)"
        let tint: Tint = after == "failed" || after == "error" ? .bad : after == "passed" ? .good : .caution
        let (old, new) = (change.before?.failed ?? 0, change.after?.failed ?? 0)
        let failing = old == 0 && new == 0 ? "" : "\(NumberText.grouped(old)) to \(NumberText.grouped(new)) failing"
        return [.init(style.safe(name)), .init(status, tint), .init(failing)]
      })
  }

  private func rows(_ dataset: RunDiff.Dataset) -> [String] {
    let (key, found): ([String], RowComparison)
    switch dataset.rows {
    case .unknown(let reason):
      return style.wrap("rows are not compared: \(style.safe(reason))", width: style.width - 2).map { "  \($0)" }
    case .compared(let names, let comparison): (key, found) = (names, comparison)
    }
    let counts = [
      ("added", found.added.count), ("removed", found.removed.count), ("changed", found.changed.count),
      ("unchanged", found.unchanged),
    ].map { "\(NumberText.grouped($0.1)) \($0.0)" }.joined(separator: ", ")
    var lines = ["  rows by \(style.safe(key.joined(separator: ", "))): \(counts)"]
    lines += shown(found.added) { "    \(style.paint("+", .good)) \(title(key, $0))" }
    lines += shown(found.removed) { "    \(style.paint("-", .bad)) \(title(key, $0))" }
    lines += shown(found.changed) { row in
      let columns = style.safe(row.columns.joined(separator: ", "))
      return "    \(style.paint("~", .caution)) \(title(key, row.key)): \(columns)"
    }
    return lines
  }

  private func shown<Row>(_ rows: [Row], _ line: (Row) -> String) -> [String] {
    let lines = rows.prefix(Self.shownRows).map(line)
    let rest = rows.count - lines.count
    return rest > 0
      ? lines + ["      \(style.symbol(.more)) and \(NumberText.grouped(rest)) more; --json has all"] : lines
  }

  private func title(_ key: [String], _ cells: [String?]) -> String {
    zip(key, cells).map { "\(style.safe($0))=\(short($1))" }.joined(separator: ", ")
  }

  /// A private cell's hash is told by its beginning.
  private func short(_ cell: String?) -> String {
    guard let cell else { return "null" }
    if cell.hasPrefix("#"), cell.utf8.count == 17 { return String(cell.prefix(9)) }
    return style.cut(style.safe(cell), to: 40)
  }

  private func block(_ title: String, _ rows: [[TextTable.Cell]]) -> [String] {
    if rows.isEmpty { return [] }
    var table = TextTable(style: style)
    table.rows = rows
    return ["  \(title)"] + table.lines().map { "    \($0.text)" }
  }
}
