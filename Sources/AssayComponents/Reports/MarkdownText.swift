internal import AssayEngine
internal import AssayQuality

/// The run as GitHub's Markdown.
struct MarkdownText {
  let report: RunReport

  /// The text, of at most so many bytes: blocks that have no room are left out from the end, which is said.
  func text(limit: Int = .max) -> String {
    var text = ""
    let blocks = [headline, messages, scores] + checks + [steps, outputs]
    let note = "\n_More has no room here: see the log._\n"
    for block in blocks where !block.isEmpty {
      let room = limit - text.utf8.count
      if block.utf8.count + 1 + note.utf8.count > room {
        return note.utf8.count <= room ? text + note : text
      }
      text += (text.isEmpty ? "" : "\n") + block
    }
    return text
  }

  private var headline: String {
    let (symbol, words) =
      switch report.outcome {
      case .passed: ("✅", "passed")
      case .warned: ("⚠️", "passed with warnings")
      case .failed: ("❌", report.exitCode == 0 ? "let through, though checks failed" : "failed")
      case .error: ("❌", "broke")
      case .partial: ("⚠️", "ran out of its budget")
      case .interrupted: ("⚠️", "was interrupted")
      }
    let name = report.pipeline.isEmpty ? "The run" : Markdown.code(report.pipeline)
    let counts = [CheckStatus.failed, .error, .warned, .noData, .passed].compactMap { status -> String? in
      let count = report.allChecks.count { $0.judgement.status == status }
      return count == 0 ? nil : "\(NumberText.grouped(count)) \(CheckBlock.word(status))"
    }
    var facts = counts.isEmpty ? [] : ["checks: \(counts.joined(separator: ", "))"]
    facts.append(NumberText.duration(report.durationSeconds))
    if !report.runID.isEmpty { facts.append("run \(Markdown.code(report.runID))") }
    facts.append("exit code \(report.exitCode)")
    return "## \(symbol) \(name) \(words)\n\n\(facts.joined(separator: " · "))\n"
  }

  private var messages: String {
    let texts = report.messages + (report.baselineNote.map { [$0] } ?? [])
    if texts.isEmpty { return "" }
    let shown = texts.prefix(20).map { "- \(Markdown.code($0))\n" }.joined()
    let more = texts.count - 20
    return "### \(report.outcome == .error ? "Why the run broke" : "Notes")\n\n\(shown)"
      + (more > 0 ? "- and \(NumberText.count(more, "more message"))\n" : "")
  }

  private var scores: String {
    if report.datasets.isEmpty { return "" }
    var names: [String] = []
    for dataset in report.datasets {
      for metric in dataset.metrics?.all ?? [] where !names.contains(metric.name) { names.append(metric.name) }
    }
    // The mean stands last, whatever dimensions the datasets have.
    if let overall = names.firstIndex(of: "overall_quality") { names.append(names.remove(at: overall)) }
    let rows = report.datasets.map { dataset in
      let values = names.map { name in
        dataset.metrics?.all.first { $0.name == name }?.value.map(NumberText.short) ?? "no data"
      }
      return [Markdown.code(dataset.name), NumberText.grouped(dataset.rows)] + values
    }
    let titles = names.map { $0 == "overall_quality" ? "overall" : $0 }
    return "### Scores\n\n"
      + Markdown.table(["dataset", "rows"] + titles, right: Set(1..<(names.count + 2)), rows)
  }

  /// The checks that do not hold, worst first, each a block of its own under the first one's title.
  private var checks: [String] {
    CheckText.open(report).enumerated().map { index, check in
      let place = check.result.line > 0 && !report.file.isEmpty ? "\(report.file):\(check.result.line)" : report.file
      let title = "**\(check.word)** \(Markdown.code("\(check.dataset): \(check.title)"))"
      return (index == 0 ? "### Checks that do not hold\n\n" : "")
        + title + (place.isEmpty ? "" : " in \(Markdown.code(place))") + "\n\n" + Markdown.block(check.details)
    }
  }

  private var steps: String {
    let shown = report.steps.filter { $0.kind == "source" || $0.kind == "step" || $0.isTroubled }
    if shown.isEmpty { return "" }
    let rows = shown.map { step in
      let counters = step.counters
      let count = step.kind == "source" || step.kind == "step" ? counters.rowsOut : counters.rowsIn
      var notes = step.error.map { [Markdown.code($0)] } ?? []
      notes += counters.warnings.prefix(3).map(Markdown.code)
      let more = counters.warningCount - min(3, counters.warnings.count)
      if more > 0 { notes.append("and \(NumberText.count(more, "more warning"))") }
      let status = step.status == "cancelled" ? "stopped" : step.status
      return [
        Markdown.code(step.name), "\(step.type.isEmpty ? "" : Markdown.code(step.type) + " ")\(step.kind)", status,
        NumberText.grouped(count), NumberText.grouped(counters.requests), NumberText.duration(step.durationSeconds),
        notes.joined(separator: "; "),
      ]
    }
    return "### Steps\n\n"
      + Markdown.table(["name", "kind", "status", "rows", "requests", "time", "notes"], right: [3, 4, 5], rows)
  }

  private var outputs: String {
    if report.outputs.isEmpty { return "" }
    let rows = report.outputs.map { output in
      [
        Markdown.code(output.target), Markdown.code(output.type), NumberText.grouped(output.rows),
        output.published ? "published" : "not published",
      ]
    }
    return "### Outputs\n\n" + Markdown.table(["target", "type", "rows", ""], right: [2], rows)
  }
}
