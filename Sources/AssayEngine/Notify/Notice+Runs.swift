internal import AssayFormats
internal import AssayHTTP
internal import AssayQuality
package import AssayStore

extension Notice {
  /// What is told of a run by itself, at its end. The event is set by who knows what came before.
  package init(_ report: RunReport) {
    self.init(.success, pipeline: report.pipeline)
    runID = report.runID
    outcome = report.outcome.rawValue
    exitCode = report.exitCode
    startedAt = report.startedAt
    finishedAt = report.finishedAt
    durationSeconds = report.durationSeconds
    reason = report.reason
    messages = report.messages
    score = report.meanScore
    let ofDatasets = report.datasets.flatMap { dataset in dataset.checks.map { (dataset.name, $0) } }
    let all = ofDatasets + (report.score?.checks ?? []).map { ("", $0) }
    checkCount = all.count
    checks = Self.open(
      all.map { dataset, result in
        let judgement = result.judgement
        return Check(
          dataset: dataset, check: result.check, column: result.column, status: judgement.status.rawValue,
          expected: judgement.expected, observed: judgement.observed?.json ?? .null, evaluated: judgement.evaluated,
          failed: judgement.failed)
      })
  }

  /// What the ledger knows of a run that could not tell of itself.
  package init(_ record: RunRecord, checks records: [CheckRecord], messages: [String]) {
    self.init(.failure, pipeline: record.pipeline)
    runID = record.id
    outcome = record.outcome
    exitCode = record.exitCode
    startedAt = record.startedAt.text
    finishedAt = record.finishedAt?.text
    durationSeconds = record.finishedAt.map { Double($0.milliseconds - record.startedAt.milliseconds) / 1000 }
    slot = record.slot
    file = record.file
    reason = record.reason ?? (record.outcome == "broken" ? "the process of the run died" : nil)
    self.messages = messages
    score = record.score
    checkCount = records.count
    let prefix = record.pipeline + "."
    checks = Self.open(
      records.map { check in
        let dataset = check.dataset.hasPrefix(prefix) ? String(check.dataset.dropFirst(prefix.count)) : ""
        let observed = check.observed.flatMap { try? JSONParser.parse($0) } ?? .null
        return Check(
          dataset: dataset, check: check.check, column: check.column, status: check.status, expected: check.expected,
          observed: observed, evaluated: check.evaluated, failed: check.failed)
      })
  }

  /// The checks that do not hold: failed ones, then the others, each in the order of the file.
  private static func open(_ checks: [Check]) -> [Check] {
    checks.filter(\.hasFailed) + checks.filter { !$0.hasFailed && $0.status != CheckStatus.passed.rawValue }
  }

  /// Says where a browser shows more: the job of the CI system that the environment names, or the report.
  package mutating func place(report: String?, in environment: [String: String]) {
    self.report = report
    url = Self.job(in: environment) ?? report.map { "file://\(PercentEncoding.path($0))" }
  }

  private static func job(in environment: [String: String]) -> String? {
    if let server = environment["GITHUB_SERVER_URL"], let repository = environment["GITHUB_REPOSITORY"],
      let run = environment["GITHUB_RUN_ID"]
    {
      return "\(server)/\(repository)/actions/runs/\(run)"
    }
    return environment["CI_JOB_URL"] ?? environment["BUILD_URL"]
  }
}
