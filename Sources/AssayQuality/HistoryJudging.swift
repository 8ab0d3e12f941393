/// A bound on how much a number changes: a share of what it was, or a difference.
package enum ChangeBound: Sendable, Hashable {
  /// 0.2 for 20%; negative for a fall.
  case share(Double)
  case difference(Double)

  /// `20%` or `100`.
  package var text: String {
    switch self {
    case .share(let share): "\(rough(share * 100))%"
    case .difference(let number): rough(number)
    }
  }
}

/// What a check of change asks for. A greatest change alone bounds rise and fall alike; with a least one, the change
/// counts with its sign.
package struct ChangeBounds: Sendable, Hashable {
  package var min: Graded<ChangeBound>?
  package var max: Graded<ChangeBound>?

  package init(min: Graded<ChangeBound>? = nil, max: Graded<ChangeBound>? = nil) {
    self.min = min
    self.max = max
  }

  /// What should hold of a number, in words.
  package func sentence(_ subject: String) -> String {
    var parts: [String] = []
    if let min { parts.append(words("at least", min, warn: "warns below")) }
    if let max { parts.append(words("at most", max, warn: "warns above")) }
    if parts.isEmpty { return "\(subject) is known" }
    return "\(subject) changes by \(parts.joined(separator: " and ")) since the last run"
  }

  private func words(_ start: String, _ bound: Graded<ChangeBound>, warn: String) -> String {
    switch bound {
    case .one(let value), .pair(let value?, nil), .pair(nil, let value?): "\(start) \(value.text)"
    case .pair(let warning?, let fail?): "\(start) \(fail.text) (\(warn) \(warning.text))"
    case .pair(nil, nil): "any number"
    }
  }
}

/// The verdict on how much a number has changed.
///
/// Of a number that was 0, any other is infinitely far in shares. Nothing is said of what `before` was made of: that it
/// may be compared is the caller's to know.
package func judgeChange(
  _ value: Double, since before: Double, _ subject: String, _ bounds: ChangeBounds, severity: Severity = .fail,
  evaluated: Int = 0
) -> CheckJudgement {
  let difference = value - before
  let share = difference == 0 ? 0 : difference / abs(before)
  let isSigned = bounds.min != nil
  func change(_ bound: ChangeBound) -> (change: Double, bound: Double) {
    switch bound {
    // A share that is just met is met, though neither is a double.
    case .share(let limit): (abs(share - limit) <= 1e-12 * max(1, abs(limit)) ? limit : share, limit)
    case .difference(let limit): (difference, limit)
    }
  }
  var broken: [CheckStatus] = []
  for bound in bounds.min?.bounds(severity) ?? [] {
    let (change, limit) = change(bound.value)
    if change < limit { broken.append(bound.status) }
  }
  for bound in bounds.max?.bounds(severity) ?? [] {
    let (change, limit) = change(bound.value)
    if (isSigned ? change : abs(change)) > limit { broken.append(bound.status) }
  }
  let sign = difference > 0 ? "+" : ""
  let percent = share.isFinite ? " (\(sign)\(rough(share * 100))%)" : ""
  return CheckJudgement(
    status: broken.contains(.failed) ? .failed : broken.contains(.warned) ? .warned : .passed,
    observed: .text("from \(rough(before)) to \(rough(value))\(percent)"), expected: bounds.sentence(subject),
    evaluated: evaluated)
}

/// Mean and standard deviation of earlier values.
package struct PastValues: Sendable, Hashable {
  package let count: Int
  package let mean: Double
  /// Of a sample: the sum of squares is divided by n − 1. 0 for fewer than two values.
  package let deviation: Double

  /// Of finite values. Welford's method (Technometrics 4, 1962), which loses nothing to cancellation.
  package init(_ values: [Double]) {
    var (mean, squares) = (0.0, 0.0)
    for (place, value) in values.enumerated() {
      let distance = value - mean
      mean += distance / Double(place + 1)
      squares += distance * (value - mean)
    }
    count = values.count
    self.mean = mean
    deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
  }

  /// How many standard deviations a value lies above the mean, below it if negative. Where all earlier values are one,
  /// infinite for any other; a difference in the last digits of a double is none.
  package func sigmas(of value: Double) -> Double {
    let distance = value - mean
    let digits = 1e-12 * max(abs(mean), abs(value))
    if abs(distance) <= digits { return 0 }
    return deviation <= digits ? distance * .infinity : distance / deviation
  }
}

/// The verdict on how far a number is from its mean over earlier runs.
/// - Parameters:
///   - sigmas: The most standard deviations.
///   - tolerance: A share of the mean, from 0; a value that close to it holds, however steady the past.
package func judgeAnomaly(
  _ value: Double, past: PastValues, _ subject: String, sigmas: Graded<Double>, tolerance: Double = 0,
  severity: Severity = .fail, evaluated: Int = 0
) -> CheckJudgement {
  let distance = past.sigmas(of: value)
  let isClose = abs(value - past.mean) <= tolerance * abs(past.mean)
  let broken = isClose ? [] : sigmas.bounds(severity).filter { abs(distance) > $0.value }.map(\.status)
  let side = distance < 0 ? "below" : "above"
  let far = abs(distance)
  let mean = "the mean \(rough(past.mean)) of \(past.count) runs"
  let observed =
    distance == 0
    ? "\(rough(value)), \(mean)"
    : far.isFinite
      ? "\(rough(value)), \(rough((far * 100).rounded() / 100)) sigmas \(side) \(mean)"
      : "\(rough(value)), where it was \(rough(past.mean)) in all of \(past.count) runs"
  return CheckJudgement(
    status: broken.contains(.failed) ? .failed : broken.contains(.warned) ? .warned : .passed,
    observed: .text(observed), expected: anomalySentence(subject, sigmas), evaluated: evaluated)
}

/// What should hold of a number that is judged by its past.
package func anomalySentence(_ subject: String, _ sigmas: Graded<Double>) -> String {
  switch sigmas {
  case .one(let value), .pair(let value?, nil), .pair(nil, let value?):
    "\(subject) is within \(rough(value)) sigmas of its mean over earlier runs"
  case .pair(let warning?, let fail?):
    "\(subject) is within \(rough(fail)) sigmas of its mean over earlier runs (warns beyond \(rough(warning)))"
  case .pair(nil, nil): "\(subject) is known"
  }
}

/// The verdict where too few earlier runs are there to compare with: it holds, and says why. A first run would pass no
/// gate that fails on warnings otherwise.
package func tooLittleHistory(_ runs: Int, of needed: Int, expected: String, evaluated: Int = 0) -> CheckJudgement {
  let text = needed == 1 ? "no earlier run" : "\(runs) of \(needed) runs"
  var judgement = CheckJudgement(
    status: .passed, observed: .text("too little history: \(text)"), expected: expected, evaluated: evaluated)
  judgement.lacksHistory = true
  return judgement
}

/// A number with at most six digits that tell, and no needless fraction.
package func rough(_ number: Double) -> String {
  guard number.isFinite, number != 0, number.rounded() != number else { return plain(number) }
  var scale = 1.0
  while abs(number) * scale < 1e5, scale < 1e12 { scale *= 10 }
  return plain((number * scale).rounded() / scale)
}
