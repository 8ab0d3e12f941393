package import AssayColumns

/// How a dataset's metrics become one score, and below which values it warns or fails.
package struct ScoreOptions: Sendable, Hashable {
  /// A metric that a threshold is set on.
  package enum Target: Sendable, Hashable {
    case overall
    case dimension(Dimension)

    /// The name in a pipeline file: `overall`, `completeness`, ….
    package var name: String {
      switch self {
      case .overall: "overall"
      case .dimension(let dimension): dimension.rawValue
      }
    }
  }

  /// The values, 0 to 100, below which a metric warns or fails.
  package struct Threshold: Sendable, Hashable {
    package var target: Target
    /// The column whose own score it is; nil for the dataset's.
    package var column: String?
    package var warnBelow: Double?
    package var failBelow: Double?

    package init(
      _ target: Target, of column: String? = nil, warnBelow: Double? = nil, failBelow: Double? = nil
    ) {
      self.target = target
      self.column = column
      self.warnBelow = warnBelow
      self.failBelow = failBelow
    }
  }

  /// The column of dates that timeliness is read from, and since when rows are timely.
  package struct Timeliness: Sendable, Hashable {
    package var column: String
    package var since: Moment

    package init(column: String, since: Moment) {
      self.column = column
      self.since = since
    }

    var measure: Measure { .count(where: RowTest(.since(since), columns: [column])) }
  }

  /// nil where the dimension is not configured.
  package var timeliness: Timeliness?
  /// Whether accuracy is a dimension.
  package var countsAccuracy = false
  /// Weights of the dimensions in the overall score; those not named weigh nothing. nil: all weigh the same.
  package var weights: [Dimension: Double]?
  /// Columns that are left out of a dimension.
  package var exclusions: [Dimension: [String]]
  /// In the order of the file.
  package var thresholds: [Threshold]

  package init(
    weights: [Dimension: Double]? = nil, exclusions: [Dimension: [String]] = [:], thresholds: [Threshold] = []
  ) {
    self.weights = weights
    self.exclusions = exclusions
    self.thresholds = thresholds
  }

  func excluded(from dimension: Dimension) -> [String] { exclusions[dimension] ?? [] }

  /// The mean of rounded scores, rounded again; nil where nothing counts.
  func mean(of scores: [MetricDetail.Entry<Double>]) -> Double? {
    var sum = 0.0
    var total = 0.0
    for score in scores {
      let weight = weights.map { weights in
        Dimension(rawValue: score.name).flatMap { weights[$0] } ?? 0
      }
      sum += score.value * (weight ?? 1)
      total += weight ?? 1
    }
    return total > 0 ? roundedToHundredths(sum / total) : nil
  }

  /// The outcome of each threshold, in order.
  package func outcomes(of metrics: DatasetMetrics) -> [ScoreOutcome] {
    thresholds.map { threshold in
      let value =
        switch (threshold.target, threshold.column) {
        case (.overall, _): metrics.overall.value
        case (.dimension(let dimension), nil): metrics[dimension]
        case (.dimension(let dimension), let column?): metrics.value(of: dimension, column: column)
        }
      return ScoreOutcome(threshold: threshold, value: value)
    }
  }
}

/// What a threshold says of a metric.
package struct ScoreOutcome: Sendable, Hashable {
  package var threshold: ScoreOptions.Threshold
  package var value: Double?

  package init(threshold: ScoreOptions.Threshold, value: Double?) {
    self.threshold = threshold
    self.value = value
  }

  package var status: CheckStatus {
    guard let value else { return .noData }
    if let least = threshold.failBelow, value < least { return .failed }
    if let least = threshold.warnBelow, value < least { return .warned }
    return .passed
  }

  /// `overall is at least 90 (warns below 95)`.
  package var expected: String {
    let name = threshold.column.map { "\(threshold.target.name) of \($0)" } ?? threshold.target.name
    switch (threshold.failBelow, threshold.warnBelow) {
    case (let fail?, let warn?): return "\(name) is at least \(plain(fail)) (warns below \(plain(warn)))"
    case (let least?, nil), (nil, let least?): return "\(name) is at least \(plain(least))"
    case (nil, nil): return "\(name) is known"
    }
  }
}
