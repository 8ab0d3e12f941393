/// A bound that a check sets: one value, which breaks with the check's severity, or one each for warning and failing.
package enum Graded<Value: Sendable & Hashable>: Sendable, Hashable {
  case one(Value)
  case pair(warn: Value?, fail: Value?)

  /// The same bounds in another unit.
  package func map<Other>(_ change: (Value) -> Other) -> Graded<Other> {
    switch self {
    case .one(let value): .one(change(value))
    case .pair(let warn, let fail): .pair(warn: warn.map(change), fail: fail.map(change))
    }
  }

  /// The bounds by the status that breaking them has, the gravest first.
  package func bounds(_ severity: Severity) -> [(status: CheckStatus, value: Value)] {
    switch self {
    case .one(let value): return [(severity.broken, value)]
    case .pair(let warn, let fail):
      var bounds: [(status: CheckStatus, value: Value)] = []
      // A check of severity warn never fails the gate, whatever its bounds are called.
      if let fail { bounds.append((severity.broken, fail)) }
      if let warn { bounds.append((.warned, warn)) }
      return bounds
    }
  }
}

/// A part of the evaluated rows: a share (0 to 1) or a count.
package enum Amount: Sendable, Hashable {
  case share(Double)
  case count(Int)

  /// `95%` or `10`.
  var text: String {
    switch self {
    // Percentages are written with few digits; rounding hides that 0.07 × 100 is 7.000000000000001.
    case .share(let share): plain(((share * 100) * 1e9).rounded() / 1e9) + "%"
    case .count(let count): String(count)
    }
  }

  /// `95% of values` or `10 values`.
  func text(of noun: String) -> String {
    switch self {
    case .share: "\(text) of \(noun)"
    case .count: "\(text) \(noun)"
    }
  }
}

/// What a row check asks for.
package struct RowThresholds: Sendable, Hashable {
  /// Rows that must hold at least.
  package var atLeast: Graded<Amount>?
  /// Rows that may fail at most. With neither bound no row may.
  package var atMost: Graded<Amount>?

  package init(atLeast: Graded<Amount>? = nil, atMost: Graded<Amount>? = nil) {
    self.atLeast = atLeast
    self.atMost = atMost
  }
}

/// What a value check asks for, both ends included.
package struct ValueThresholds: Sendable, Hashable {
  package var min: Graded<Double>?
  package var max: Graded<Double>?

  package init(min: Graded<Double>? = nil, max: Graded<Double>? = nil) {
    self.min = min
    self.max = max
  }
}

/// The words of a row check.
package struct RowClaim: Sendable, Hashable {
  /// What holds when no row fails: `no value is null`.
  package var whole: String
  /// What is counted: `values`, `rows`.
  package var noun: String
  /// What holds of those that hold, in the plural: `are not null`, `match`.
  package var verb: String

  package init(_ whole: String, noun: String = "values", verb: String) {
    self.whole = whole
    self.noun = noun
    self.verb = verb
  }
}
