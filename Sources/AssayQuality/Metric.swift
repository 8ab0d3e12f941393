/// A side of quality that is scored by itself and counts in the overall score.
///
/// A new dimension is a case here, which fixes its place in the report, and a line in `DatasetMetrics.init`.
package enum Dimension: String, Sendable, Hashable, CaseIterable {
  case completeness, uniqueness, consistency, validity
  /// Counts only where it is configured: rows that are younger than an age.
  case timeliness
  /// Counts only where it is configured: evaluations of row checks that hold.
  case accuracy
}

/// One named fact behind a metric.
package struct MetricDetail: Sendable, Hashable {
  package enum Value: Sendable, Hashable {
    case count(Int)
    /// A number for each name, in order.
    case counts([Entry<Int>])
    case names([String])
    /// A score for each name, in order.
    case scores([Entry<Double>])
  }

  /// A name with its number.
  package struct Entry<Number: Sendable & Hashable>: Sendable, Hashable {
    package var name: String
    package var value: Number

    package init(_ name: String, _ value: Number) {
      self.name = name
      self.value = value
    }
  }

  package var name: String
  package var value: Value

  package init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// A metric of a dataset: 0 to 100, rounded to two places, with the counts it comes from.
package struct Metric: Sendable, Hashable {
  /// `completeness`, … or `overall_quality`.
  package var name: String
  /// nil where the dimension has no data.
  package var value: Double?
  /// The facts in the order of the report.
  package var details: [MetricDetail]

  package init(_ name: String, value: Double?, details: [MetricDetail]) {
    self.name = name
    self.value = value
    self.details = details
  }
}

/// A key of a report, which may be any text.
struct ReportKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Metric: Encodable {
  /// `{"value": …, "details": {…}}`, keys in order; an encoder that sorts or shuffles keys loses it.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ReportKey.self)
    let valueKey = ReportKey(stringValue: "value")
    if let value { try container.encode(value, forKey: valueKey) } else { try container.encodeNil(forKey: valueKey) }
    var facts = container.nestedContainer(keyedBy: ReportKey.self, forKey: ReportKey(stringValue: "details"))
    for detail in details {
      let key = ReportKey(stringValue: detail.name)
      switch detail.value {
      case .count(let count): try facts.encode(count, forKey: key)
      case .names(let names): try facts.encode(names, forKey: key)
      case .counts(let entries):
        var inner = facts.nestedContainer(keyedBy: ReportKey.self, forKey: key)
        for entry in entries { try inner.encode(entry.value, forKey: ReportKey(stringValue: entry.name)) }
      case .scores(let entries):
        var inner = facts.nestedContainer(keyedBy: ReportKey.self, forKey: key)
        for entry in entries { try inner.encode(entry.value, forKey: ReportKey(stringValue: entry.name)) }
      }
    }
  }
}
