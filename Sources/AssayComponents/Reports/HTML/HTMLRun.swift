internal import AssayEngine

/// How the run went: who fed whom as a graph, and every step with its times as a table.
struct HTMLRun {
  let report: RunReport

  init(_ report: RunReport) { self.report = report }

  /// Steps that are listed; beyond it, those that have nothing to tell are only counted.
  private static let shownSteps = 150
  private static let shownWarnings = 5

  var markup: Markup {
    if report.steps.isEmpty { return "" }
    return """
      <section class="card" aria-labelledby="run"><h2 id="run">The run</h2>
      \(HTMLGraph(report.steps).markup)\(table)\(remarks)</section>

      """
  }

  private var shown: [(place: Int, step: RunReport.Step)] {
    var free = Self.shownSteps - report.steps.count(where: \.isTroubled)
    return report.steps.enumerated().map { (place: $0.offset, step: $0.element) }.filter { entry in
      if entry.step.isTroubled { return true }
      free -= 1
      return free >= 0
    }.prefix(Self.shownSteps * 2).map { $0 }
  }

  private var table: Markup {
    let whole = report.steps.map { ($0.startSeconds ?? 0) + $0.durationSeconds }.max() ?? 0
    let asks = report.steps.contains { $0.counters.requests > 0 || $0.counters.cacheHits > 0 }
    let heads: Markup =
      asks
      ? "<th scope=\"col\" class=\"n\">Requests</th><th scope=\"col\" class=\"n\">Remembered</th>" : ""
    let rows = shown.map { row($0.step, whole: whole, asks: asks) }
    let more = report.steps.count - rows.count
    let rest: Markup = more > 0 ? "<p class=\"quiet\">and \(NumberText.count(more, "more step"))</p>\n" : ""
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Steps of the run"><table class="steps">
      <caption>All steps, with their part of the run's time</caption>
      <thead><tr><th scope="col">Step</th><th scope="col">Kind</th><th scope="col">State</th>\
      <th scope="col" class="n">Rows in</th><th scope="col" class="n">Rows out</th>\(heads)\
      <th scope="col" class="n">Time</th><th scope="col">When</th></tr></thead><tbody>
      \(rows)</tbody></table></div>
      \(rest)
      """
  }

  private func row(_ step: RunReport.Step, whole: Double, asks: Bool) -> Markup {
    let counters = step.counters
    let requests: Markup? =
      asks
      ? """
      <td class="n">\(Self.number(counters.requests))\
      \(counters.retries > 0 ? " (\(NumberText.count(counters.retries, "retry", plural: "retries")))" : "")</td>\
      <td class="n">\(Self.number(counters.cacheHits))</td>
      """ : nil
    let (tone, word) = Self.state(step)
    return """
      <tr><th scope="row">\(Markup.name(step.name, limit: 60))</th><td>\(Self.kind(step))</td>\
      <td class="\(tone)">\(word)</td><td class="n">\(Self.number(counters.rowsIn))</td>\
      <td class="n">\(Self.number(counters.rowsOut))</td>\(requests)\
      <td class="n">\(NumberText.duration(step.durationSeconds))</td><td class="when">\(Self.bar(step, whole: whole))</td></tr>

      """
  }

  private static func number(_ number: Int) -> String { number == 0 ? "–" : NumberText.grouped(number) }

  /// `csv source`, `checks`.
  static func kind(_ step: RunReport.Step) -> String {
    let kind = step.kind == "check" ? "checks" : step.kind
    return step.type.isEmpty ? kind : "\(step.type) \(kind)"
  }

  static func state(_ step: RunReport.Step) -> (tone: String, word: String) {
    switch step.status {
    case "finished" where step.counters.warningCount > 0:
      ("warn", NumberText.count(step.counters.warningCount, "warning"))
    case "finished": ("good", "finished")
    case "failed": ("bad", "failed")
    case "cancelled": ("none", "cancelled")
    default: ("none", step.status)
    }
  }

  /// When the step worked, as a part of the run.
  private static func bar(_ step: RunReport.Step, whole: Double) -> Markup {
    guard whole > 0, let start = step.startSeconds else { return "" }
    let width = max(1, step.durationSeconds / whole * 100)
    let left = min(start / whole * 100, 100 - width)
    return """
      <svg class="span \(step.status == "failed" ? "bad" : "")" viewBox="0 0 100 8" preserveAspectRatio="none" role="img">\
      <title>from \(NumberText.duration(start)) on, for \(NumberText.duration(step.durationSeconds))</title>\
      <rect class="track" width="100" height="8" rx="2"/><rect x="\(at: left)" width="\(at: width)" height="8" rx="1"/></svg>
      """
  }

  /// Errors and warnings, under the table.
  private var remarks: Markup {
    let items: [Markup] = shown.flatMap { entry -> [Markup] in
      let name = Markup.name(entry.step.name, limit: 60)
      var items: [Markup] = []
      if let error = entry.step.error {
        items.append("<li class=\"bad\"><b>\(name)</b> failed: \(cut(error, 1000))</li>\n")
      }
      let warnings = entry.step.counters.warnings
      items += warnings.prefix(Self.shownWarnings).map { "<li><b>\(name)</b> warned: \(cut($0, 600))</li>\n" }
      let more = max(entry.step.counters.warningCount, warnings.count) - min(warnings.count, Self.shownWarnings)
      if more > 0 { items.append("<li><b>\(name)</b>: and \(NumberText.count(more, "more warning"))</li>\n") }
      return items
    }
    return items.isEmpty ? "" : "<ul class=\"remarks\">\n\(items)</ul>\n"
  }
}
