package import AssayEngine
internal import AssayQuality

/// The checks of a dataset or of the pipeline: those that do not hold in full with some of their rows, the others as a list.
package struct HTMLChecks {
  let checks: [RunReport.CheckResult]
  let file: String
  let id: String

  /// Checks that are told in full, and of those that hold, listed.
  private static let (shownChecks, shownPassed) = (50, 200)
  /// Columns of a failing row that are shown.
  private static let shownCells = 8

  package init(_ checks: [RunReport.CheckResult], file: String, id: String) {
    self.checks = checks
    self.file = file
    self.id = id
  }

  package var markup: Markup {
    let order: [CheckStatus] = [.failed, .error, .warned, .noData]
    let open = order.flatMap { status in checks.filter { $0.judgement.status == status } }
    let passed = checks.filter { $0.judgement.status == .passed }
    if open.isEmpty, passed.isEmpty { return "" }
    let more = open.count - Self.shownChecks
    let rest: Markup =
      more > 0
      ? "<p class=\"quiet\">and \(NumberText.count(more, "more check")) that \(more == 1 ? "does" : "do") not hold</p>\n"
      : ""
    let title: Markup = open.isEmpty ? "Checks" : "Checks that do not hold"
    return """
      <section aria-labelledby="\(id)-checks"><h3 id="\(id)-checks">\(title)</h3>
      \(open.prefix(Self.shownChecks).map(article))\(rest)\(list(passed))</section>

      """
  }

  private func article(_ result: RunReport.CheckResult) -> Markup {
    let judgement = result.judgement
    let (tone, word) = Self.tone(judgement.status)
    let column: Markup? = result.column.map { " <span>\(Markup.name($0, limit: 60))</span>" }
    let place: Markup? =
      result.line > 0 ? "<p class=\"place\">\(cut(file, 80)):\(result.line)</p>" : nil
    return """
      <article class="card check \(tone)"><div class="top"><p class="badge \(tone)">\(HTMLIcons.icon(tone))\(word)</p>\
      <h4>\(Markup.name(result.check, limit: 60))\(column)</h4>\(place)</div>
      <dl><div><dt>Expected</dt><dd>\(cut(judgement.expected, 400))</dd></div>\
      <div><dt>Found</dt><dd>\(found(judgement))</dd></div></dl>
      \(sample(judgement))</article>

      """
  }

  static func tone(_ status: CheckStatus) -> (tone: String, word: String) {
    switch status {
    case .passed: ("good", "Passed")
    case .warned: ("warn", "Warned")
    case .failed: ("bad", "Failed")
    case .error: ("bad", "Error")
    case .noData: ("warn", "No data")
    }
  }

  private func found(_ judgement: CheckJudgement) -> String {
    var parts: [String] = []
    if judgement.failed > 0, judgement.evaluated > 0 {
      let share = NumberText.percent(judgement.failed, of: judgement.evaluated)
      parts.append(
        "\(NumberText.grouped(judgement.failed)) of \(NumberText.grouped(judgement.evaluated)) fail (\(share))")
    }
    switch judgement.observed {
    case .text(let text)?: parts.append(cut(text, 400))
    case .number(let number)? where parts.isEmpty || !Self.isTold(number, judgement):
      parts.append(NumberText.short(number))
    default: break
    }
    if parts.isEmpty { return judgement.status == .noData ? "nothing to look at" : "nothing" }
    return parts.joined(separator: "; ")
  }

  /// Whether a number is what the counts say already: how many fail, or the share that holds.
  private static func isTold(_ number: Double, _ judgement: CheckJudgement) -> Bool {
    let share = 100 - Double(judgement.failed) / Double(max(judgement.evaluated, 1)) * 100
    return number == Double(judgement.failed) || (number - share).magnitude < 0.01
  }

  private func sample(_ judgement: CheckJudgement) -> Markup {
    guard let first = judgement.sample.first else { return "" }
    // Rows of one check have the same cells.
    let keys = first.key.map(\.name).filter { key in !first.cells.contains { $0.name == key } }.prefix(3)
    let cells = first.cells.map(\.name).prefix(Self.shownCells)
    let heads: [Markup] = (keys + cells).map { "<th scope=\"col\">\(Markup.name($0, limit: 40))</th>" }
    let rows: [Markup] = judgement.sample.map { row in
      let values: [Markup] =
        keys.map { key in Self.cell(row.key.first { $0.name == key }?.text) }
        + cells.map { name in Self.cell(row.cells.first { $0.name == name }?.text) }
      return "<tr><th scope=\"row\" class=\"n\">\(NumberText.grouped(row.row))</th>\(values)</tr>\n"
    }
    let all = max(judgement.failed, judgement.sample.count)
    let caption: Markup =
      all == rows.count
      ? "\(NumberText.count(all, "failing row"))" : "\(rows.count) of \(NumberText.count(all, "failing row"))"
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Failing rows"><table><caption>\(caption)</caption>
      <thead><tr><th scope="col" class="n">Row</th>\(heads)</tr></thead><tbody>
      \(rows)</tbody></table></div>

      """
  }

  private static func cell(_ text: String?) -> Markup {
    if text == Sampling.mask { return "<td><i class=\"null\">private</i></td>" }
    return "<td>\(Markup.value(text))</td>"
  }

  private func list(_ passed: [RunReport.CheckResult]) -> Markup {
    if passed.isEmpty { return "" }
    let items: [Markup] = passed.prefix(Self.shownPassed).map { result in
      let column: Markup? = result.column.map { " <span>\(Markup.name($0, limit: 60))</span>" }
      return
        "<li><b>\(Markup.name(result.check, limit: 60))</b>\(column) <span class=\"quiet\">\(cut(result.judgement.expected, 160))</span></li>\n"
    }
    let more = passed.count - items.count
    let rest: Markup = more > 0 ? "<li>and \(NumberText.count(more, "more check"))</li>" : ""
    return """
      <details class="card passed"><summary>\(HTMLIcons.icon("good"))\(NumberText.count(passed.count, "check")) passed</summary>\
      <ul>
      \(items)\(rest)</ul></details>

      """
  }
}
