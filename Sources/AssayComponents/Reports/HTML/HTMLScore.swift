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
      <text x="52" y="60" text-anchor="middle">\(value.map(Self.tenths) ?? "–")</text></svg>
      """
  }

  /// `98.2`, cut rather than rounded, so that only 100 is shown as 100.
  static func tenths(_ value: Double) -> String { NumberText.short((value * 10 + 1e-6).rounded(.down) / 10) }

  private var trend: Markup {
    let overall = dataset.metrics?.overall.value
    let values = dataset.earlierScores.map { $0["overall_quality"] } + [overall]
    guard dataset.earlierScores.contains(where: { $0["overall_quality"] != nil }) else {
      return "<p class=\"quiet trend\">No earlier run is known: the trend begins with the next one.</p>"
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

/// What a dimension's value comes from, in words.
struct DimensionWords {
  let text: String

  init(_ metric: Metric) {
    func count(_ name: String) -> Int? {
      metric.details.lazy.compactMap { detail -> Int? in
        if detail.name == name, case .count(let count) = detail.value { count } else { nil }
      }.first
    }
    var columns: [(name: String, number: Int?)] = []
    for detail in metric.details {
      switch detail.value {
      case .counts(let entries):
        columns += entries.filter { $0.value > 0 }.sorted { $0.value > $1.value }.map { ($0.name, $0.value) }
      case .names(let names): columns += names.map { ($0, nil) }
      case .count, .scores: break
      }
    }
    var lead = ""
    if let empty = count("null_cells"), let all = count("total_cells") {
      lead =
        empty == 0 ? "No cell is empty" : "\(NumberText.grouped(empty)) of \(NumberText.count(all, "cell")) are empty"
    } else if let repeated = count("duplicate_rows"), let all = count("total_rows") {
      lead =
        repeated == 0
        ? "No row repeats another"
        : "\(NumberText.grouped(repeated)) of \(NumberText.count(all, "row")) repeat an earlier one"
    } else if let outliers = count("total_outliers"), let all = count("total_numeric_values") {
      lead =
        all == 0
        ? "There are no numbers"
        : outliers == 0
          ? "No number is far out"
          : "\(NumberText.grouped(outliers)) of \(NumberText.count(all, "number")) are outliers"
    } else if let all = count("total_columns") {
      lead =
        columns.isEmpty
        ? "No column mixes numbers and texts"
        : "\(NumberText.grouped(columns.count)) of \(NumberText.count(all, "column")) mix types"
    }
    var names = columns.prefix(3).map { entry in
      cut(entry.name, 30) + (entry.number.map { " \(NumberText.grouped($0))" } ?? "")
    }
    if columns.count > 3 { names.append("and \(NumberText.grouped(columns.count - 3)) more") }
    text =
      names.isEmpty ? lead : lead.isEmpty ? names.joined(separator: ", ") : "\(lead): \(names.joined(separator: ", "))"
  }
}
