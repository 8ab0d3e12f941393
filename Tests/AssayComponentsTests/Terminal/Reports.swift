import AssayColumns
import AssayComponents
import AssayEngine
import AssayQuality

/// Reports of invented runs.
enum Reports {
  static func report(_ outcome: Outcome = .passed, _ exitCode: Int = 0, seconds: Double = 1.24) -> RunReport {
    var report = RunReport()
    report.outcome = outcome
    report.exitCode = exitCode
    report.pipeline = "customers"
    report.file = "pipelines/customers.yaml"
    report.runID = "20261124-061500-k3x9"
    report.durationSeconds = seconds
    return report
  }

  /// A dataset of real rows, graded: columns of texts, nil for null.
  static func dataset(
    _ name: String, _ columns: [(name: String, values: [String?])], checks: [RunReport.CheckResult] = [],
    profile: Bool = false
  ) throws -> RunReport.Dataset {
    let rows = columns.first?.values.count ?? 0
    let batch = Batch(
      schema: DatasetSchema(columns.map { Field($0.name, reading: .fromText) }),
      columns: columns.map { .texts($0.values) }, rowCount: rows)
    var grader = Grader(try GradingPlan(ColumnFacts.measures(profile: profile) + DatasetMetrics.measures()))
    try grader.merge(try grader.partial(for: batch))
    let values = try grader.finish()
    let metrics = DatasetMetrics(values)
    var dataset = RunReport.Dataset()
    dataset.name = name
    dataset.rows = rows
    dataset.columns = ColumnFacts.all(values)
    dataset.metrics = metrics.isNoData ? nil : metrics
    dataset.checks = checks
    return dataset
  }

  /// Columns with every kind of flaw.
  static var flawedColumns: [(name: String, values: [String?])] {
    let rows = 1...1204
    return [
      ("id", rows.map { "\($0)" }),
      ("email", rows.map { $0 % 300 == 1 ? nil : "c\($0)@example.com" }),
      ("phone", rows.map { $0 <= 212 ? nil : "555-\($0)" }),
      ("zip", rows.map { $0 % 400 == 0 ? "n/a" : "80331" }),
      ("amount", rows.map { $0 == 7 ? "900000" : "\(10 + $0 % 50)" }),
    ]
  }

  static func check(
    _ check: String, _ column: String? = nil, _ judgement: CheckJudgement, severity: Severity = .fail, line: Int = 14
  ) -> RunReport.CheckResult {
    RunReport.CheckResult(
      check: check, column: column, severity: severity, judgement: judgement, line: line, columnInFile: 7)
  }

  static func passed(_ count: Int) -> [RunReport.CheckResult] {
    (0..<count).map { check("not_null", "column_\($0)", CheckJudgement(status: .passed, expected: "no value is null")) }
  }

  static func step(
    _ name: String, _ kind: String, _ type: String, status: String = "finished", rows: Int, seconds: Double = 0.12,
    error: String? = nil
  ) -> RunReport.Step {
    var step = RunReport.Step()
    step.name = name
    step.kind = kind
    step.type = type
    step.status = status
    step.counters.rowsIn = rows
    step.counters.rowsOut = rows
    step.durationSeconds = seconds
    step.error = error
    return step
  }

  /// A gate that fails, with failing rows.
  static func failed() throws -> RunReport {
    var report = report(.failed, 1)
    let rows = [17, 203, 1100].map { row in
      FailingRow(
        row: row, cells: [NamedText("email", row == 203 ? "not an address" : nil)], key: [NamedText("id", "\(row)")])
    }
    let values = [("ACTIVE ", 3), ("aktiv", 4)].map { FailingRow(row: $0.1, cells: [NamedText("status", $0.0)]) }
    let checks = [
      check(
        "accepted_values", "status",
        CheckJudgement(
          status: .warned, observed: .number(99.83), expected: "at least 100% of values are one of: active, closed",
          evaluated: 1204, failed: 2, sample: values), severity: .warn, line: 21),
      check(
        "format", "email",
        CheckJudgement(
          status: .failed, observed: .number(43), expected: "every value is an e-mail address", evaluated: 1204,
          failed: 43, sample: rows)),
      check("range", "age", CheckJudgement(status: .noData, expected: "every value is at least 0"), line: 30),
    ]
    report.datasets = [try dataset("customers", flawedColumns, checks: passed(9) + checks)]
    report.outputs = [
      RunReport.Output(type: "sqlite", target: "customers", rows: 1204, published: false),
      RunReport.Output(type: "csv", target: "out/bad_rows.csv", rows: 45, published: true),
    ]
    return report
  }

  /// A run that broke in the middle.
  static var broke: RunReport {
    var report = report(.error, 3, seconds: 72)
    let error = "the server answered 503 Service Unavailable 5 times: https://api.example.com/geocode?q=***"
    report.steps = [
      step("customers", "source", "csv", rows: 1204),
      step("geocoded", "step", "geocode", status: "failed", rows: 800, seconds: 71.2, error: error),
      step("summary", "step", "sql", status: "cancelled", rows: 0, seconds: 0),
    ]
    report.steps[1].counters.requests = 812
    report.steps[1].counters.retries = 12
    report.steps[1].counters.warnings = ["2 addresses were too long and were cut"]
    report.steps[1].counters.warningCount = 2
    report.outputs = [RunReport.Output(type: "sqlite", target: "geocoded", rows: 0, published: false)]
    report.messages = ["step 'geocoded' (geocode): \(error)"]
    return report
  }
}
