internal import AssayEngine
internal import AssayFormats
internal import AssayQuality
internal import AssayStore

/// A run of the ledger for people: what happened, why, and what to do.
package struct RunStoryText {
  private let story: RunStory
  private let style: TerminalStyle

  package init(_ story: RunStory, style: TerminalStyle) {
    self.story = story
    self.style = style
  }

  private var run: RunRecord { story.run }

  /// The whole text, with a line break at its end.
  package var text: String {
    let blocks = [[headline] + facts, steps, datasets, outputs, why, advice]
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  /// `✗ customers failed in 1.24 s · run 20261124-061500-k3x9`.
  private var headline: String {
    let state = OutcomeText(run.outcome)
    let end = run.finishedAt ?? story.now
    let time = NumberText.duration(Double(max(0, end.milliseconds - run.startedAt.milliseconds)) / 1000)
    let words =
      switch run.outcome {
      case nil: story.isAlive ? "is running for \(time)" : "has not ended, and nobody has renewed its lease"
      case "passed": "passed in \(time)"
      case "warned": "passed with warnings in \(time)"
      case "failed": "failed in \(time)"
      case "error": "broke after \(time)"
      case "partial": "ran out of its budget after \(time)"
      case "interrupted": "was interrupted after \(time)"
      case "broken": "died before its end"
      case let other?: "ended as \(style.safe(other)) after \(time)"
      }
    let name = style.cut(style.safe(run.pipeline), to: 40)
    return style.paint("\(style.symbol(state.symbol)) \(name) \(words)", state.tint)
      + style.paint(" \(style.symbol(.dot)) run \(run.id)", .faint)
  }

  private var facts: [String] {
    var facts: [(String, String)] = []
    if let file = run.file {
      let state =
        switch story.file {
        case .same: ""
        case .changed: " (has changed since)"
        case .gone: " (is gone)"
        case .unknown: ""
        }
      facts.append(("file", file + state))
    }
    facts.append(("definition", String(run.definitionSHA256.prefix(12))))
    if let slot = run.slot { facts.append(("stands for", slot)) }
    facts.append(("started", "\(run.startedAt.text) by \(run.trigger.rawValue)"))
    if let end = run.finishedAt {
      facts.append((run.outcome == "broken" ? "found dead" : "ended", "\(end.text), exit code \(run.exitCode ?? 0)"))
    }
    if case .object(let params) = JSONValue(ledgerText: run.params), !params.members.isEmpty {
      let texts = params.members.map { "\($0.name)=\($0.value.plainText ?? "")" }
      facts.append(("params", texts.joined(separator: " ")))
    }
    facts.append(("on", "\(run.process.host), process \(run.process.pid), Assay \(run.assayVersion)"))
    if let score = run.score { facts.append(("score", NumberText.short(score))) }
    if let requests = run.requests, requests > 0 { facts.append(("requests", NumberText.grouped(requests))) }
    if let before = run.resumedFrom { facts.append(("goes on with", before)) }
    if let after = story.continuedBy {
      facts.append(("gone on with", "by \(after.id), which \(OutcomeText(after.outcome).word)"))
    }
    return facts.flatMap { name, text in
      let lines = style.wrap(style.safe(text), width: style.textWidth - 16)
      return lines.enumerated().map { "  \(style.paint(padded($0 == 0 ? name : "", to: 12), .faint))  \($1)" }
    }
  }

  private var steps: [String] {
    if story.steps.isEmpty { return [] }
    var table = TextTable(style: style)
    let titles = ["", "step", "", "status", "rows", "began", "took", "requests", "retries", "remembered"]
    table.rows = [titles.enumerated().map { .init($1, .faint, right: $0 > 3) }]
    table.rows += story.steps.map(cells)
    var lines = [style.heading("steps")] + table.lines().map { "  \($0.text)" }
    for step in story.steps {
      let title = "\(step.kind) '\(step.name)': "
      if let error = step.error, !story.messages.contains(where: { $0.hasSuffix(error) }) {
        let mark = step.status == "skipped" ? style.symbol(.more) : style.paint(style.symbol(.bad), .bad)
        lines += style.paragraph(title + error, mark: mark, indent: 2)
      }
      for warning in JSONValue(ledgerText: step.warnings).texts.prefix(5)
      where !story.messages.contains(where: { $0.hasSuffix(warning) }) {
        lines += style.paragraph(
          title + warning, mark: style.paint(style.symbol(.caution), .caution), indent: 2, limit: 4)
      }
    }
    return lines
  }

  private func cells(_ step: StepRecord) -> [TextTable.Cell] {
    let (symbol, tint): (Symbol, Tint) =
      switch step.status {
      case "finished": JSONValue(ledgerText: step.warnings).texts.isEmpty ? (.good, .good) : (.caution, .caution)
      case "failed": (.bad, .bad)
      case RunFilter.running: (.dot, .strong)
      default: (.nothing, .faint)
      }
    let isMaker = step.kind == "source" || step.kind == "step"
    let kind = step.kind == "check" ? "checks" : step.kind
    func count(_ number: Int) -> String { number == 0 ? "" : NumberText.grouped(number) }
    let start = story.starts["\(step.kind) \(step.name)"]
    return [
      .init(style.symbol(symbol), tint), .init(style.cut(style.safe(step.name), to: 28), .strong),
      .init(style.cut(style.safe(step.type.isEmpty ? kind : "\(step.type) \(kind)"), to: 22), .faint),
      .init(style.safe(step.status), tint),
      .init(NumberText.grouped(isMaker ? step.rowsOut : step.rowsIn), right: true),
      .init(start.map { "+\(NumberText.duration(Double($0) / 1000))" } ?? "", .faint, right: true),
      .init(NumberText.duration(step.durationSeconds), .faint, right: true),
      .init(count(step.requests), right: true), .init(count(step.retries), right: true),
      .init(count(step.cacheHits), right: true),
    ]
  }

  /// The scores of each graded dataset in a line.
  private var datasets: [String] {
    var order: [String] = []
    var values: [String: [(String, Double?)]] = [:]
    for metric in story.metrics {
      if values[metric.dataset] == nil { order.append(metric.dataset) }
      values[metric.dataset, default: []].append((metric.name, metric.value))
    }
    if order.isEmpty { return [] }
    var table = TextTable(style: style)
    let names = ["overall_quality", "completeness", "uniqueness", "consistency", "validity", "row_count"]
    table.rows = [[.init("dataset", .faint)] + names.map { .init($0, .faint, right: true) }]
    table.rows += order.map { dataset in
      let known = values[dataset] ?? []
      return [.init(style.cut(style.safe(dataset), to: 40), .strong)]
        + names.map { name in
          .init(known.first { $0.0 == name }?.1.map { NumberText.short($0) } ?? "", right: true)
        }
    }
    return [style.heading("datasets")] + table.lines().map { "  \($0.text)" }
  }

  private var outputs: [String] {
    guard let outputs = story.report?["outputs"]?.elements, !outputs.isEmpty else { return [] }
    var table = TextTable(style: style)
    table.rows = outputs.map { output in
      let isPublished = output["published"] == .bool(true)
      let rows = output["rows"]?.plainText.flatMap { Int($0) } ?? 0
      return [
        .init(style.symbol(isPublished ? .good : .nothing), isPublished ? .good : .caution),
        .init(style.cut(style.safe(output["target"]?.plainText ?? ""), to: 48), .strong),
        .init(style.safe(output["type"]?.plainText ?? ""), .faint),
        .init(NumberText.count(rows, "row"), right: true), .init(isPublished ? "published" : "not published"),
      ]
    }
    return [style.heading("outputs")] + table.lines().map { "  \($0.text)" }
  }

  /// Why it did not pass: the messages, and the checks that do not hold.
  private var why: [String] {
    let open = story.checkResults.filter { $0.judgement.status != .passed }
    let isBad = run.outcome != nil && run.exitCode != 0
    let mark = isBad ? style.paint(style.symbol(.bad), .bad) : style.paint(style.symbol(.caution), .caution)
    var lines: [String] = []
    if run.outcome == "broken" {
      let words =
        "The process died before the run's end: it was killed, or the machine lost power. Nothing was published."
      lines += style.paragraph(words, mark: mark, indent: 2)
    } else if let reason = run.reason, !story.messages.contains(where: { $0 == reason }) {
      lines += style.paragraph(reason, mark: mark, indent: 2)
    }
    for message in story.messages.prefix(20) { lines += style.paragraph(message, mark: mark, indent: 2) }
    if !story.checks.isEmpty {
      lines += CheckList(open.isEmpty ? [] : story.checkResults, file: run.file ?? "", style: style).lines
    }
    if lines.isEmpty { return [] }
    return [style.heading(isBad ? "why" : "notes")] + lines
  }

  private var advice: [String] {
    let parts = RunAdvice(story).parts
    if parts.isEmpty { return [] }
    return [style.heading("what to do")]
      + parts.flatMap { part in
        // A command stands whole in a line of its own, so that it can be copied.
        style.paragraph(part.text, mark: style.symbol(.dot), indent: 2)
          + (part.command.map { ["      \(style.safe($0))"] } ?? [])
      }
  }
}
