/// What is kept of a column's distribution for a later run to compare with.
package enum DistributionSketch: Sendable, Hashable {
  case numbers(Quantiles)
  /// Days since 1970-01-01 in UTC.
  case days(Quantiles)
  case values(ValueFrequencies)

  package init(_ distribution: ColumnDistribution) {
    switch distribution {
    case .numbers(let shape): self = .numbers(Quantiles(count: shape.spread.count, percentiles: shape.percentiles))
    case .days(let shape): self = .days(Quantiles(count: shape.spread.count, percentiles: shape.percentiles))
    case .values(let found): self = .values(found)
    }
  }

  /// What the values are: `numbers`, `dates` or `texts`.
  package var noun: String {
    switch self {
    case .numbers: "numbers"
    case .days: "dates"
    case .values: "texts"
    }
  }

  /// Values, nulls left out.
  package var count: Int {
    switch self {
    case .numbers(let quantiles), .days(let quantiles): quantiles.count
    case .values(let found): found.total
    }
  }
}

/// A distribution function by its percentiles.
package struct Quantiles: Sendable, Hashable {
  /// The values that the percentiles were taken of.
  package var count: Int
  /// The 0th, 1st … 100th, in order.
  package var percentiles: [Double]

  package init(count: Int, percentiles: [Double]) {
    precondition(percentiles.count == 101, "the 0th to the 100th percentile")
    self.count = count
    self.percentiles = percentiles
  }

  /// The share of values up to a number, 0 to 1: exact where a percentile stands, linear between them.
  func share(upTo value: Double) -> Double {
    // The last percentile that is not above the value.
    let above = percentiles.firstIndex { $0 > value } ?? percentiles.count
    if above == 0 { return 0 }
    return share(between: above - 1, and: above, at: value)
  }

  /// The share of values below a number, 0 to 1.
  func share(below value: Double) -> Double {
    let from = percentiles.firstIndex { $0 >= value } ?? percentiles.count
    if from == 0 { return 0 }
    return share(between: from - 1, and: from, at: value)
  }

  private func share(between rank: Int, and next: Int, at value: Double) -> Double {
    guard next < percentiles.count else { return 1 }
    let (low, high) = (percentiles[rank], percentiles[next])
    // The halves keep a span of doubles that is wider than the greatest one from becoming infinite.
    let part = (value / 2 - low / 2) / (high / 2 - low / 2)
    return (Double(rank) + min(max(part.isFinite ? part : 0, 0), 1)) / 100
  }
}
