internal import AssayEngine
internal import AssayQuality
internal import AssayStore

/// The overall score with its trend, and a tile for each dimension.
struct HTMLScore {
  let dataset: RunReport.Dataset
  let report: RunReport
  let id: String

  init(_ dataset: RunReport.Dataset, report: RunReport, id: String) {
    self.dataset = dataset
    self.report = report
    self.id = id
  }

  /// A hint for the eye: what a score must reach is said by checks.
  static func tone(_ value: Double?) -> String {
    guard let value else { return "none" }
    return value >= 95 ? "good" : value >= 80 ? "warn" : "bad"
  }

  var markup: Markup {
    guard let metrics = dataset.metrics else {
      let reason: Markup =
        dataset.rows == 0 ? "No data: it has no rows, so it has no score." : "No score was asked for."
      return "<p class=\"card quiet\">\(reason)</p>\n"
    }
    let overall = metrics.overall.value
    return """
      <div class="scores">
      <section class="card score" aria-labelledby="\(id)-score"><h3 id="\(id)-score">Overall score</h3>
      <div class="pair">\(ring(overall))\(trend)</div></section>
      <ul class="tiles">
      \(metrics.dimensions.map(tile))</ul>
      </div>

      """
  }

  /// A ring that is full at 100, around the number.
  private func ring(_ value: Double?) -> Markup {
    let length = 2 * Double.pi * 44
    let words = value.map { "Overall score \(NumberText.short($0)) of 100" } ?? "Overall score: no data"
    return """
      <svg class="ring \(Self.tone(value))" viewBox="0 0 104 104" width="104" height="104" role="img"><title>\(words)</title>\
      <circle class="track" cx="52" cy="52" r="44"/>\
      <circle class="arc" cx="52" cy="52" r="44" transform="rotate(-90 52 52)" \
      stroke-dasharray="\(at: max(0, (value ?? 0) / 100 * length)) \(at: length)"/>\
      <text x="52" y="60" text-anchor="middle">\(value.map(NumberText.short) ?? "–")</text></svg>
      """
  }

  private var trend: Markup {
    let overall = dataset.metrics?.overall.value
    let values = dataset.earlierScores.map { $0["overall_quality"] } + [overall]
    guard dataset.earlierScores.contains(where: { $0["overall_quality"] != nil }) else {
      return "<p class=\"quiet trend\">There is no earlier run to compare with.</p>"
    }
    let first = dataset.earlierScores.first.map { DateWords.day($0.at) } ?? ""
    return """
      <div class="trend"><p>\(change(overall))</p>\(TrendChart(values).markup)\
      <p class="ends"><span>\(first)</span><span>\(DateWords.day(report.startedAt))</span></p></div>
      """
  }

  /// `+0.4 since the run before`.
  private func change(_ overall: Double?) -> Markup {
    guard let overall, let before = dataset.earlierScores.last(where: { $0["overall_quality"] != nil }),
      let earlier = before["overall_quality"]
    else { return "No data in this run" }
    let change = ((overall - earlier) * 100).rounded() / 100
    if change == 0 { return "As in the run before" }
    let tone = change > 0 ? "good" : "bad"
    return """
      <b class="\(tone)">\(change > 0 ? "+" : "−")\(NumberText.short(change.magnitude))</b> since the run before
      """
  }

  private func tile(_ metric: Metric) -> Markup {
    let earlier = dataset.earlierScores.map { $0[metric.name] }
    let spark: Markup? = earlier.contains { $0 != nil } ? Sparkline(earlier + [metric.value]).markup : nil
    let title = metric.name.prefix(1).uppercased() + metric.name.dropFirst()
    return """
      <li class="card tile \(Self.tone(metric.value))"><h3>\(title)</h3>\
      <p class="number">\(metric.value.map(NumberText.short) ?? "no data")\(spark)</p>\
      <div class="bar" aria-hidden="true"><i style="width:\(at: metric.value ?? 0)%"></i></div>\
      <p class="why">\(DimensionWords(metric).text)</p></li>

      """
  }
}
