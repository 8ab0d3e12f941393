internal import AssayEngine
internal import AssayQuality

extension SummaryBlocks {
  /// The last line: what the exit code means, and what became of the outputs.
  var verdict: [String] {
    let failed = count(.failed) + count(.error)
    let warned = count(.warned) + count(.noData)
    let passed = count(.passed)
    // Where the run did not break, it outlived what failed.
    let goneOn = report.steps.count { $0.status == "failed" }
    let tint: Tint = report.exitCode != 0 ? .bad : failed + warned + goneOn > 0 ? .caution : .good
    let words: String
    switch report.exitCode {
    case 0 where failed > 0:
      words = "let through: \(checks(failed)) failed, but this call fails on nothing (exit code 0)"
    case 0 where warned > 0: words = "passed with \(NumberText.count(warned, "warning")) (exit code 0)"
    case 0 where report.outcome == .warned && goneOn > 0:
      words = "passed, but \(NumberText.count(goneOn, "part")) of the run failed (exit code 0)"
    case 0 where report.outcome == .warned: words = "passed, and rows were left out of what was sent (exit code 0)"
    case 0 where report.datasets.isEmpty: words = "passed: no dataset was checked (exit code 0)"
    case 0: words = passed > 0 ? "passed: \(checks(passed)) (exit code 0)" : "passed (exit code 0)"
    case 1 where failed > 0: words = "gate failed: \(checks(failed)) (exit code 1)"
    case 1 where warned == 0 && goneOn > 0:
      words =
        "gate failed: \(NumberText.count(goneOn, "part")) of the run failed, and this call fails on warnings (exit code 1)"
    case 1: words = "gate failed: \(NumberText.count(warned, "warning")), and this call fails on warnings (exit code 1)"
    case 3: words = "the run broke: \(brokenPart) (exit code 3)"
    case 4: words = "a budget ran out before the work was done (exit code 4)"
    case 130, 143: words = "interrupted: the run was stopped before its end (exit code \(report.exitCode))"
    default: words = "ended with exit code \(report.exitCode)"
    }
    let line = published.map { "\(words); \($0)" } ?? words
    return style.wrap(line, width: style.textWidth).map { style.paint($0, tint) }
  }

  /// The score of the pipeline as a whole, where the file sets bounds on it.
  var score: [String] {
    guard let score = report.score else { return [] }
    let value = score.value.map { "overall \(NumberText.short($0))" } ?? "no data"
    return [style.heading("pipeline score", note: value)]
      + CheckList(score.checks, file: report.file, style: style).lines
  }

  /// What to do about a gate that failed.
  var advice: [String] {
    guard report.exitCode == 1 else { return [] }
    let failed = report.allChecks.filter { $0.line > 0 && $0.judgement.status == .failed }
    // What the call asks for stands in no file.
    let places = failed.filter { $0.check != "min_score" }
    var parts: [String] = []
    if let first = places.first, !report.file.isEmpty {
      let place = "\(style.safe(report.file)):\(first.line)"
      parts.append(
        "Mend the rows where they come from; or, where a rule asks too much, the rule (the first is at \(place)).")
    }
    if places.contains(where: { $0.judgement.failed > $0.judgement.sample.count }) {
      parts.append(
        "More failing rows, as many as failed_rows allows, are in the table of that name in the store: run \(style.safe(report.runID))."
      )
    }
    if places.contains(where: { !$0.judgement.sample.isEmpty }) {
      parts.append("Rows are counted from 1, a header not among them.")
    }
    if places.isEmpty, !failed.isEmpty { parts.append("Mend what lowers the score, or ask for less with --min-score.") }
    if parts.isEmpty { return [] }
    return [style.heading("what to do")] + parts.flatMap { style.paragraph($0, mark: style.symbol(.dot), indent: 2) }
  }

  private var brokenPart: String {
    let failed = report.steps.filter { $0.status == "failed" }
    // What broke the run before what it would have outlived.
    let ordered = failed.filter { !$0.toleratesFailure } + failed.filter(\.toleratesFailure)
    let names = ordered.map { step in
      "\(step.kind == "check" ? "checks of" : step.kind) '\(style.cut(style.safe(step.name), to: 40))'"
    }
    guard let first = names.first else { return "see why above" }
    return names.count == 1 ? "\(first) failed" : "\(first) and \(NumberText.grouped(names.count - 1)) more failed"
  }

  private var published: String? {
    let all = report.outputs.count
    let done = report.outputs.count(where: \.published)
    if done == 0 { return all > 0 || report.exitCode >= 3 ? "nothing was published" : nil }
    if report.exitCode == 0, done == all { return "\(NumberText.count(done, "output")) published" }
    return "\(NumberText.grouped(done)) of \(NumberText.count(all, "output")) published"
  }

  private func count(_ status: CheckStatus) -> Int {
    report.allChecks.count { $0.judgement.status == status }
  }

  private func checks(_ number: Int) -> String { NumberText.count(number, "check") }
}
