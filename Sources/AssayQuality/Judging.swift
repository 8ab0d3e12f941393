import AssayColumns

/// The verdict on a row check.
///
/// With no thresholds no evaluated row may fail. Nothing evaluated is `no_data`; a column that is not there breaks the
/// check. `observed` is the number of failing rows, or, where a share is asked for, the percentage (0 to 100, two
/// places) of rows that hold (`at_least`) or fail (`at_most`).
package func judgeRows(
  _ value: MeasureValue?, _ claim: RowClaim, _ thresholds: RowThresholds = RowThresholds(),
  severity: Severity = .fail, sampleSize: Int = 5
) -> CheckJudgement {
  let expected = sentence(claim, thresholds)
  let rows: RowTestValue
  switch value {
  case .rows(let value): rows = value
  case .missing(let columns): return .missing(columns, expected: expected, severity)
  default: return CheckJudgement(status: .noData, expected: expected)
  }
  guard rows.evaluated > 0 else { return CheckJudgement(status: .noData, expected: expected) }
  let held = rows.evaluated - rows.failed
  let bounds: [(status: CheckStatus, isBroken: Bool)] =
    (thresholds.atLeast?.bounds(severity) ?? []).map { ($0.status, isBelow(held, of: rows.evaluated, $0.value)) }
    + (thresholds.atMost?.bounds(severity) ?? []).map {
      ($0.status, isAbove(rows.failed, of: rows.evaluated, $0.value))
    }
  let unbounded = thresholds.atLeast == nil && thresholds.atMost == nil
  let broken = unbounded ? [(status: severity.broken, isBroken: rows.failed > 0)] : bounds
  return CheckJudgement(
    status: gravest(broken), observed: .number(observed(rows, thresholds)), expected: expected,
    evaluated: rows.evaluated, failed: rows.failed, sample: Array(rows.failures.prefix(sampleSize)))
}

/// The verdict on a single number. nil is `no_data`, broken bounds break the check; without bounds it holds.
///
/// `subject` starts the sentence: `row count`. `evaluated` is how many rows or values the number comes from.
package func judgeValue(
  _ value: Double?, _ subject: String, _ thresholds: ValueThresholds, severity: Severity = .fail, evaluated: Int = 0
) -> CheckJudgement {
  let expected = sentence(subject, thresholds)
  guard let value, !value.isNaN else {
    return CheckJudgement(status: .noData, expected: expected, evaluated: evaluated)
  }
  let bounds: [(status: CheckStatus, isBroken: Bool)] =
    (thresholds.min?.bounds(severity) ?? []).map { ($0.status, value < $0.value) }
    + (thresholds.max?.bounds(severity) ?? []).map { ($0.status, value > $0.value) }
  return CheckJudgement(
    status: gravest(bounds), observed: .number(value), expected: expected, evaluated: evaluated,
    bounds: ValueBounds(
      min: thresholds.min?.bounds(severity).map(\.value).max(), max: thresholds.max?.bounds(severity).map(\.value).min()
    ))
}

/// The verdict on what a measure found: counts and numeric cells are numbers, a missing column breaks the check.
package func judgeValue(
  of value: MeasureValue?, _ subject: String, _ thresholds: ValueThresholds, severity: Severity = .fail,
  evaluated: Int = 0
) -> CheckJudgement {
  var number: Double?
  switch value {
  case .count(let count): number = Double(count)
  case .cell(.integer(let integer)): number = Double(integer)
  case .cell(.decimal(let decimal)): number = decimal
  default: break
  }
  if case .missing(let columns) = value {
    return .missing(columns, expected: sentence(subject, thresholds), severity)
  }
  return judgeValue(number, subject, thresholds, severity: severity, evaluated: evaluated)
}

func gravest(_ bounds: [(status: CheckStatus, isBroken: Bool)]) -> CheckStatus {
  let broken = bounds.filter(\.isBroken).map(\.status)
  return broken.contains(.failed) ? .failed : broken.contains(.warned) ? .warned : .passed
}

/// How far a share may be beyond its bound by rounding alone: `99.9%` is no double, and one row of a million million is
/// more than this.
package let shareSlack = 1e-13

private func isBelow(_ held: Int, of evaluated: Int, _ bound: Amount) -> Bool {
  switch bound {
  case .share(let share): Double(held) / Double(evaluated) < share - shareSlack
  case .count(let count): held < count
  }
}

private func isAbove(_ failed: Int, of evaluated: Int, _ bound: Amount) -> Bool {
  switch bound {
  case .share(let share): Double(failed) / Double(evaluated) > share + shareSlack
  case .count(let count): failed > count
  }
}

private func observed(_ rows: RowTestValue, _ thresholds: RowThresholds) -> Double {
  func percent(_ part: Int) -> Double { roundedToHundredths(Double(part) / Double(rows.evaluated) * 100) }
  func asksForShare(_ bound: Graded<Amount>?) -> Bool {
    (bound?.bounds(.fail) ?? []).contains { if case .share = $0.value { true } else { false } }
  }
  if asksForShare(thresholds.atLeast) { return percent(rows.evaluated - rows.failed) }
  if asksForShare(thresholds.atMost) { return percent(rows.failed) }
  return Double(rows.failed)
}

private func sentence(_ claim: RowClaim, _ thresholds: RowThresholds) -> String {
  var parts: [String] = []
  if let atLeast = thresholds.atLeast {
    parts.append(
      phrase(atLeast) {
        "at least \($0.text(of: claim.noun)) \(claim.verb)"
      } warn: {
        "warns below \($0.text)"
      })
  }
  if let atMost = thresholds.atMost {
    parts.append(
      phrase(atMost) {
        "at most \($0.text(of: claim.noun)) fail"
      } warn: {
        "warns above \($0.text)"
      })
  }
  return parts.isEmpty ? claim.whole : parts.joined(separator: " and ")
}

/// What a value check asks for, in words.
func sentence(_ subject: String, _ thresholds: ValueThresholds) -> String {
  sentence(subject, min: thresholds.min, max: thresholds.max) { plain($0) }
}

/// What a check of a value with an order asks for, in words.
func sentence<Value>(
  _ subject: String, min: Graded<Value>?, max: Graded<Value>?, _ words: (Value) -> String
) -> String {
  var parts: [String] = []
  if let min {
    parts.append(
      phrase(min) {
        "at least \(words($0))"
      } warn: {
        "warns below \(words($0))"
      })
  }
  if let max {
    parts.append(
      phrase(max) {
        "at most \(words($0))"
      } warn: {
        "warns above \(words($0))"
      })
  }
  return parts.isEmpty ? "\(subject) is known" : "\(subject) is \(parts.joined(separator: " and "))"
}

/// A bound in words: that which fails, and behind it in brackets that which warns.
func phrase<Value>(
  _ bound: Graded<Value>, _ words: (Value) -> String, warn: (Value) -> String
) -> String {
  switch bound {
  case .one(let value), .pair(let value?, nil), .pair(nil, let value?): words(value)
  case .pair(let warning?, let fail?): "\(words(fail)) (\(warn(warning)))"
  case .pair(nil, nil): "any number"
  }
}
