internal import AssayEngine
internal import AssayQuality

/// The parts of a summary that are of the whole run.
struct SummaryBlocks {
  let report: RunReport
  let style: TerminalStyle

  /// Rows of the steps' table; with more, those that have nothing to tell are only counted.
  private static let shownSteps = 30

  /// Whether kinds are left out for want of room.
  private var isNarrow: Bool { style.textWidth < 64 }

  /// `✗ customers failed in 1.24 s · run 20261124-061500-k3x9`.
  var headline: [String] {
    let (symbol, tint): (Symbol, Tint) =
      switch report.outcome {
      case .passed: (.good, .good)
      case .warned: (.caution, .caution)
      case .failed, .error: (.bad, .bad)
      case .partial, .interrupted: (.caution, .caution)
      }
    let time = NumberText.duration(report.durationSeconds)
    let words =
      switch report.outcome {
      case .passed: "passed in \(time)"
      case .warned: "passed with warnings in \(time)"
      case .failed: "failed in \(time)"
      case .error: "broke after \(time)"
      case .partial: "ran out of its budget after \(time)"
      case .interrupted: "was interrupted after \(time)"
      }
    let run = report.runID.isEmpty ? "" : " \(style.symbol(.dot)) run \(style.safe(report.runID))"
    let free = style.textWidth - 3 - displayWidth(words)
    let isOneLine = free - displayWidth(run) >= 16
    let room = isOneLine ? free - displayWidth(run) : max(8, free)
    let name = style.cut(report.pipeline.isEmpty ? "the run" : style.safe(report.pipeline), to: room)
    let line = style.paint("\(style.symbol(symbol)) \(name) \(words)", tint)
    return isOneLine ? [line + style.paint(run, .faint)] : [line, style.paint(" \(run)", .faint)]
  }

  /// The table of steps, where it tells more than the rest of the summary.
  var steps: [String] {
    let makers = report.steps.filter { $0.kind == "source" || $0.kind == "step" }
    let isWorth =
      makers.count > 1 || report.durationSeconds >= 5
      || report.steps.contains { $0.isTroubled || $0.counters.requests > 0 || $0.counters.retries > 0 }
    let shown = report.steps.filter { step in
      step.kind == "source" || step.kind == "step" || step.counters.requests > 0 || step.isTroubled
    }
    return isWorth ? table(shown) : []
  }

  /// The steps that failed, were stopped or warned.
  var troubledSteps: [String] { table(report.steps.filter(\.isTroubled)) }

  private func table(_ steps: [RunReport.Step]) -> [String] {
    if steps.isEmpty { return [] }
    var free = Self.shownSteps - steps.count(where: \.isTroubled)
    let shown = steps.filter { step in
      if step.isTroubled { return true }
      free -= 1
      return free >= 0
    }
    let table = TextTable(style: style, rows: shown.map(cells))
    var lines = [style.heading("steps")]
    for (step, line) in zip(shown, table.lines()) {
      let notes = notes(step)
      let fits = line.width + 2 + displayWidth(notes) <= style.textWidth - 2
      lines.append("  \(line.text)" + (notes.isEmpty || !fits ? "" : "  \(style.paint(notes, .faint))"))
      if !notes.isEmpty, !fits { lines += style.paragraph(notes, mark: " ", indent: 2) }
      if let error = step.error, !report.messages.contains(where: { $0.hasSuffix(error) }) {
        let mark = step.status == "skipped" ? style.symbol(.more) : style.paint(style.symbol(.bad), .bad)
        lines += style.paragraph(error, mark: mark, indent: 4)
      }
      for warning in step.counters.warnings.prefix(5)
      where !report.messages.contains(where: { $0.hasSuffix(warning) }) {
        lines += style.paragraph(warning, mark: style.paint(style.symbol(.caution), .caution), indent: 4, limit: 4)
      }
      let more = step.counters.warningCount - min(5, step.counters.warnings.count)
      if more > 0 { lines.append("    \(style.symbol(.more)) and \(NumberText.count(more, "more warning"))") }
    }
    if shown.count < steps.count {
      let more = NumberText.count(steps.count - shown.count, "more step")
      lines.append("  \(style.symbol(.more)) and \(more), all finished")
    }
    return lines
  }

  private func cells(_ step: RunReport.Step) -> [TextTable.Cell] {
    let (symbol, tint): (Symbol, Tint) =
      switch step.status {
      case "finished": step.counters.warningCount > 0 ? (.caution, .caution) : (.good, .good)
      case "failed": (.bad, .bad)
      default: (.nothing, .faint)
      }
    let rows = step.kind == "source" || step.kind == "step" ? step.counters.rowsOut : step.counters.rowsIn
    let kind = step.kind == "check" ? "checks" : step.kind
    let type = step.type.isEmpty ? kind : "\(step.type) \(kind)"
    return [
      TextTable.Cell(style.symbol(symbol), tint),
      TextTable.Cell(style.cut(style.safe(step.name), to: 28), .strong),
      TextTable.Cell(isNarrow ? "" : style.cut(style.safe(type), to: 22), .faint),
      TextTable.Cell(NumberText.count(rows, "row"), right: true),
      TextTable.Cell(NumberText.duration(step.durationSeconds), .faint, right: true),
    ]
  }

  private func notes(_ step: RunReport.Step) -> String {
    let counters = step.counters
    var notes: [String] = []
    if step.status == "failed" { notes.append("failed") }
    if step.status == "cancelled" { notes.append("stopped before its end") }
    if step.status == "skipped" { notes.append("skipped") }
    if counters.requests > 0 { notes.append(NumberText.count(counters.requests, "request")) }
    if counters.retries > 0 { notes.append(NumberText.count(counters.retries, "retry", plural: "retries")) }
    if counters.cacheHits > 0, step.kind == "output" {
      notes.append("\(NumberText.grouped(counters.cacheHits)) sent by earlier runs")
    } else if counters.cacheHits > 0 {
      notes.append(NumberText.count(counters.cacheHits, "answer remembered", plural: "answers remembered"))
    }
    if let enrichment = counters.enrichment {
      notes.append(NumberText.count(enrichment.keys, "key"))
      let unfound = [
        (enrichment.notFound, "not found"), (enrichment.ambiguous, "ambiguous"), (enrichment.errors, "broken"),
        (enrichment.unpaid, "unpaid"),
      ]
      notes += unfound.filter { $0.0 > 0 }.map { "\(NumberText.grouped($0.0)) \($0.1)" }
      if enrichment.providers.count > 1 {
        notes += enrichment.providers.map { "\($0.name) found \(NumberText.grouped($0.found))" }
      }
    }
    return notes.joined(separator: ", ")
  }

  /// Where rows went, how many, and why they did not.
  var outputs: [String] {
    if report.outputs.isEmpty { return [] }
    let rows = report.outputs.map { output in
      [
        TextTable.Cell(style.symbol(output.published ? .good : .nothing), output.published ? .good : .caution),
        TextTable.Cell(style.cut(style.safe(output.target), to: style.textWidth * 2 / 5), .strong),
        TextTable.Cell(isNarrow ? "" : style.safe(output.type), .faint),
        TextTable.Cell(NumberText.count(output.rows, "row"), right: true),
        TextTable.Cell(
          output.published ? (output.type == "http" ? "sent" : "published") : "not published",
          output.published ? .plain : .caution),
      ]
    }
    var lines = [style.heading("outputs")]
    lines += TextTable(style: style, rows: rows).lines().map { "  \($0.text)" }
    if report.outputs.contains(where: { !$0.published }), let reason = unpublishedReason {
      lines += style.paragraph(reason, mark: " ", indent: 2)
    }
    return lines
  }

  private var unpublishedReason: String? {
    switch report.exitCode {
    case 0: nil
    case 1: "Not published, because the gate failed; an output with `publish: always` is published even then."
    case 4: "Not published, because a budget ran out; an output with `publish: always` is published even then."
    case 130, 143: "Not published, because the run was interrupted; what was published before is as it was."
    default: "Not published, because the run broke; what was published before is as it was."
    }
  }

  /// Why the run broke, or what the file warned of.
  var messages: [String] {
    let texts = report.messages + (report.baselineNote.map { [$0] } ?? [])
    if texts.isEmpty { return [] }
    let broke = report.outcome == .error
    let mark = broke ? style.paint(style.symbol(.bad), .bad) : style.paint(style.symbol(.caution), .caution)
    var lines = [style.heading(broke ? "why the run broke" : "notes")]
    for message in texts.prefix(20) { lines += style.paragraph(message, mark: mark, indent: 2) }
    if texts.count > 20 {
      lines.append("  \(style.symbol(.more)) and \(NumberText.count(texts.count - 20, "more message"))")
    }
    return lines
  }
}

extension RunReport.Step {
  /// Whether it did not finish, or warned.
  var isTroubled: Bool { status != "finished" || counters.warningCount > 0 || !counters.warnings.isEmpty }
}
