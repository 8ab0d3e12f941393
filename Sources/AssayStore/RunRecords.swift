/// What started a run.
package enum RunTrigger: String, Sendable, Hashable, CaseIterable {
  /// A person, or another program.
  case manual
  /// A slot of its schedule, in its time.
  case schedule
  /// A slot that was missed.
  case catchUp = "catch_up"
  /// A slot whose run broke, once more.
  case retry
  case backfill
  case resume
  case rerun
}

/// A run as the ledger keeps it.
package struct RunRecord: Sendable, Hashable {
  /// Unique; letters, digits and `-` only.
  package var id: String
  package var pipeline: String
  package var definitionSHA256: String
  /// The parameters as a JSON object, secrets masked.
  package var params: String
  package var startedAt: StoreTime
  package var process: ProcessIdentity
  package var assayVersion: String
  /// Until when the run is alive without being renewed.
  package var leaseUntil: StoreTime
  package var finishedAt: StoreTime?
  /// `passed`, `warned`, `failed`, `error`, `partial`, `interrupted`, or `broken` for a run whose process died; nil
  /// while it runs.
  package var outcome: String?
  package var exitCode: Int?
  /// The moment that the run takes for its start: its own, or that of the broken run that it goes on with.
  package var logicalTime: StoreTime
  /// The broken run that it goes on with.
  package var resumedFrom: String?
  package var trigger = RunTrigger.manual
  /// The moment that it stands for, in RFC 3339 with the offset of its schedule's time zone; nil for a run without one.
  package var slot: String?
  /// The pipeline file, as an absolute path.
  package var file: String?
  /// Whether it may go on beside runs of the pipeline that stand for other moments.
  package var runsBesideOthers = false
  /// The claim on its slot that it starts with; nil for a run that nobody claimed a slot for.
  package var claim: SlotClaim?
  /// Requests that were sent, retries among them; nil until it ends.
  package var requests: Int?
  /// The mean of its datasets' overall scores, 0 to 100; nil where none is graded, and until it ends.
  package var score: Double?
  package var failedChecks: Int?
  /// Why it did not pass, in a line; nil where it did.
  package var reason: String?
  /// The options of the call that shape it, as JSON with secrets masked: see `RunCall`; nil for one of an older version.
  package var call: String?

  /// A run that starts.
  package init(
    id: String, pipeline: String, definitionSHA256: String, params: String = "{}", startedAt: StoreTime = .now,
    process: ProcessIdentity = .current, assayVersion: String, lease: Duration = .seconds(60),
    logicalTime: StoreTime? = nil, resumedFrom: String? = nil
  ) {
    self.logicalTime = logicalTime ?? startedAt
    self.resumedFrom = resumedFrom
    self.id = id
    self.pipeline = pipeline
    self.definitionSHA256 = definitionSHA256
    self.params = params
    self.startedAt = startedAt
    self.process = process
    self.assayVersion = assayVersion
    leaseUntil = StoreTime.now.adding(lease)
  }
}

/// One source, step, check or output of a run.
package struct StepRecord: Sendable, Hashable {
  package var name: String
  /// `source`, `step`, `check` or `output`.
  package var kind: String
  package var type: String
  package var status: String
  package var rowsIn: Int
  package var rowsOut: Int
  package var durationSeconds: Double
  package var requests: Int
  package var retries: Int
  package var cacheHits: Int
  /// The warnings as a JSON array.
  package var warnings: String
  package var error: String?
  /// What came of a look-up, as a JSON object; nil for all else.
  package var enrichment: String?

  package init(
    name: String, kind: String, type: String, status: String, rowsIn: Int = 0, rowsOut: Int = 0,
    durationSeconds: Double = 0, requests: Int = 0, retries: Int = 0, cacheHits: Int = 0, warnings: String = "[]",
    error: String? = nil, enrichment: String? = nil
  ) {
    self.enrichment = enrichment
    self.name = name
    self.kind = kind
    self.type = type
    self.status = status
    self.rowsIn = rowsIn
    self.rowsOut = rowsOut
    self.durationSeconds = durationSeconds
    self.requests = requests
    self.retries = retries
    self.cacheHits = cacheHits
    self.warnings = warnings
    self.error = error
  }
}

/// A dataset's metric.
package struct MetricRecord: Sendable, Hashable {
  /// `PIPELINE.DATASET`.
  package var dataset: String
  package var name: String
  /// 0 to 100, or nil without data.
  package var value: Double?
  /// A JSON object.
  package var details: String
  package var at: StoreTime

  package init(dataset: String, name: String, value: Double?, details: String = "{}", at: StoreTime = .now) {
    self.dataset = dataset
    self.name = name
    self.value = value
    self.details = details
    self.at = at
  }
}

/// A check's result.
package struct CheckRecord: Sendable, Hashable {
  /// `PIPELINE.DATASET`.
  package var dataset: String
  package var check: String
  package var column: String?
  package var severity: String
  package var status: String
  /// What was observed, as JSON; nil for nothing.
  package var observed: String?
  package var expected: String
  package var evaluated: Int
  package var failed: Int
  /// Failing rows as a JSON array.
  package var sample: String
  /// The check's line in the pipeline file, from 1.
  package var line: Int?

  package init(
    dataset: String, check: String, column: String? = nil, severity: String, status: String, observed: String? = nil,
    expected: String = "", evaluated: Int = 0, failed: Int = 0, sample: String = "[]", line: Int? = nil
  ) {
    self.dataset = dataset
    self.check = check
    self.column = column
    self.severity = severity
    self.status = status
    self.observed = observed
    self.expected = expected
    self.evaluated = evaluated
    self.failed = failed
    self.sample = sample
    self.line = line
  }
}

/// A row that failed a check, or a value that did not fit its declared type.
package struct FailedRowRecord: Sendable, Hashable {
  /// `PIPELINE.DATASET`.
  package var dataset: String
  package var check: String
  package var column: String?
  /// The row within its dataset, from 0.
  package var row: Int
  package var key: String?
  package var value: String?
  package var reason: String

  package init(
    dataset: String, check: String, column: String? = nil, row: Int, key: String? = nil, value: String? = nil,
    reason: String
  ) {
    self.dataset = dataset
    self.check = check
    self.column = column
    self.row = row
    self.key = key
    self.value = value
    self.reason = reason
  }
}

/// What the ledger keeps of a run at its end.
package struct RunResult: Sendable, Hashable {
  package var outcome: String
  package var exitCode: Int
  package var finishedAt: StoreTime
  package var steps: [StepRecord]
  package var metrics: [MetricRecord]
  package var checks: [CheckRecord]
  package var failedRows: [FailedRowRecord]
  /// What later runs compare themselves with.
  package var profiles: [ProfileRecord]
  /// The JSON report, if it is ready by now; `saveReport` adds it later.
  package var report: String?
  /// What the list of runs tells: see `RunRecord`.
  package var requests: Int?
  package var score: Double?
  package var failedChecks: Int?
  package var reason: String?

  package init(
    outcome: String, exitCode: Int, finishedAt: StoreTime = .now, steps: [StepRecord] = [],
    metrics: [MetricRecord] = [], checks: [CheckRecord] = [], failedRows: [FailedRowRecord] = [],
    profiles: [ProfileRecord] = [], report: String? = nil
  ) {
    self.outcome = outcome
    self.exitCode = exitCode
    self.finishedAt = finishedAt
    self.steps = steps
    self.metrics = metrics
    self.checks = checks
    self.failedRows = failedRows
    self.profiles = profiles
    self.report = report
  }
}
