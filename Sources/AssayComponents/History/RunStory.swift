internal import AssayEngine
package import AssayFormats
internal import AssayQuality
package import AssayStore

/// What the store knows of one run: what happened, and what it has to do with other runs.
package struct RunStory: Sendable {
  /// The pipeline's file today, beside that which was run.
  package enum FileState: Sendable, Hashable {
    case same, changed, gone
    /// The ledger does not say which file it was.
    case unknown
  }

  package var run: RunRecord
  /// As they ended; of a run that has not ended, or died, as far as its events tell.
  var steps: [StepRecord]
  /// When its steps began, in milliseconds after the run, by kind and name.
  var starts: [String: Int64] = [:]
  var checks: [CheckRecord]
  var metrics: [MetricRecord]
  /// For people: why it broke, what was left over.
  var messages: [String]
  /// The JSON report, where one was kept.
  var report: JSONValue?
  var events: [RunEventRecord]
  /// Rows that failed and are kept.
  var failedRows: Int
  var file: FileState
  /// The run that has gone on with it.
  var continuedBy: RunRecord?
  /// A run that came to its end since and made what was kept for this one useless.
  var settledBy: String?
  /// The run of the pipeline before it.
  var before: String?
  var storePath: String
  /// The options that name the store in a command, with a space before them.
  var storeOptions: String
  var now: StoreTime

  /// - Parameters:
  ///   - storeOptions: What a person adds to a command so that it finds the store; empty where nothing is needed.
  package init(
    of run: RunRecord, in store: Store, file: FileState, storeOptions: [String] = [], now: StoreTime = .now
  ) async throws(StoreFailure) {
    self.run = run
    self.file = file
    self.storeOptions = storeOptions.map { " " + $0 }.joined()
    self.now = now
    events = try await store.events(of: run.id).map { RunEventRecord(sequence: $0.sequence, at: $0.at, json: $0.json) }
    steps = try await store.steps(of: run.id)
    checks = try await store.checks(of: run.id)
    metrics = try await store.metrics(of: run.id)
    messages = JSONValue(ledgerText: try await store.messages(of: run.id)).texts
    report = try await store.report(of: run.id).map { JSONValue(ledgerText: $0) }
    failedRows = try await store.failedRowCount(of: run.id)
    continuedBy = try await store.runThatResumed(run.id)
    settledBy = try await store.runThatSettled(run)
    var ofPipeline = RunFilter()
    ofPipeline.pipeline = run.pipeline
    before = try await store.page(of: ofPipeline, before: run, limit: 1, withSlots: false).runs.first?.id
    storePath = store.path
    let seen = stepsSoFar()
    starts = seen.starts
    if steps.isEmpty { steps = seen.steps }
    // Events tell an output by its number, and the ledger by its target.
    for (index, output) in steps.filter({ $0.kind == "output" }).enumerated() {
      if let start = seen.starts["output \(index + 1)"] { starts["output \(output.name)"] = start }
    }
  }

  /// Whether its process is at work, as far as can be told.
  var isAlive: Bool { run.outcome == nil && run.leaseUntil > now && !run.process.hasEnded }

  /// The JSON report, or, where none was kept, what the ledger has under the report's names.
  package var json: JSONValue {
    if let report { return report }
    return .object([
      "run": run.ledgerJSON, "is_alive": .bool(isAlive),
      "steps": .array(
        steps.map(\.json)),
      "messages": .array(messages.map { .string($0) }),
    ])
  }

  /// The checks as a report has them, so that they are shown alike.
  var checkResults: [RunReport.CheckResult] { checks.map(\.result) }

  /// The steps that events tell of, and when they began. What keeps rows is told only where it failed.
  private func stepsSoFar() -> (steps: [StepRecord], starts: [String: Int64]) {
    var steps: [StepRecord] = []
    var places: [String: Int] = [:]
    var starts: [String: Int64] = [:]
    for event in events {
      guard let kind = event.node("kind"), let name = event.node("name") else { continue }
      let isInner = ["keeper", "matcher", "query"].contains(kind)
      if isInner, event["status"] != "failed" { continue }
      let told = kind == "grader" ? "check" : kind
      let key = "\(told) \(name)"
      let at = StoreTime(text: event.at)?.milliseconds ?? run.startedAt.milliseconds
      if event.event == "started", starts[key] == nil { starts[key] = at - run.startedAt.milliseconds }
      let place = places[key] ?? steps.count
      if places[key] == nil {
        places[key] = place
        let status = run.outcome == nil ? RunFilter.running : "cancelled"
        steps.append(StepRecord(name: name, kind: told, type: event.node("type") ?? "", status: status))
      }
      let end = event.event == "ended" ? at : run.outcome == nil ? now.milliseconds : at
      if event.event == "ended" {
        steps[place].status = event["status"] ?? "finished"
        steps[place].rowsIn = event["rows_in"].flatMap { Int($0) } ?? 0
        steps[place].rowsOut = event["rows_out"].flatMap { Int($0) } ?? 0
        steps[place].error = event["error"]
      }
      let began = run.startedAt.milliseconds + (starts[key] ?? 0)
      steps[place].durationSeconds = Double(max(0, end - began)) / 1000
    }
    return (steps, starts)
  }
}

extension StepRecord {
  fileprivate var json: JSONValue {
    .object(
      JSONObject([
        ("name", .string(name)), ("kind", .string(kind)), ("type", .string(type)), ("status", .string(status)),
        ("rows_in", .optional(rowsIn)), ("rows_out", .optional(rowsOut)),
        ("duration_seconds", .optional(durationSeconds)), ("requests", .optional(requests)),
        ("retries", .optional(retries)), ("cache_hits", .optional(cacheHits)),
        ("warnings", JSONValue(ledgerText: warnings)), ("error", .optional(error)),
      ]))
  }
}

extension CheckRecord {
  fileprivate var result: RunReport.CheckResult {
    let observed: CheckJudgement.Observed? =
      switch self.observed.map({ JSONValue(ledgerText: $0) }) {
      case .string(let text)?: .text(text)
      case .integer(let number)?: .number(Double(number))
      case .decimal(let number)?: .number(number)
      default: nil
      }
    func cells(_ value: JSONValue?) -> [NamedText] {
      guard case .object(let object)? = value else { return [] }
      return object.members.map { NamedText($0.name, $0.value.plainText) }
    }
    let rows = JSONValue(ledgerText: sample).elements ?? []
    return RunReport.CheckResult(
      check: check, column: column, severity: Severity(rawValue: severity) ?? .fail,
      judgement: CheckJudgement(
        status: CheckStatus(rawValue: status) ?? .error, observed: observed, expected: expected, evaluated: evaluated,
        failed: failed,
        sample: rows.map { row in
          FailingRow(
            row: row["row"]?.plainText.flatMap { Int($0) } ?? 0, cells: cells(row["values"]), key: cells(row["key"]))
        }), line: line ?? 0, columnInFile: 1)
  }
}
