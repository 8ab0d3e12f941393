package import AssayFormats
internal import AssayHTTP
internal import AssayStore

/// What is told of a pipeline: the one value that every message is made from. It holds no secrets once it is masked.
package struct Notice: Sendable, Hashable {
  /// A check that does not hold.
  package struct Check: Sendable, Hashable {
    /// Empty for a check of the pipeline's score.
    package var dataset: String
    package var check: String
    package var column: String?
    /// `failed`, `error`, `warned` or `no_data`.
    package var status: String
    package var expected: String
    /// A number, a text, or null for nothing.
    package var observed: JSONValue
    package var evaluated: Int
    package var failed: Int

    package init(
      dataset: String, check: String, column: String?, status: String, expected: String, observed: JSONValue,
      evaluated: Int, failed: Int
    ) {
      self.dataset = dataset
      self.check = check
      self.column = column
      self.status = status
      self.expected = expected
      self.observed = observed
      self.evaluated = evaluated
      self.failed = failed
    }

    /// Whether it speaks against the data, rather than warns.
    package var hasFailed: Bool { status == "failed" || status == "error" }
  }

  package var event: NoticeEvent
  /// Whether nothing happened, and it is to be seen whether messages arrive.
  package var isTest = false
  package var pipeline: String
  /// The pipeline file, as an absolute path.
  package var file: String?
  package var runID: String?
  /// `passed`, `warned`, `failed`, `error`, `partial`, `interrupted` or `broken`; nil where no run is told of.
  package var outcome: String?
  package var exitCode: Int?
  package var startedAt: String?
  package var finishedAt: String?
  package var durationSeconds: Double?
  /// The moment that the run stands for, or the slot that had none; the latest of several.
  package var slot: String?
  /// How many slots were missed; nil for all other events.
  package var missedSlots: Int?
  /// Why, in a line; nil where all is well.
  package var reason: String?
  /// Why the run broke, or what else was said of it.
  package var messages: [String] = []
  /// The checks that do not hold: those that failed, then those that warned.
  package var checks: [Check] = []
  /// How many checks there were.
  package var checkCount = 0
  /// The mean of the datasets' overall scores, 0 to 100.
  package var score: Double?
  /// The report of the run for people, or for machines, as an absolute path.
  package var report: String?
  /// Where a browser shows more: the job of the CI system, or the report.
  package var url: String?
  package var host = ProcessIdentity.current.host
  /// The store that has the run, as an absolute path; nil where none has.
  package var store: String?
  /// How many notices of its kind were held back since the last one.
  package var suppressed = 0

  package init(_ event: NoticeEvent, pipeline: String) {
    self.event = event
    self.pipeline = pipeline
  }

  package var failedChecks: [Check] { checks.filter(\.hasFailed) }
  package var warnedChecks: [Check] { checks.filter { !$0.hasFailed } }

  /// The command that tells all of the run; nil where the store does not have it.
  package var command: String? {
    guard let runID, let store else { return nil }
    return "assay show \(runID) --store \(Self.shellWord(store))"
  }

  private static func shellWord(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        || "/._-+:@%=,".unicodeScalars.contains(scalar)
    }
    return isPlain && !text.isEmpty
      ? text : "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#))'"
  }

  /// Masks secrets in all that came from data, servers, paths and calls.
  mutating func mask(_ mask: SecretMask) {
    func masked(_ text: String?) -> String? { text.map { mask.apply(to: $0) } }
    file = masked(file)
    reason = masked(reason)
    messages = messages.map { mask.apply(to: $0) }
    report = masked(report)
    url = masked(url)
    store = masked(store)
    slot = masked(slot)
    for index in checks.indices {
      checks[index].expected = mask.apply(to: checks[index].expected)
      if case .string(let text) = checks[index].observed { checks[index].observed = .string(mask.apply(to: text)) }
    }
  }
}
