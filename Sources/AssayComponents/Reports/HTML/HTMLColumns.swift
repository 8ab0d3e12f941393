internal import AssayColumns
internal import AssayEngine
internal import AssayQuality

/// The columns of a dataset as small charts of one size.
struct HTMLColumns {
  let dataset: RunReport.Dataset
  let id: String

  /// Columns that are drawn; of the others, the names are listed.
  private static let shownColumns = 120

  init(_ dataset: RunReport.Dataset, id: String) {
    self.dataset = dataset
    self.id = id
  }

  var markup: Markup {
    // Without rows there is nothing to draw, and what was graded for its types alone was not measured for this.
    if dataset.columns.isEmpty || dataset.rows == 0 || dataset.metrics == nil { return names(dataset.columns[...]) }
    return """
      <section aria-labelledby="\(id)-columns"><h3 id="\(id)-columns">Columns</h3>
      <ul class="columns">
      \(dataset.columns.prefix(Self.shownColumns).map(card))</ul>
      \(names(dataset.columns.dropFirst(Self.shownColumns)))</section>

      """
  }

  private func names(_ columns: ArraySlice<ColumnFacts>) -> Markup {
    if columns.isEmpty { return "" }
    var names = columns.prefix(300).map { cut($0.name, 40) }
    if columns.count > 300 { names.append("and \(NumberText.grouped(columns.count - 300)) more") }
    let isRest = columns.count < dataset.columns.count
    return "<p class=\"quiet\">\(isRest ? "Further columns" : "Columns"): \(names.joined(separator: ", "))</p>\n"
  }

  private func card(_ facts: ColumnFacts) -> Markup {
    let filled = dataset.rows - facts.nulls
    let isUnfilled = facts.nulls > 0
    let share = dataset.rows == 0 ? 0 : Double(filled) / Double(dataset.rows) * 100
    let empty = "\(NumberText.grouped(facts.nulls)) empty (\(NumberText.percent(facts.nulls, of: dataset.rows)))"
    return """
      <li class="card column"><div class="top"><h4>\(Markup.name(facts.name, limit: 60))</h4>\
      <span class="type">\(facts.type?.rawValue ?? "no values")</span></div>\
      \(chart(facts))\
      <div class="fill" aria-hidden="true"><i style="width:\(at: share)%"></i></div>\
      <p class="marks"><span\(isUnfilled ? Self.marked : "")>\(isUnfilled ? empty : "none empty")</span>\(outliers(facts))</p></li>

      """
  }

  private static let marked: Markup = " class=\"nulls\""

  private func outliers(_ facts: ColumnFacts) -> Markup? {
    let spread: NumberSpread? =
      switch facts.distribution {
      case .numbers(let shape)?, .days(let shape)?: shape.spread
      case .values?, nil: nil
      }
    guard let spread else {
      return facts.distinct.map { "<span>\(NumberText.grouped($0)) distinct</span>" }
    }
    if spread.outliers == 0 { return "<span>no outliers</span>" }
    return "<span class=\"outliers\">\(NumberText.count(spread.outliers, "outlier"))</span>"
  }

  private func chart(_ facts: ColumnFacts) -> Markup {
    if facts.isPrivate { return Self.blank("private: its values are not shown") }
    if facts.nulls >= dataset.rows { return Self.blank("no values") }
    switch facts.distribution {
    case .numbers(let shape)?: return HistogramChart(shape, isDays: false).markup
    case .days(let shape)?: return HistogramChart(shape, isDays: true).markup
    case .values(let found)?: return FrequencyBars(found).markup
    case nil:
      if let distinct = facts.distinct { return Self.blank("\(NumberText.count(distinct, "different text"))") }
      return Self.blank("more than \(MeasureValues.distributionLimit) different texts")
    }
  }

  private static func blank(_ words: String) -> Markup { "<p class=\"blank\">\(words)</p>" }
}
