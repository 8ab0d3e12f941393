/// How the values of a column are spread: what a report draws, and what drift is measured on.
package enum ColumnDistribution: Sendable, Hashable {
  case numbers(NumberShape)
  /// Days since 1970-01-01; of datetimes, the days that they lie in, in UTC.
  case days(NumberShape)
  /// The texts of a column that has few.
  case values(ValueFrequencies)
}

/// The spread of a column's numbers in full.
package struct NumberShape: Sendable, Hashable {
  package var spread: NumberSpread
  package var minimum: Double
  package var maximum: Double
  /// The 0th, 1st … 100th percentile, in order. Exact to 65,536 values; beyond that, of 16,384 evenly spread ones.
  package var percentiles: [Double]
  package var histogram: Histogram

  /// The bounds beyond which a value counts as an outlier: Q1 − 1.5·IQR and Q3 + 1.5·IQR.
  package var fences: (low: Double, high: Double) {
    let reach = 1.5 * (spread.thirdQuartile - spread.firstQuartile)
    return (spread.firstQuartile - reach, spread.thirdQuartile + reach)
  }
}

/// Counts of numbers in bins of one width.
package struct Histogram: Sendable, Hashable {
  /// How many bins a column gets that has more than one value.
  static let binCount = 24

  /// Where the first bin begins and the last one, which takes its end too, ends.
  package var low: Double
  package var high: Double
  package var counts: [Int]
  /// Values before the first bin, and behind the last.
  package var below = 0
  package var above = 0

  /// Empty bins over what is not far out: at most twice the outliers' distance from the quartiles, so that one wild
  /// value does not press all others into one bin.
  init(_ spread: NumberSpread, minimum: Double, maximum: Double) {
    let reach = 3 * (spread.thirdQuartile - spread.firstQuartile)
    // Where most values are one, the rest would all be far out.
    low = reach > 0 ? max(minimum, spread.firstQuartile - reach) : minimum
    high = reach > 0 ? min(maximum, spread.thirdQuartile + reach) : maximum
    counts = Array(repeating: 0, count: low < high ? Self.binCount : 1)
  }

  mutating func add(_ value: Double) {
    if value < low {
      below += 1
    } else if value > high {
      above += 1
    } else {
      // The halves keep a range of doubles that is wider than the greatest one from becoming infinite.
      let share = (value / 2 - low / 2) / (high / 2 - low / 2)
      let bin = share.isFinite ? Int(share * Double(counts.count)) : 0
      counts[min(bin, counts.count - 1)] += 1
    }
  }
}

/// How often each text of a column occurs.
package struct ValueFrequencies: Sendable, Hashable {
  package struct Entry: Sendable, Hashable {
    package var text: String
    package var count: Int

    package init(text: String, count: Int) {
      self.text = text
      self.count = count
    }
  }

  /// The most frequent first, then by text.
  package var entries: [Entry]

  package init(_ counts: [String: Int]) {
    entries = counts.map { Entry(text: $0.key, count: $0.value) }.sorted {
      $0.count != $1.count ? $0.count > $1.count : $0.text.utf8.lexicographicallyPrecedes($1.text.utf8)
    }
  }

  /// Values, nulls left out.
  package var total: Int { entries.reduce(0) { $0 + $1.count } }
}

extension MeasureValues {
  /// The most distinct texts of a column whose values are told one by one.
  package static let distributionLimit = 200

  /// What must be measured for the distributions of all columns.
  package static var distributionMeasures: [Measure] {
    [.everyColumn(.numberShape), .everyColumn(.dayShape), .everyColumn(.frequencies(limit: distributionLimit))]
  }

  /// How the values of a column are spread; nil where that was not measured, and for texts that are mostly distinct.
  package func distribution(at place: Int) -> ColumnDistribution? {
    if case .shape(let shape?) = self[.numberShape, at: place] { return .numbers(shape) }
    if case .shape(let shape?) = self[.dayShape, at: place] { return .days(shape) }
    guard case .frequencies(let found?) = self[.frequencies(limit: Self.distributionLimit), at: place],
      !found.entries.isEmpty
    else { return nil }
    return .values(found)
  }
}
