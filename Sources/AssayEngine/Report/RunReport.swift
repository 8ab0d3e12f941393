internal import AssayFormats
package import AssayQuality
package import AssayStore

/// How a run ended.
package enum Outcome: String, Sendable, Hashable, CaseIterable {
  case passed, warned, failed, error
  /// A budget ran out.
  case partial
  case interrupted
}

/// What a run did and found: the one value that every report is made from.
package struct RunReport: Sendable {
  /// The version of the JSON report's shape.
  package static let version = 1

  package struct Step: Sendable {
    package var name = ""
    /// `source`, `step`, `check` or `output`.
    package var kind = ""
    package var type = ""
    /// `finished`, `failed`, `cancelled` or `skipped`.
    package var status = ""
    package var counters = NodeCounters.Values()
    package var durationSeconds = 0.0
    /// When it began, in seconds after the first of all steps; nil for one that never did.
    package var startSeconds: Double?
    /// Why it failed, or was skipped.
    package var error: String?
    /// Whether the run goes on where it fails.
    package var toleratesFailure = false
    /// The steps whose rows it read, by their places among the steps, from 0; each stands before it.
    package var inputs: [Int] = []

    package init() {}
  }

  package struct Dataset: Sendable {
    package var name = ""
    package var rows = 0
    package var columns: [ColumnFacts] = []
    /// Nil where the dataset has no rows, and so no score.
    package var metrics: DatasetMetrics?
    package var checks: [CheckResult] = []
    /// All that was measured, where checks are to be suggested from it; no part of any report.
    package var measured: MeasureValues?
    /// Whether the file asks for a profile of it, which the JSON report tells in full.
    package var isProfiled = false
    /// Its scores in earlier runs, the oldest first; empty where no report draws them, or without a store.
    package var earlierScores: [ScoreRecord] = []

    package init() {}
  }

  package struct CheckResult: Sendable {
    package var check: String
    package var column: String?
    package var severity: Severity
    package var judgement: CheckJudgement
    package var line: Int
    package var columnInFile: Int
    /// The keys of all rows that fail; nil where the dataset has no key, or where more rows fail than are kept.
    package var failingKeys: [[NamedText]]?
    /// What the baseline says; nil without one, and where it has nothing to say.
    package var baseline: BaselineComparison?

    package init(
      check: String, column: String?, severity: Severity, judgement: CheckJudgement, line: Int, columnInFile: Int
    ) {
      self.check = check
      self.column = column
      self.severity = severity
      self.judgement = judgement
      self.line = line
      self.columnInFile = columnInFile
    }

    /// The most failing rows of which keys are noted.
    private static let notedKeys = 1000

    /// Notes the keys of the rows that fail, if these are all of them and have keys.
    ///
    /// Rows that repeat a key come without one, since it is what was judged: `columns` are those of keys.
    mutating func keepKeys(of failures: [FailingRow], columns: Set<String>) {
      guard !failures.isEmpty, failures.count == judgement.failed, failures.count <= Self.notedKeys else { return }
      let keys = failures.map { row in
        row.key.isEmpty && row.cells.allSatisfy { columns.contains($0.name) } ? row.cells : row.key
      }
      if keys.allSatisfy({ !$0.isEmpty }) { failingKeys = keys }
    }
  }

  /// The score of the pipeline as a whole.
  package struct Score: Sendable {
    /// 0 to 100; nil where no dataset has a score.
    package var value: Double?
    package var checks: [CheckResult]

    package init(value: Double?, checks: [CheckResult]) {
      self.value = value
      self.checks = checks
    }
  }

  package struct Output: Sendable {
    package var type: String
    package var target: String
    package var rows: Int
    package var published: Bool

    package init(type: String, target: String, rows: Int, published: Bool) {
      self.type = type
      self.target = target
      self.rows = rows
      self.published = published
    }
  }

  package var outcome = Outcome.passed
  package var exitCode = 0
  package var pipeline = ""
  package var description: String?
  package var file = ""
  package var definitionSHA256 = ""
  package var runID = ""
  package var startedAt = ""
  package var finishedAt = ""
  package var durationSeconds = 0.0
  package var params: [(name: String, value: String)] = []
  package var assayVersion = ""
  package var steps: [Step] = []
  package var datasets: [Dataset] = []
  /// The mean of the datasets' overall scores with what it must reach; nil where the file sets no bounds.
  package var score: Score?
  package var outputs: [Output] = []
  /// Why the run broke, or what the file warned of; for people, not part of the JSON report.
  package var messages: [String] = []
  /// What of the baseline is mended, where something is; for people, not part of the JSON report.
  package var baselineNote: String?
  /// The checks of all datasets, then those of the pipeline's score.
  package var allChecks: [CheckResult] { datasets.flatMap(\.checks) + (score?.checks ?? []) }

  package init() {}

  /// The messages as the ledger keeps them: a JSON array of texts.
  var messagesText: String { JSONValue.array(messages.map { .string($0) }).text }

  /// The mean of the datasets' overall scores, 0 to 100; nil where none has one.
  package var meanScore: Double? {
    let scores = datasets.compactMap { $0.metrics?.all.first { $0.name == "overall_quality" }?.value }
    return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }

  /// Why the run did not pass, in a line; nil where it did.
  package var reason: String? {
    if [0, 1].contains(exitCode) {
      let failed = allChecks.filter { [.failed, .error].contains($0.judgement.status) }
      guard exitCode == 1 || outcome == .failed, let first = failed.first else {
        return exitCode == 1 ? "warnings fail this gate" : nil
      }
      let name = first.column.map { "\(first.check) \($0)" } ?? first.check
      return failed.count == 1 ? "the check \(name) failed" : "\(failed.count) checks failed, the first is \(name)"
    }
    return messages.first ?? outcome.rawValue
  }

  /// Says that the run broke, whatever came before, and why.
  mutating func breaks(_ reason: String) {
    outcome = .error
    exitCode = 3
    messages.append(reason)
  }
}
