internal import AssayColumns
package import AssayDefinition
package import AssayEngine
package import AssayQuality
internal import AssayStore

/// `freshness`: the newest date of a column is not too old.
package struct FreshnessCheck: Check, Component {
  var column = ""
  var maxAge: Graded<Duration>?

  package static let schema = Schema(
    "freshness", FreshnessCheck(), summary: "The newest date of a column is not older than a time.",
    details: """
      For a feed that has stopped while its file is still there. The age counts to the time of the run. Zones are heeded; a time
      without a zone counts in UTC, and a date as its midnight there, so that today's is up to a day old. A newest date in the
      future holds, and is told. A column without any date does not hold; other values beside dates are told, and passed over.
      """,
    keys: [
      Key("column", \.column, required: true, "The column of dates or datetimes."),
      Key("max_age", \.maxAge, required: true, "The greatest age, or `{warn: 12h, fail: 1d}`."),
    ],
    examples: [
      "dataset: [{freshness: {column: updated_at, max_age: 1d}, severity: warn}]",
      "dataset: [{freshness: {column: updated_at, max_age: {warn: 2h, fail: 1d}}, where: \"region = 'west'\"}]",
    ],
    faults: [
      FaultExample(
        "dataset: [{freshness: {column: updated_at, max_age: ⟪1}}]",
        "expected a duration such as 500ms, 10s, 5m, 2h or 1d, not '1'")
    ])

  package var scope: CheckScope { .dataset }
  package var judgesRows: Bool { false }
  package var takesFilter: Bool { true }

  private func measure(_ place: CheckPlace) -> Measure {
    .column(.dateSpan, column, filter: place.common.filter?.sql)
  }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let severity = place.common.severity
    var judgement = judgeValue(
      nil, "age", ValueThresholds(max: maxAge?.map(\.seconds)), severity: severity)
    judgement.expected = expected
    let span: DateSpan
    switch evidence[measure(place)] {
    case .dates(let found)?: span = found
    case let other: return judgeRows(other, RowClaim(expected, verb: ""), severity: severity)
    }
    guard evidence.rowCount > 0 else { return judgement }
    judgement.evaluated = span.values
    guard let newest = span.latest else {
      judgement.status = severity.broken
      judgement.observed = .text(
        span.values == 0
          ? "no row has a value in '\(column)'"
          : span.values == 1 ? "the one value is no date" : "none of the \(span.values) values is a date")
      return judgement
    }
    let milliseconds =
      evidence.now.milliseconds - newest.moment.seconds * 1000 - Int64(newest.moment.nanoseconds / 1_000_000)
    judgement.status =
      judgeValue(
        Double(milliseconds) / 1000, "age", ValueThresholds(max: maxAge?.map(\.seconds)), severity: severity
      ).status
    judgement.observed = .text(observed(newest, milliseconds, span))
    return judgement
  }

  private var expected: String {
    let subject = "the newest '\(column)' is at most"
    switch maxAge {
    case .one(let age), .pair(nil, let age?), .pair(let age?, nil): return "\(subject) \(age.text) old"
    case .pair(let warn?, let fail?): return "\(subject) \(fail.text) old (warns above \(warn.text))"
    case .pair(nil, nil), nil: return "\(subject) of any age"
    }
  }

  private func observed(_ newest: DateSpan.Entry, _ milliseconds: Int64, _ span: DateSpan) -> String {
    let age = Self.words(milliseconds.magnitude)
    var text = "the newest is \(newest.text), " + (milliseconds < 0 ? "\(age) in the future" : "\(age) old")
    let others = span.values - span.dates
    if others > 0 { text += "; \(others) of \(span.values) values \(others == 1 ? "is no date" : "are no dates")" }
    return text
  }

  /// A length of time in its two greatest units: `2d 3h`.
  private static func words(_ milliseconds: UInt64) -> String {
    if milliseconds < 1000 { return "\(milliseconds)ms" }
    var rest = milliseconds / 1000
    var parts: [String] = []
    for (size, unit) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] as [(UInt64, String)] {
      if rest >= size { parts.append("\(rest / size)\(unit)") } else if !parts.isEmpty { break }
      rest %= size
      if parts.count == 2 { break }
    }
    return parts.joined(separator: " ")
  }
}
