internal import AssayEngine
package import AssayQuality

/// The spread of numbers or days: bars, those beyond the fences in another colour, and what lies far out at the ends.
package struct HistogramChart {
  let shape: NumberShape
  let isDays: Bool

  package init(_ shape: NumberShape, isDays: Bool) {
    self.shape = shape
    self.isDays = isDays
  }

  private static let (width, floor, top) = (240.0, 58.0, 4.0)
  /// The width of the bars for what lies before the first bin and behind the last.
  private static let margin = 14.0

  package var markup: Markup {
    let bins = shape.histogram
    let left = bins.below > 0 ? Self.margin : 0
    let right = Self.width - (bins.above > 0 ? Self.margin : 0)
    let tallest = max(bins.counts.max() ?? 1, 1)
    let step = (right - left) / Double(bins.counts.count)
    let (low, high) = shape.fences
    var inner = ""
    var outer = ""
    for (index, count) in bins.counts.enumerated() where count > 0 {
      let height = Self.height(count, tallest)
      let gap = step > 3 ? 1.0 : 0
      let isSingle = bins.counts.count == 1
      let x = isSingle ? left + step * 0.45 : left + Double(index) * step + gap / 2
      let width = isSingle ? step * 0.1 : step - gap
      let bar = Self.bar(x, width, height)
      // A bin counts as far out where all of it is: a value on a fence is not, and a bin holds where it begins.
      let begin = Self.mix(bins.low, bins.high, Double(index) / Double(bins.counts.count))
      let end = Self.mix(bins.low, bins.high, Double(index + 1) / Double(bins.counts.count))
      if !isSingle, begin > high || end <= low { outer += bar } else { inner += bar }
    }
    if bins.below > 0 { outer += Self.bar(0, 8, Self.height(bins.below, tallest)) }
    if bins.above > 0 { outer += Self.bar(Self.width - 8, 8, Self.height(bins.above, tallest)) }
    let middle = left + (right - left) * share(shape.spread.median)
    let median: Markup? =
      bins.counts.count > 1
      ? "<path class=\"median\" d=\"M\(at: middle) 0V\(at: Self.floor)\"/>" : nil
    let far: Markup? = outer.isEmpty ? nil : "<path class=\"out\" d=\"\(outer)\"/>"
    return """
      <svg class="histogram" viewBox="0 0 240 60" preserveAspectRatio="none" role="img"><title>\(words)</title>\
      <path class="in" d="\(inner)"/>\(far)\(median)<path class="axis" d="M0 58.5H240"/></svg>\
      <p class="ends"><span>\(short(shape.minimum))</span><span>\(middleText)</span><span>\(short(shape.maximum))</span></p>
      """
  }

  private var middleText: Markup? {
    // Three dates are wider than the drawing.
    shape.minimum == shape.maximum || isDays ? nil : "median \(short(shape.spread.median))"
  }

  /// The place of a value between the ends of the bins, 0 to 1.
  private func share(_ value: Double) -> Double {
    let (low, high) = (shape.histogram.low, shape.histogram.high)
    let share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return share.isFinite ? min(max(share, 0), 1) : 0.5
  }

  private var words: String {
    let range = "from \(text(shape.minimum)) to \(text(shape.maximum)), median \(text(shape.spread.median))"
    let outliers = shape.spread.outliers
    return "\(NumberText.count(shape.spread.count, "value")) \(range), "
      + (outliers == 0 ? "no outliers" : NumberText.count(outliers, "outlier"))
  }

  private func text(_ value: Double) -> String {
    isDays ? ColumnDistribution.day(value) : NumberText.short(value)
  }

  /// A number in few characters: `1.52M`.
  private func short(_ value: Double) -> String {
    if isDays || value.magnitude < 1e6 { return text(value) }
    for (size, unit) in [(1e6, "M"), (1e9, "B"), (1e12, "T")] where value.magnitude < size * 1000 {
      return NumberText.short((value / size * 100).rounded() / 100) + unit
    }
    return text(value)
  }

  /// A few values among very many are still to be seen.
  private static func height(_ count: Int, _ tallest: Int) -> Double {
    max(2, (floor - top) * min(1, Double(count) / Double(tallest)))
  }

  private static func bar(_ x: Double, _ width: Double, _ height: Double) -> String {
    "M\(coordinate(x)) \(coordinate(floor))v-\(coordinate(height))h\(coordinate(width))v\(coordinate(height))z"
  }

  /// A value between two, also where their distance is infinite.
  private static func mix(_ low: Double, _ high: Double, _ share: Double) -> Double {
    low * (1 - share) + high * share
  }
}

/// The most frequent texts of a column as bars.
package struct FrequencyBars {
  let found: ValueFrequencies

  package init(_ found: ValueFrequencies) { self.found = found }

  private static let shown = 4

  package var markup: Markup {
    let total = found.total
    // One more is shown rather than counted alone.
    let shown = found.entries.count <= Self.shown ? Self.shown : Self.shown - 1
    let rows: [Markup] = found.entries.prefix(shown).map { entry in
      row(Markup.value(entry.text, limit: 40), entry.count, total, isRest: false)
    }
    let rest = found.entries.dropFirst(shown)
    let others: Markup? =
      rest.isEmpty
      ? nil
      : row("\(NumberText.count(rest.count, "other text"))", rest.reduce(0) { $0 + $1.count }, total, isRest: true)
    return "<ol class=\"frequencies\">\(rows)\(others)</ol>"
  }

  private func row(_ label: Markup, _ count: Int, _ total: Int, isRest: Bool) -> Markup {
    let share = Double(count) / Double(max(total, 1)) * 100
    return """
      <li\(isRest ? Self.rest : "")><i style="width:\(at: share)%"></i><span>\(label)</span>\
      <b>\(NumberText.percent(count, of: total))</b></li>
      """
  }

  private static let rest: Markup = " class=\"rest\""
}
