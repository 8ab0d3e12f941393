internal import AssayColumns
package import AssayFormats
internal import AssayQuality

extension RunReport.Dataset {
  package var json: JSONValue {
    var metricsJSON = JSONObject()
    for metric in metrics?.all ?? [] {
      metricsJSON.set(
        metric.name, to: .object(["value": metric.value.map { .decimal($0) } ?? .null, "details": metric.detailsJSON]))
    }
    return .object([
      "name": .string(name), "rows": .integer(Int64(rows)),
      "columns": .array(columns.map { $0.json(withDistribution: isProfiled) }),
      "metrics": .object(metricsJSON), "checks": .array(checks.map(\.json)),
    ])
  }
}

extension ColumnFacts {
  /// The facts under the report's keys; what was not measured is null.
  func json(withDistribution: Bool) -> JSONValue {
    .object([
      "name": .string(name), "type": .string(type?.rawValue ?? "null"), "nulls": .integer(Int64(nulls)),
      "distinct": distinct.map { .integer(Int64($0)) } ?? .null, "min": minimum.map { JSONValue($0) } ?? .null,
      "max": maximum.map { JSONValue($0) } ?? .null,
      "distribution": withDistribution ? distribution?.json ?? .null : .null,
    ])
  }
}

extension Metric {
  /// The counts behind the metric, in the order of the report.
  package var detailsJSON: JSONValue {
    var object = JSONObject()
    for detail in details {
      let value: JSONValue =
        switch detail.value {
        case .count(let count): .integer(Int64(count))
        case .names(let names): .array(names.map { .string($0) })
        case .counts(let entries):
          .object(entries.reduce(into: JSONObject()) { $0.set($1.name, to: .integer(Int64($1.value))) })
        case .scores(let entries):
          .object(entries.reduce(into: JSONObject()) { $0.set($1.name, to: .decimal($1.value)) })
        }
      object.set(detail.name, to: value)
    }
    return .object(object)
  }
}

extension RunReport.CheckResult {
  package var json: JSONValue {
    let observed = judgement.observed?.json ?? .null
    let known: JSONValue =
      baseline.map { known in
        .object([
          "failed": known.failed.map { .integer(Int64($0)) } ?? .null, "observed": known.observed?.json ?? .null,
          "verdict": .string(known.verdict.rawValue),
        ])
      } ?? .null
    return .object([
      "check": .string(check), "column": .optional(column), "severity": .string(severity.rawValue),
      "status": .string(judgement.status.rawValue), "observed": observed, "expected": .string(judgement.expected),
      "evaluated": .integer(Int64(judgement.evaluated)), "failed": .integer(Int64(judgement.failed)),
      "sample": .array(judgement.sample.map(\.json)),
      "location": .object(["line": .integer(Int64(line)), "column": .integer(Int64(columnInFile))]),
      "baseline": known,
    ])
  }
}

extension FailingRow {
  /// `{"row": 3, "key": {"id": "7"}, "values": {"email": "x"}}`.
  package var json: JSONValue {
    func object(_ cells: [NamedText]) -> JSONValue {
      .object(cells.reduce(into: JSONObject()) { $0.set($1.name, to: .optional($1.text)) })
    }
    return .object(["row": .integer(Int64(row)), "key": object(key), "values": object(cells)])
  }
}
