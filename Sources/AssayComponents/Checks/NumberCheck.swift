internal import AssayDefinition
package import AssayEngine
package import AssayQuality

/// A check of one number that is read from a column's values.
package protocol NumberCheck: Check {
  var bounds: NumberBounds { get }
  /// What the number is: `mean`.
  var subject: String { get }
  var measure: ColumnMeasure { get }
  /// The number in what the measure found.
  func read(_ value: MeasureValue) -> NumberReading?
}

extension NumberCheck {
  package var scope: CheckScope { .column }
  package var judgesRows: Bool { false }
  package var takesFilter: Bool { true }

  package func measures(_ place: CheckPlace) -> [Measure] { [place.measure(measure)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    judgeReading(
      of: evidence[place.measure(measure)], subject, ValueThresholds(min: bounds.min, max: bounds.max),
      severity: place.common.severity, read)
  }
}

extension CheckPlace {
  /// A measure of the column that the check stands under, over the rows that it judges.
  func measure(_ kind: ColumnMeasure) -> Measure { .column(kind, column ?? "", filter: common.filter?.sql) }
}

/// The bounds of a number, both included.
package struct NumberBounds: Sendable {
  package var min: Graded<Double>?
  package var max: Graded<Double>?

  /// The keys and rules of the bounds of what is named.
  static func schema(of subject: String, in kind: String) -> Schema<NumberBounds> {
    Schema(
      kind, NumberBounds(), summary: "Bounds, both included.",
      keys: [
        Key("min", \.min, "The least \(subject), or `{warn: …, fail: …}`."),
        Key("max", \.max, "The greatest \(subject), or `{warn: …, fail: …}`."),
      ],
      rules: [
        Rule("min") { $0.min == nil && $0.max == nil ? "'\(kind)' needs 'min', 'max' or both" : nil },
        Rule("max") { bounds in
          guard case .one(let low)? = bounds.min, case .one(let high)? = bounds.max, low > high else { return nil }
          return "'min' is greater than 'max', so no \(subject) would hold"
        },
      ])
  }
}
