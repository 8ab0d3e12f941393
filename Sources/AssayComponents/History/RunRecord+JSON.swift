package import AssayFormats
internal import AssayEngine
package import AssayStore

extension RunRecord {
  /// All that the ledger keeps of the run, keys in this order. A run that has not ended has the outcome `running`.
  package var ledgerJSON: JSONValue {
    let seconds = finishedAt.map { Double($0.milliseconds - startedAt.milliseconds) / 1000 }
    var object = JSONObject([
      ("id", .string(id)), ("pipeline", .string(pipeline)), ("file", .optional(file)),
      ("definition_sha256", .string(definitionSHA256)), ("params", JSONValue(ledgerText: params)),
      ("trigger", .string(trigger.rawValue)), ("slot", .optional(slot)), ("logical_time", .string(logicalTime.text)),
      ("started_at", .string(startedAt.text)), ("finished_at", .optional(finishedAt?.text)),
    ])
    object.set("duration_seconds", to: .optional(seconds))
    object.set("outcome", to: .string(outcome ?? RunFilter.running))
    object.set("exit_code", to: .optional(exitCode))
    object.set("score", to: .optional(score))
    object.set("failed_checks", to: .optional(failedChecks))
    object.set("requests", to: .optional(requests))
    object.set("reason", to: .optional(reason))
    object.set("resumed_from", to: .optional(resumedFrom))
    object.set("host", to: .string(process.host))
    object.set("pid", to: .integer(Int64(process.pid)))
    object.set("assay_version", to: .string(assayVersion))
    object.set("call", to: call.map { JSONValue(ledgerText: $0) } ?? .null)
    return .object(object)
  }
}

extension PassedSlot {
  /// A slot without a run under the keys of runs, as far as it has them.
  package var json: JSONValue {
    .object([
      "id": .null, "pipeline": .string(pipeline), "slot": .string(slot.text), "variant": .string(variant),
      "outcome": .string(state), "attempt": .integer(Int64(attempt)), "reason": .optional(reason),
      "decided_at": .optional(decidedAt?.text),
    ])
  }
}

extension JSONValue {
  /// A number, or null.
  static func optional(_ number: Int?) -> JSONValue { number.map { .integer(Int64($0)) } ?? .null }

  /// A number, or null.
  static func optional(_ number: Double?) -> JSONValue { number.map { .decimal($0) } ?? .null }

  /// JSON that the ledger keeps as text; a text that is none stays a text.
  package init(ledgerText text: String) {
    self = (try? JSONParser.parse(text)) ?? .string(text)
  }
}
