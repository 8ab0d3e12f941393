package import AssayFormats
internal import AssayEngine
internal import AssayQuality
internal import AssayStore

extension RunDiff {
  /// All that changed, keys in this order; rows without a limit.
  package var json: JSONValue {
    func run(_ record: RunHead) -> JSONValue {
      .object([
        "id": .string(record.id), "pipeline": .string(record.pipeline), "started_at": .string(record.startedAt),
        "outcome": .optional(record.outcome),
      ])
    }
    return .object([
      "before": run(RunHead(before)), "after": run(RunHead(after)), "changed": .bool(hasChanged),
      "datasets": .array(datasets.map(\.json)),
    ])
  }
}

extension RunDiff.Dataset {
  fileprivate var json: JSONValue {
    .object([
      "name": .string(name), "changed": .bool(hasChanged),
      "metrics": .array(
        metrics.map {
          .object(["name": .string($0.name), "before": number($0.before), "after": number($0.after)])
        }),
      "columns": .array(
        columns.map {
          .object([
            "name": .string($0.name), "change": .string($0.kind.rawValue), "before": .optional($0.before),
            "after": .optional($0.after),
          ])
        }),
      "checks": .array(
        checks.map {
          .object([
            "check": .string($0.check), "column": .optional($0.column), "before": state($0.before),
            "after": state($0.after),
          ])
        }),
      "rows": rowsJSON,
    ])
  }

  private func number(_ value: Double?) -> JSONValue {
    value.map { number in Int64(exactly: number).map { .integer($0) } ?? .decimal(number) } ?? .null
  }

  private func state(_ state: RunDiff.CheckState?) -> JSONValue {
    state.map { .object(["status": .string($0.status), "failed": .integer(Int64($0.failed))]) } ?? .null
  }

  private var rowsJSON: JSONValue {
    switch rows {
    case .unknown(let reason): return .object(["compared": false, "reason": .string(reason)])
    case .compared(let key, let found):
      func named(_ cells: [String?]) -> JSONValue {
        .object(JSONObject(zip(key, cells).map { ($0, JSONValue.optional($1)) }))
      }
      return .object([
        "compared": true, "key": .array(key.map { .string($0) }), "unchanged": .integer(Int64(found.unchanged)),
        "added": .array(found.added.map(named)), "removed": .array(found.removed.map(named)),
        "changed": .array(
          found.changed.map { row in
            .object(["key": named(row.key), "columns": .array(row.columns.map { .string($0) })])
          }),
      ])
    }
  }
}

/// What is told of a run itself.
struct RunHead {
  var id: String
  var pipeline: String
  var startedAt: String
  var outcome: String?
}

extension RunHead {
  init(_ record: RunRecord) {
    self.init(
      id: record.id, pipeline: record.pipeline, startedAt: record.startedAt.text, outcome: record.outcome)
  }
}
