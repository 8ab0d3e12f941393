package import AssayFormats
package import AssayColumns
internal import AssayQuality

extension RunReport {
  /// The JSON report: keys in a fixed order, arrays by place in the file.
  package var json: JSONValue {
    .object([
      "report_version": .integer(Int64(Self.version)),
      "outcome": .string(outcome.rawValue),
      "exit_code": .integer(Int64(exitCode)),
      "pipeline": .object([
        "name": .string(pipeline), "file": .string(file), "definition_sha256": .string(definitionSHA256),
      ]),
      "run": .object([
        "id": .string(runID), "started_at": .string(startedAt), "finished_at": .string(finishedAt),
        "duration_seconds": .decimal(milliseconds(durationSeconds)), "params": paramsJSON,
        "assay_version": .string(assayVersion),
      ]),
      "steps": .array(steps.map(\.json)),
      "datasets": .array(datasets.map(\.json)),
      "outputs": .array(
        outputs.map {
          .object([
            "type": .string($0.type), "target": .string($0.target), "rows": .integer(Int64($0.rows)),
            "published": .bool($0.published),
          ])
        }),
      "score": score.map {
        .object([
          "overall_quality": $0.value.map { .decimal($0) } ?? .null, "checks": .array($0.checks.map(\.json)),
        ])
      } ?? .null,
    ])
  }

  private var paramsJSON: JSONValue {
    var object = JSONObject()
    for param in params { object.set(param.name, to: .string(param.value)) }
    return .object(object)
  }
}

/// Seconds to the millisecond.
private func milliseconds(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

extension JSONValue {
  /// A string, or null.
  package static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  /// A cell's value.
  package init(_ cell: Cell) {
    switch cell {
    case .null: self = .null
    case .text(let text): self = .string(text)
    case .integer(let value): self = .integer(value)
    case .decimal(let value): self = value.isFinite ? .decimal(value) : .null
    case .boolean(let value): self = .bool(value)
    }
  }
}

extension RunReport.Step {
  package var json: JSONValue {
    .object([
      "name": .string(name), "kind": .string(kind), "type": .string(type), "status": .string(status),
      "rows_in": .integer(Int64(counters.rowsIn)), "rows_out": .integer(Int64(counters.rowsOut)),
      "duration_seconds": .decimal(milliseconds(durationSeconds)), "requests": .integer(Int64(counters.requests)),
      "retries": .integer(Int64(counters.retries)), "cache_hits": .integer(Int64(counters.cacheHits)),
      "warnings": .array(counters.warnings.map { .string($0) }), "error": .optional(error),
      "enrichment": enrichmentJSON ?? .null,
    ])
  }

  /// What came of a look-up; nil for all else.
  var enrichmentJSON: JSONValue? {
    counters.enrichment?.json(
      requests: counters.requests, retries: counters.retries, cost: counters.cost,
      seconds: milliseconds(durationSeconds))
  }
}
