internal import AssayEngine
internal import AssayFormats

/// What a message can say of a notice: the placeholders of templates, and the members of the usual body.
enum NoticeField: String, CaseIterable {
  case event, test, title, text, pipeline, file, run, outcome
  case exitCode = "exit_code"
  case reason, reasons, checks
  case failedChecks = "failed_checks"
  case warnedChecks = "warned_checks"
  case score, slot, missed
  case startedAt = "started_at"
  case finishedAt = "finished_at"
  case duration
  case durationSeconds = "duration_seconds"
  case report, url, host, command, suppressed

  /// The most checks that a message lists as objects: services take bodies of some hundred kilobytes.
  private static let listedChecks = 100

  /// What it is, in a few words.
  var meaning: String {
    switch self {
    case .event: "`failure`, `recovery`, `warning`, `missed` or `success`"
    case .test: "`true` for a message of `assay notify --test`"
    case .title: "what happened, in a few words"
    case .text: "all of it in plain text"
    case .pipeline: "the pipeline's name"
    case .file: "the pipeline file"
    case .run: "the run's id"
    case .outcome: "`passed`, `warned`, `failed`, `error`, `partial`, or `broken` where the process died"
    case .exitCode: "the run's exit code"
    case .reason: "why, in a line"
    case .reasons: "a list: why the run broke, and each check that does not hold, with what was expected and observed"
    case .checks: "a list of objects: the checks that do not hold, at most 100 of them"
    case .failedChecks: "how many checks failed"
    case .warnedChecks: "how many checks warned"
    case .score: "the mean of the datasets' scores"
    case .slot: "the moment that the run stands for, or the slot that was missed"
    case .missed: "how many slots were missed"
    case .startedAt: "when the run began"
    case .finishedAt: "when it ended"
    case .duration: "how long it took, for people"
    case .durationSeconds: "how long it took, in seconds"
    case .report: "the path of the report: the page, or else the JSON"
    case .url: "the address of the CI system's job, or else of the report's file"
    case .host: "the machine"
    case .command: "the command that tells all of the run"
    case .suppressed: "how many messages were held back by `at_most_every`"
    }
  }

  /// Its value; null for what a notice does not have.
  func value(_ notice: Notice) -> JSONValue {
    let words = NoticeWords(notice)
    func count(_ number: Int?) -> JSONValue { number.map { .integer(Int64($0)) } ?? .null }
    let ofRun = notice.outcome != nil
    return switch self {
    case .event: .string(notice.event.rawValue)
    case .test: .bool(notice.isTest)
    case .title: .string(words.title)
    case .text: .string(words.text)
    case .pipeline: .string(notice.pipeline)
    case .file: .optional(notice.file)
    case .run: .optional(notice.runID)
    case .outcome: .optional(notice.outcome)
    case .exitCode: count(notice.exitCode)
    case .reason: .optional(words.reason)
    case .reasons: .array(words.reasons.map { .string($0) })
    case .checks: .array(notice.checks.prefix(Self.listedChecks).map(\.json))
    case .failedChecks: count(ofRun ? notice.failedChecks.count : nil)
    case .warnedChecks: count(ofRun ? notice.warnedChecks.count : nil)
    case .score: notice.score.map { .decimal(($0 * 100).rounded() / 100) } ?? .null
    case .slot: .optional(notice.slot)
    case .missed: count(notice.missedSlots)
    case .startedAt: .optional(notice.startedAt)
    case .finishedAt: .optional(notice.finishedAt)
    case .duration: .optional(notice.durationSeconds.map { NumberText.duration($0) })
    case .durationSeconds: notice.durationSeconds.map { .decimal(($0 * 1000).rounded() / 1000) } ?? .null
    case .report: .optional(notice.report)
    case .url: .optional(notice.url)
    case .host: .string(notice.host)
    case .command: .optional(notice.command)
    case .suppressed: count(notice.suppressed)
    }
  }

  /// Its value within a longer text; nothing for null.
  func text(_ notice: Notice) -> String {
    switch value(notice) {
    case .null: ""
    case .string(let text): text
    case .decimal(let number): NumberText.short(number)
    case .array where self == .checks: NoticeWords(notice).checkNames.joined(separator: ", ")
    case .array(let items):
      items.compactMap { if case .string(let text) = $0 { text } else { nil } }.joined(separator: "; ")
    case let other: other.text
    }
  }

  /// The usual body: every field, in their order.
  static func body(_ notice: Notice) -> JSONValue {
    .object(JSONObject(allCases.map { ($0.rawValue, $0.value(notice)) }))
  }
}

extension Notice.Check {
  fileprivate var json: JSONValue {
    .object([
      "dataset": dataset.isEmpty ? .null : .string(dataset), "check": .string(check), "column": .optional(column),
      "status": .string(status), "expected": .string(expected), "observed": observed,
      "evaluated": .integer(Int64(evaluated)), "failed": .integer(Int64(failed)),
    ])
  }
}
