internal import AssayDefinition
package import AssayEngine
package import AssayQuality

/// A check of the least or the greatest value of a column: of numbers where the bounds are numbers, of dates where they
/// are dates.
package protocol ExtremeCheck: Check {
  var bounds: ExtremeBounds { get }
  /// What is judged: `greatest value`.
  var subject: String { get }
  /// The extreme among the moments, and among the dates.
  var ofNumbers: KeyPath<NumberMoments, Double?> { get }
  var ofDates: KeyPath<DateSpan, DateSpan.Entry?> { get }
}

extension ExtremeCheck {
  package var scope: CheckScope { .column }
  package var judgesRows: Bool { false }
  package var takesFilter: Bool { true }

  private func measure(_ place: CheckPlace) -> Measure { place.measure(bounds.numbers == nil ? .dateSpan : .moments) }

  package func measures(_ place: CheckPlace) -> [Measure] { [measure(place)] }

  package func judge(_ evidence: CheckEvidence, _ place: CheckPlace) -> CheckJudgement {
    let found = evidence[measure(place)]
    let severity = place.common.severity
    guard let numbers = bounds.numbers else {
      return judgeMoment(of: found, subject, min: bounds.min, max: bounds.max, severity: severity) {
        $0[keyPath: ofDates]
      }
    }
    return judgeReading(of: found, subject, numbers, severity: severity) { value in
      if case .moments(let moments) = value { moments.reading(ofNumbers) } else { nil }
    }
  }
}

/// The bounds of an extreme, both included: all numbers, or all dates.
package struct ExtremeBounds: Sendable {
  package var min: Graded<RangeBound>?
  package var max: Graded<RangeBound>?

  /// The bounds as numbers; nil where they are dates.
  var numbers: ValueThresholds? {
    func number(_ bound: RangeBound) -> Double { if case .number(let number) = bound { number } else { .nan } }
    guard all.allSatisfy({ if case .number = $0 { true } else { false } }) else { return nil }
    return ValueThresholds(min: min?.map(number), max: max?.map(number))
  }

  private var all: [RangeBound] {
    ((min?.bounds(.fail) ?? []) + (max?.bounds(.fail) ?? [])).map(\.value)
  }

  private var mixesKinds: Bool {
    let numbers = all.count { if case .number = $0 { true } else { false } }
    return numbers > 0 && numbers < all.count
  }

  /// The keys and rules of the bounds of what is named.
  static func schema(of subject: String, in kind: String) -> Schema<ExtremeBounds> {
    Schema(
      kind, ExtremeBounds(), summary: "Bounds, both included.",
      keys: [
        Key("min", \.min, "What the \(subject) must reach: a number, a date, or `{warn: …, fail: …}`."),
        Key(
          "max", \.max,
          "What the \(subject) may reach: a number, a date (that whole day), or `{warn: …, fail: …}`."),
      ],
      rules: [
        Rule("min") { $0.min == nil && $0.max == nil ? "'\(kind)' needs 'min', 'max' or both" : nil },
        Rule("max") { $0.mixesKinds ? "the bounds are all numbers or all dates" : nil },
        Rule("max") { bounds in
          guard case .one(.number(let low))? = bounds.min, case .one(.number(let high))? = bounds.max, low > high else {
            return nil
          }
          return "'min' is greater than 'max', so no value would hold"
        },
      ])
  }
}
