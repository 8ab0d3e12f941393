import AssayColumns

/// The verdict on a number that was read from a column's values.
///
/// No value is `no_data`. A column in which some value is no number does not hold.
package func judgeReading(
  of value: MeasureValue?, _ subject: String, _ thresholds: ValueThresholds, severity: Severity = .fail,
  _ read: (MeasureValue) -> NumberReading?
) -> CheckJudgement {
  let expected = sentence(subject, thresholds)
  if case .missing(let columns) = value { return .missing(columns, expected: expected, severity) }
  guard let reading = value.flatMap(read), reading.values > 0 else {
    return CheckJudgement(status: .noData, expected: expected)
  }
  if reading.numbers < reading.values {
    return .strangers(
      reading.values - reading.numbers, of: reading.values, "number", expected: expected, severity)
  }
  if let number = reading.value, number.isNaN {
    return CheckJudgement(
      status: severity.broken, observed: .text("no number, since infinite values are among those of the column"),
      expected: expected, evaluated: reading.values)
  }
  var judgement = judgeValue(reading.value, subject, thresholds, severity: severity, evaluated: reading.values)
  if case .number(let number)? = judgement.observed, number.isInfinite {
    judgement.observed = .text(number < 0 ? "minus infinity" : "infinity")
  }
  return judgement
}

/// The verdict on a date that was read from a column's values: as `judgeReading`, with dates for numbers.
///
/// A bound that is a date means that whole day.
package func judgeMoment(
  of value: MeasureValue?, _ subject: String, min: Graded<RangeBound>?, max: Graded<RangeBound>?,
  severity: Severity = .fail, _ read: (DateSpan) -> DateSpan.Entry?
) -> CheckJudgement {
  let expected = sentence(subject, min: min, max: max) { $0.words }
  if case .missing(let columns) = value { return .missing(columns, expected: expected, severity) }
  guard case .dates(let span) = value, span.values > 0 else {
    return CheckJudgement(status: .noData, expected: expected)
  }
  guard span.dates == span.values, let found = read(span) else {
    return .strangers(span.values - span.dates, of: span.values, "date", expected: expected, severity)
  }
  let bounds: [(status: CheckStatus, isBroken: Bool)] =
    (min?.bounds(severity) ?? []).map { ($0.status, $0.value.moment.map { found.moment < $0 } ?? true) }
    + (max?.bounds(severity) ?? []).map { ($0.status, $0.value.moment.map { found.moment.isBeyond($0) } ?? true) }
  return CheckJudgement(
    status: gravest(bounds), observed: .text(found.text), expected: expected,
    evaluated: span.values)
}

extension CheckJudgement {
  /// The verdict where some values are not of the kind that is measured: the check does not hold.
  fileprivate static func strangers(
    _ count: Int, of values: Int, _ kind: String, expected: String, _ severity: Severity
  ) -> CheckJudgement {
    let verb = count == 1 ? "is no \(kind)" : "are no \(kind)s"
    return CheckJudgement(
      status: severity.broken, observed: .text("\(count) of \(values) values \(verb)"), expected: expected,
      evaluated: values)
  }
}

extension RangeBound {
  /// The moment that a bound of text spells.
  fileprivate var moment: Moment? { if case .text(let text) = self { Moment(text) } else { nil } }

  /// The bound as it is written.
  fileprivate var words: String {
    switch self {
    case .number(let number): plain(number)
    case .text(let text): text
    }
  }
}

extension Moment {
  /// Whether the moment comes after a bound; after the end of the day, where that is a date.
  fileprivate func isBeyond(_ bound: Moment) -> Bool {
    guard bound.isDate else { return bound < self }
    return self >= Moment(seconds: bound.seconds + 86_400)
  }
}
