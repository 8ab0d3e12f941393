/// How a check came out.
package enum CheckStatus: String, Sendable, Hashable, CaseIterable {
  case passed, warned, failed, error
  case noData = "no_data"
}

/// What a check does to the gate when it does not hold.
package enum Severity: String, Sendable, Hashable, CaseIterable {
  case fail, warn

  /// The status of a check of this severity that does not hold.
  package var broken: CheckStatus { self == .fail ? .failed : .warned }
}

/// A check's verdict, as the report tells it.
package struct CheckJudgement: Sendable, Hashable {
  /// What was found, a number or a text.
  package enum Observed: Sendable, Hashable {
    case number(Double)
    case text(String)
  }

  package var status: CheckStatus
  package var observed: Observed?
  /// What should hold, as a short sentence: `at least 95% of values match`.
  package var expected: String
  /// Rows (or values) that were judged, and those of them that fail.
  package var evaluated: Int
  package var failed: Int
  package var sample: [FailingRow]
  /// The bounds that `observed` is held against, where it is one number.
  package var bounds: ValueBounds?
  /// Whether it holds only since too few earlier runs are known to judge by.
  package var lacksHistory = false

  package init(
    status: CheckStatus, observed: Observed? = nil, expected: String, evaluated: Int = 0, failed: Int = 0,
    sample: [FailingRow] = [], bounds: ValueBounds? = nil
  ) {
    self.status = status
    self.observed = observed
    self.expected = expected
    self.evaluated = evaluated
    self.failed = failed
    self.sample = sample
    self.bounds = bounds
  }

  /// The verdict where the run broke before the check could be judged: it says nothing about the data.
  package static func unjudged(_ why: String, expected: String) -> CheckJudgement {
    CheckJudgement(status: .error, observed: .text("not judged: \(why)"), expected: expected)
  }

  /// The verdict where columns are not there: the check does not hold.
  package static func missing(_ columns: [String], expected: String, _ severity: Severity) -> CheckJudgement {
    let names = columns.map { "'\($0)'" }.joined(separator: ", ")
    let text = columns.count == 1 ? "there is no column \(names)" : "there are no columns \(names)"
    return CheckJudgement(status: severity.broken, observed: .text(text), expected: expected)
  }
}

/// Between which numbers a value holds: the tightest bounds of a check, those that warn too. nil: no bound.
package struct ValueBounds: Sendable, Hashable {
  package var min: Double?
  package var max: Double?

  package init(min: Double? = nil, max: Double? = nil) {
    self.min = min
    self.max = max
  }

  /// How far a value is out of bounds; 0 within them.
  package func distance(to value: Double) -> Double {
    Swift.max(min.map { $0 - value } ?? 0, max.map { value - $0 } ?? 0, 0)
  }
}

extension ScoreOptions.Threshold {
  /// The bounds of the score.
  package var bounds: ValueBounds { ValueBounds(min: [warnBelow, failBelow].compactMap(\.self).max()) }
}

/// A number without a needless fraction: `95`, `99.5`.
func plain(_ number: Double) -> String {
  if let integer = Int(exactly: number) { return String(integer) }
  return number.description
}
