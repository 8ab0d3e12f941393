package import AssayFormats
internal import AssayEngine
package import AssayStore

/// An event of a run as the store keeps it, and as `assay logs` tells it.
package struct RunEventRecord: Sendable, Hashable {
  /// Its number in the run, from 1; nil for what is told from the rest of the ledger.
  package var sequence: Int?
  /// When it was, as RFC 3339 text in UTC.
  package var at: String
  /// `started`, `ended`, `publishing`, and what later versions note.
  package var event: String
  /// The members of the event but `version` and `event`.
  private(set) var members: JSONObject

  /// An event that the store has.
  package init(sequence: Int, at: String, json: String) {
    self.sequence = sequence
    self.at = at
    let object: JSONObject = if case .object(let object)? = try? JSONParser.parse(json) { object } else { JSONObject() }
    event = object["event"]?.plainText ?? "unknown"
    members = JSONObject(
      object.members.filter { !["version", "event"].contains($0.name) }.map { ($0.name, $0.value) })
  }

  /// An event that is told from the rest of the ledger.
  init(_ event: String, at: String, _ members: JSONObject) {
    self.event = event
    self.at = at
    self.members = members
  }

  subscript(_ name: String) -> String? { members[name]?.plainText }

  /// A member of the node that the event is of.
  func node(_ name: String) -> String? { members["node"]?[name]?.plainText }

  /// `source customers (csv)`; nil for an event of the whole run.
  var subject: String? {
    guard let kind = node("kind"), let name = node("name") else { return nil }
    let type = node("type").flatMap { $0.isEmpty ? nil : " (\($0))" } ?? ""
    switch kind {
    case "grader": return "checks of \(name)"
    case "keeper": return "rows of \(name)"
    case "matcher", "query": return "checks of \(name) over several datasets"
    default: return "\(kind) \(name)\(type)"
    }
  }

  /// What is behind event and subject: status, rows, the error, and whatever else it has.
  var words: String {
    var parts: [String] = []
    if let status = self["status"] { parts.append(status) }
    for (name, word) in [("rows_in", "in"), ("rows_out", "out")] {
      if let rows = self[name], rows != "0" { parts.append("\(rows) rows \(word)") }
    }
    let told: Set = ["node", "status", "rows_in", "rows_out", "error", "message"]
    for member in members.members where !told.contains(member.name) {
      if let text = member.value.plainText { parts.append("\(member.name)=\(text)") }
    }
    for name in ["error", "message"] { if let text = self[name] { parts.append(text) } }
    return parts.joined(separator: ", ")
  }

  /// The event as one JSON object of a line.
  package func json(of run: String) -> JSONValue {
    var object = JSONObject([
      ("run", .string(run)), ("seq", sequence.map { .integer(Int64($0)) } ?? .null), ("at", .string(at)),
      ("event", .string(event)),
    ])
    for member in members.members { object.set(member.name, to: member.value) }
    return .object(object)
  }

  /// The event as a line for people, without the end of the line.
  package func line(_ style: TerminalStyle) -> String {
    let parts = [event == "ended" ? "" : event, subject ?? "", words].filter { !$0.isEmpty }
    let tint: Tint =
      switch event {
      case "error": .bad
      case "warning": .caution
      default: self["status"] == "failed" ? .bad : .plain
      }
    return "\(style.paint(at, .faint))  " + style.paint(style.safe(parts.joined(separator: "  ")), tint)
  }
}

extension RunEventRecord {
  /// The event that a run's record is at its start.
  package static func beginning(of run: RunRecord) -> RunEventRecord {
    RunEventRecord(
      "begun", at: run.startedAt.text,
      JSONObject([
        ("pipeline", .string(run.pipeline)), ("trigger", .string(run.trigger.rawValue)), ("slot", .optional(run.slot)),
        ("host", .string(run.process.host)), ("pid", .integer(Int64(run.process.pid))),
      ]))
  }

  /// What is known of a run at its end beside its events: warnings, errors, messages, and the outcome. Empty while it goes
  /// on.
  package static func ending(
    of run: RunRecord, steps: [StepRecord], messages: [String]
  ) -> [RunEventRecord] {
    guard let outcome = run.outcome else { return [] }
    let at = (run.finishedAt ?? run.startedAt).text
    var events: [RunEventRecord] = []
    for step in steps {
      let node = JSONValue.object([
        "kind": .string(step.kind), "name": .string(step.name), "type": .string(step.type),
      ])
      for warning in JSONValue(ledgerText: step.warnings).texts {
        events.append(RunEventRecord("warning", at: at, JSONObject([("node", node), ("message", .string(warning))])))
      }
      // A message of the run tells it with the step's name.
      if let error = step.error, !messages.contains(where: { $0.hasSuffix(error) }) {
        events.append(RunEventRecord("error", at: at, JSONObject([("node", node), ("message", .string(error))])))
      }
    }
    let isGood = run.exitCode == 0
    events += messages.map {
      RunEventRecord(isGood ? "message" : "error", at: at, JSONObject([("message", .string($0))]))
    }
    var end = JSONObject([
      ("outcome", .string(outcome)), ("exit_code", run.exitCode.map { .integer(Int64($0)) } ?? .null),
    ])
    if let reason = run.reason { end.set("reason", to: .string(reason)) }
    return events + [RunEventRecord("finished", at: at, end)]
  }
}

extension JSONValue {
  /// A text as it is, a number or boolean as JSON; nil for null, lists and objects.
  var plainText: String? {
    switch self {
    case .string(let text): text
    case .null, .array, .object: nil
    default: text
    }
  }

  /// The texts of a list of texts.
  package var texts: [String] { elements?.compactMap(\.plainText) ?? [] }
}
