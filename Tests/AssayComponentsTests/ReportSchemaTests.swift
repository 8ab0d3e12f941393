import AssayColumns
import AssayEngine
import AssayFormats
import AssayQuality
import AssayTestSupport
import Testing

/// The JSON report has the shape that its schema promises.
@Suite struct ReportSchemaTests {
  let schema: JSONValue
  let validator: JSONSchemaValidator

  init() throws {
    schema = try RepositoryFile("docs/report.schema.json").json()
    validator = JSONSchemaValidator(schema, ordered: true)
  }

  @Test(arguments: Outcome.allCases)
  func `a report of any outcome fits its schema`(_ outcome: Outcome) throws {
    var report = RunReport()
    report.outcome = outcome
    #expect(validator.faults(of: report.json) == [], "without steps and datasets")
    report = try fullReport()
    report.outcome = outcome
    #expect(validator.faults(of: report.json) == [])
    #expect(try validator.faults(of: JSONParser.parse(report.json.prettyText)) == [])
  }

  @Test func `the schema knows just the words that reports use`() {
    func words(_ path: String...) -> Set<String> {
      let found = path.reduce(schema as JSONValue?) { $0?[$1] }?["enum"]?.elements ?? []
      return Set(found.map { if case .string(let word) = $0 { word } else { $0.text } })
    }
    #expect(words("properties", "outcome") == Set(Outcome.allCases.map(\.rawValue)))
    let check = ["$defs", "check", "properties"]
    #expect(words(check[0], check[1], check[2], "status") == Set(CheckStatus.allCases.map(\.rawValue)))
    #expect(words(check[0], check[1], check[2], "severity") == Set(Severity.allCases.map(\.rawValue)))
    let types = schema["$defs"]?["dataset"]?["properties"]?["columns"]?["items"]?["properties"]?["type"]?["enum"]
    #expect(types?.elements == ValueType.allCases.map { .string($0.rawValue) } + [.string("null")])
    #expect(schema["properties"]?["report_version"]?["const"] == .integer(Int64(RunReport.version)))
  }

  @Test(arguments: ["report_version", "run", "steps", "datasets", "outputs"])
  func `a report without one of its members does not fit`(_ name: String) throws {
    guard case .object(let whole) = try fullReport().json else {
      Issue.record("a report is an object")
      return
    }
    let rest = JSONObject(whole.members.filter { $0.name != name }.map { ($0.name, $0.value) })
    #expect(validator.faults(of: .object(rest)) == ["$: '\(name)' is missing"])
  }

  @Test func `a report with its members in another order does not fit`() throws {
    guard case .object(let whole) = try fullReport().json else {
      Issue.record("a report is an object")
      return
    }
    let turned = JSONObject(whole.members.reversed().map { ($0.name, $0.value) })
    #expect(validator.faults(of: .object(turned)).count == 1)
  }

  /// A report with every status of steps and checks, private cells, and a dataset with and without data.
  private func fullReport() throws -> RunReport {
    var report = RunReport()
    report.pipeline = "customers"
    report.file = "customers.yaml"
    report.definitionSHA256 = String(repeating: "0a", count: 32)
    report.runID = "20261124-061500-1"
    report.startedAt = "2026-11-24T06:15:00Z"
    report.finishedAt = "2026-11-24T06:15:01Z"
    report.durationSeconds = 1.2345
    report.params = [("month", "2026-10"), ("limit", "10")]
    report.assayVersion = "1.0.0"
    for (kind, status) in [("source", "finished"), ("step", "failed"), ("check", "cancelled"), ("output", "finished")] {
      var step = RunReport.Step()
      step.name = "customers"
      step.kind = kind
      step.status = status
      step.counters.warnings = ["a short row"]
      step.error = status == "failed" ? "it broke" : nil
      report.steps.append(step)
    }
    report.datasets = [try gradedDataset(), RunReport.Dataset()]
    report.outputs = [RunReport.Output(type: "csv", target: "out/customers.csv", rows: 3, published: true)]
    return report
  }

  private func gradedDataset() throws -> RunReport.Dataset {
    let batch = Batch(
      schema: DatasetSchema([
        Field("id", reading: .own), Field("name", reading: .fromText), Field("empty", reading: .fromText),
      ]),
      columns: [
        .cells([.integer(1), .decimal(2.5), .text("x")]), .texts(["a", nil, "b"]), .texts([nil, nil, nil]),
      ], rowCount: 3)
    var grader = Grader(try GradingPlan(DatasetMetrics.measures() + ColumnFacts.measures(profile: true)))
    try grader.merge(try grader.partial(for: batch))
    let values = try grader.finish()
    var dataset = RunReport.Dataset()
    dataset.name = "customers"
    dataset.rows = 3
    dataset.columns = ColumnFacts.all(values)
    dataset.metrics = DatasetMetrics(values)
    let observed: [CheckJudgement.Observed?] = [.number(3), .number(99.5), .text("missing: id"), nil, nil]
    for (status, observed) in zip(CheckStatus.allCases, observed) {
      let row = FailingRow(
        row: 2, cells: [NamedText("name", nil), NamedText("email", Sampling.mask)], key: [NamedText("id", "2.5")])
      let judgement = CheckJudgement(
        status: status, observed: observed, expected: "no value is null", evaluated: 3, failed: 1, sample: [row])
      dataset.checks.append(
        RunReport.CheckResult(
          check: "not_null", column: status == .passed ? nil : "name", severity: status == .warned ? .warn : .fail,
          judgement: judgement, line: 12, columnInFile: 5))
    }
    return dataset
  }
}
