import Glibc

extension DistributionSketch {
  /// The population stability index against an earlier distribution: Σ (p − q) · ln(p / q) over bins; 0 for the same,
  /// and by an old rule of thumb little below 0.1 and much from 0.2 or 0.25 on. nil where one has no values, or they
  /// are of different kinds.
  ///
  /// Numbers and dates fall into bins at the earlier deciles, so ten of them; a value at which deciles coincide has a
  /// bin to itself. Of texts each is a bin, whether it occurs in one distribution or both. Every count is raised by a
  /// half, as Jeffreys' prior for shares does, so that an empty bin is not infinitely far from a full one. Of few values
  /// chance alone makes about (bins − 1) · (1/n + 1/m).
  ///
  /// Source: N. Siddiqi, Credit Risk Scorecards (2006), chapter 9; B. Yurdakul, Statistical Properties of the Population
  /// Stability Index (2018).
  package func stabilityIndex(against before: DistributionSketch) -> Double? {
    guard count > 0, before.count > 0, let bins = bins(against: before) else { return nil }
    let filled = bins.filter { $0.now > 0 || $0.before > 0 }
    let spread = Double(filled.count) / 2
    return filled.reduce(0) { sum, bin in
      let now = (bin.now * Double(count) + 0.5) / (Double(count) + spread)
      let then = (bin.before * Double(before.count) + 0.5) / (Double(before.count) + spread)
      return sum + (now - then) * log(now / then)
    }
  }

  /// The statistic of Kolmogorov and Smirnov against an earlier distribution: the greatest distance of the distribution
  /// functions, from 0 to 1. nil where one has no values, or they are of different kinds.
  ///
  /// The functions are known by their percentiles, so it is exact to about 0.01. Texts have no order by which they would
  /// have a distribution function: of them it is the greatest distance of probabilities over any set of texts, the total
  /// variation, which is never less than the statistic in any order.
  ///
  /// Source: N. Smirnov, Table for Estimating the Goodness of Fit of Empirical Distributions (1948).
  package func greatestDistance(from before: DistributionSketch) -> Double? {
    guard count > 0, before.count > 0 else { return nil }
    switch (self, before) {
    case (.numbers(let now), .numbers(let then)), (.days(let now), .days(let then)):
      return (now.percentiles + then.percentiles).reduce(0) { greatest, value in
        max(
          greatest, abs(now.share(upTo: value) - then.share(upTo: value)),
          abs(now.share(below: value) - then.share(below: value)))
      }
    case (.values, .values):
      return bins(against: before).map { $0.reduce(0) { $0 + abs($1.now - $1.before) } / 2 }
    default: return nil
    }
  }

  /// The shares of both distributions in bins that the earlier one makes; nil for values of different kinds.
  private func bins(against before: DistributionSketch) -> [(now: Double, before: Double)]? {
    switch (self, before) {
    case (.numbers(let now), .numbers(let then)), (.days(let now), .days(let then)):
      var bins: [(now: Double, before: Double)] = []
      var below = (now: 0.0, before: 0.0)
      for cut in then.decileCuts {
        let upTo = (now: now.share(at: cut), before: then.share(at: cut))
        bins.append((max(0, upTo.now - below.now), max(0, upTo.before - below.before)))
        below = upTo
      }
      return bins + [(max(0, 1 - below.now), max(0, 1 - below.before))]
    case (.values(let now), .values(let then)):
      let known = Dictionary(now.entries.map { ($0.text, $0.count) }) { first, _ in first }
      let texts = Set(then.entries.map(\.text))
      return then.entries.map { entry in
        (Double(known[entry.text] ?? 0) / Double(now.total), Double(entry.count) / Double(then.total))
      } + now.entries.filter { !texts.contains($0.text) }.map { (Double($0.count) / Double(now.total), 0) }
    default: return nil
    }
  }
}

extension Quantiles {
  /// Where a bin ends, with its last value or before it.
  fileprivate struct Cut {
    var value: Double
    var includesValue: Bool
  }

  fileprivate func share(at cut: Cut) -> Double {
    cut.includesValue ? share(upTo: cut.value) : share(below: cut.value)
  }

  /// The deciles as ends of bins, each value once; one at which several lie is parted from what is below.
  fileprivate var decileCuts: [Cut] {
    let deciles = stride(from: 10, through: 90, by: 10).map { percentiles[$0] }
    var cuts: [Cut] = []
    for (place, value) in deciles.enumerated() where place == 0 || value != deciles[place - 1] {
      if place + 1 < deciles.count, deciles[place + 1] == value {
        cuts.append(Cut(value: value, includesValue: false))
      }
      cuts.append(Cut(value: value, includesValue: true))
    }
    return cuts
  }
}
