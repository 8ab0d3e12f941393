internal import AssayEngine
internal import AssayQuality

/// How a run ended, in words for people.
struct PageVerdict {
  /// `Passed`, `Gate failed` …
  let word: String
  /// The class of its colour: `good`, `warn` or `bad`.
  let tone: String
  /// One or two sentences: the checks, and what became of the outputs.
  let sentence: String

  init(_ report: RunReport) {
    let failed = Self.count(report, [.failed, .error])
    let warned = Self.count(report, [.warned, .noData])
    let passed = Self.count(report, [.passed])
    switch report.exitCode {
    case 0 where failed > 0: (word, tone) = ("Let through", "warn")
    case 0 where warned > 0 || report.outcome == .warned: (word, tone) = ("Passed with warnings", "warn")
    case 0: (word, tone) = ("Passed", "good")
    case 1: (word, tone) = ("Gate failed", "bad")
    case 3: (word, tone) = ("The run broke", "bad")
    case 4: (word, tone) = ("A budget ran out", "warn")
    case 130, 143: (word, tone) = ("Interrupted", "warn")
    default: (word, tone) = ("Ended with exit code \(report.exitCode)", "bad")
    }
    var parts: [String] = []
    if failed > 0 { parts.append("\(NumberText.count(failed, "check")) failed") }
    if warned > 0 {
      parts.append(
        parts.isEmpty ? "\(NumberText.count(warned, "check")) warned" : "\(NumberText.grouped(warned)) warned")
    }
    if passed > 0 {
      parts.append(
        parts.isEmpty
          ? "\(passed == 1 ? "The one check holds" : "All \(NumberText.grouped(passed)) checks hold")"
          : "\(NumberText.grouped(passed)) passed")
    }
    let checks = parts.isEmpty ? "Nothing was checked." : parts.joined(separator: ", ") + "."
    sentence = [checks, Self.published(report)].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func published(_ report: RunReport) -> String {
    let all = report.outputs.count
    let done = report.outputs.count(where: \.published)
    if all == 0 { return report.exitCode >= 3 ? "Nothing was published." : "" }
    if done == 0 { return "Nothing was published." }
    if done == all {
      return all == 1 ? "The output was published." : "All \(NumberText.grouped(all)) outputs were published."
    }
    return "\(NumberText.grouped(done)) of \(NumberText.count(all, "output")) \(done == 1 ? "was" : "were") published."
  }

  private static func count(_ report: RunReport, _ statuses: [CheckStatus]) -> Int {
    report.allChecks.count { statuses.contains($0.judgement.status) }
  }
}

/// The top of the page.
struct HTMLHead {
  let report: RunReport

  init(_ report: RunReport) { self.report = report }

  private static let shownMessages = 20

  var markup: Markup {
    let verdict = PageVerdict(report)
    let about: Markup? = report.description.map { "<p class=\"about\">\(cut($0, 400))</p>\n" }
    return """
      <header class="top">
      <p class="brand">Assay <span>report of a run</span></p>
      <div class="headline"><h1>\(Markup.name(report.pipeline.isEmpty ? "Run" : report.pipeline))</h1>\
      <p class="badge \(verdict.tone)">\(HTMLIcons.icon(verdict.tone))\(verdict.word)</p></div>
      \(about)<p class="lead">\(verdict.sentence)</p>
      <dl class="facts">\(facts)</dl>
      \(messages)</header>
      """
  }

  private var facts: [Markup] {
    var facts: [Markup] = []
    func add(_ title: Markup, _ text: Markup) { facts.append("<div><dt>\(title)</dt><dd>\(text)</dd></div>") }
    if !report.startedAt.isEmpty {
      add("Started", "<time datetime=\"\(report.startedAt)\">\(DateWords.minute(report.startedAt))</time>")
    }
    add("Took", "\(NumberText.duration(report.durationSeconds))")
    if !report.file.isEmpty { add("File", "<code>\(cut(report.file, 120))</code>") }
    if !report.runID.isEmpty { add("Run", "<code>\(cut(report.runID, 60))</code>") }
    for param in report.params.prefix(12) {
      add("\(Markup.name(param.name, limit: 40))", Markup.value(param.value, limit: 80))
    }
    return facts
  }

  /// Why the run broke, or what else is to be known of it.
  private var messages: Markup {
    if report.messages.isEmpty { return "" }
    let broke = report.outcome == .error
    let lines: [Markup] = report.messages.prefix(Self.shownMessages).map { "<li>\(cut($0, 1000))</li>" }
    let more = report.messages.count - lines.count
    let rest: Markup = more > 0 ? "<li>and \(NumberText.count(more, "more message"))</li>" : ""
    return """
      <section class="note \(broke ? "bad" : "warn")" aria-labelledby="notes">\
      <h2 id="notes">\(broke ? "Why the run broke" : "Notes")</h2><ul>\(lines)\(rest)</ul></section>

      """
  }
}

/// Times as people read them.
package enum DateWords {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `24 Nov 2026`, of a text that begins as RFC 3339 does; the text itself for others.
  static func day(_ text: String) -> String {
    let parts = text.prefix(10).split(separator: "-")
    guard parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      (1...12).contains(month)
    else { return text }
    return "\(day) \(months[month - 1]) \(year)"
  }

  /// `24 Nov 2026, 06:15 UTC`.
  package static func minute(_ text: String) -> String {
    let utf8 = Array(text.utf8)
    guard utf8.count >= 17, utf8[10] == UInt8(ascii: "T"), utf8.last == UInt8(ascii: "Z") else { return text }
    return "\(day(text)), \(String(decoding: utf8[11..<16], as: UTF8.self)) UTC"
  }
}
