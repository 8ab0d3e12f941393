import AssayFormats
import Testing

/// The gate through the whole program: checks, thresholds, scores, exit codes.
@Suite struct CheckTests {
  /// A file with a fault for each check: row 4 is wrong throughout.
  private static let csv = """
    id,email,state,amount,code,day
    1,ann@example.com,CA,10,AB-1,2026-01-01
    2,bob@example.com,NY,20,AB-2,2026-01-02
    3,,TX,30,AB-3,2026-01-03
    3,nobody,ZZZ,-5,ab4,someday

    """

  struct Case: Sendable, CustomTestStringConvertible {
    var check: String
    var column: String?
    var passing: String
    var failing: String
    /// How many rows of the failing form fail and are evaluated.
    var failed: Int
    var evaluated: Int
    var testDescription: String { check }

    init(_ check: String, _ column: String? = nil, passes: String, fails: String, _ failed: Int, of evaluated: Int) {
      (self.check, self.column, passing, failing) = (check, column, passes, fails)
      (self.failed, self.evaluated) = (failed, evaluated)
    }

    func yaml(_ text: String) -> String {
      column.map { "columns: {\($0): [\(text)]}" } ?? "dataset: [\(text)]"
    }
  }

  static let cases = [
    Case("row_count", passes: "{row_count: {min: 4, max: 4}}", fails: "{row_count: {min: 5}}", 0, of: 4),
    Case(
      "schema", passes: "{schema: {required: [id], forbidden: [x]}}", fails: "{schema: {required: [id, x, y]}}", 2,
      of: 6),
    Case("unique_key", passes: "{unique_key: [id, state]}", fails: "{unique_key: [id]}", 2, of: 4),
    Case("expression", passes: "{expression: \"amount > -10\"}", fails: "{expression: \"amount >= 0\"}", 1, of: 4),
    Case("not_null", "email", passes: "{not_null: {}, at_most: 1}", fails: "not_null", 1, of: 4),
    Case("unique", "state", passes: "unique", fails: "unique", 0, of: 4),
    Case("unique", "id", passes: "{unique: {}, at_most: 2}", fails: "unique", 2, of: 4),
    Case("type", "day", passes: "{type: text}", fails: "{type: date}", 1, of: 4),
    Case(
      "accepted_values", "state", passes: "{accepted_values: [CA, NY, TX, ZZZ]}",
      fails: "{accepted_values: [CA, NY, TX]}", 1, of: 4),
    Case("range", "amount", passes: "{range: {min: -5, max: 30}}", fails: "{range: {min: 0, max: 20}}", 2, of: 4),
    Case("pattern", "code", passes: "{pattern: '(?i)^AB'}", fails: "{pattern: '^AB-\\d$'}", 1, of: 4),
    Case("format", "email", passes: "{format: email, at_least: 60%}", fails: "{format: email}", 1, of: 3),
    Case("length", "state", passes: "{length: {max: 3}}", fails: "{length: {min: 2, max: 2}}", 1, of: 4),
  ]

  private func grade(
    _ checks: String, _ arguments: String..., outputs: String = "[{type: jsonl, from: s, path: out.jsonl}]"
  ) async throws -> (run: RunOutcome, workspace: Workspace) {
    let workspace = try Workspace()
    try workspace.write(Self.csv, to: "in.csv")
    try workspace.write(
      "version: 1\nname: p\nsources: {s: {type: csv, path: in.csv}}\nchecks: {s: {\(checks)}}\noutputs: \(outputs)\nreport: {json: report.json}\n",
      to: "p.yaml")
    let command = ["run", "p.yaml", "--json"] + arguments
    await Turnstile.programs.enter()
    let ending = try await workspace.start(command).end()
    await Turnstile.programs.leave()
    return (try RunOutcome(ending), workspace)
  }

  @Test(arguments: cases) func `each check passes what it shall`(_ sample: Case) async throws {
    let (run, workspace) = try await grade(sample.yaml(sample.passing))
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.outcome == "passed")
    #expect(run.check(sample.check)?["status"]?.string == "passed")
    #expect(workspace.exists("out.jsonl"))
  }

  @Test(arguments: cases.filter { $0.passing != $0.failing })
  func `each check fails what it shall, with its counts and rows, and nothing is published`(_ sample: Case) async throws
  {
    let (run, workspace) = try await grade(sample.yaml(sample.failing))
    #expect(run.code == 1, "\(run.errors)")
    #expect(run.outcome == "failed")
    let check = try #require(run.check(sample.check))
    #expect(check["status"]?.string == "failed")
    if sample.check != "row_count", sample.check != "schema" {
      #expect(check["failed"]?.int == sample.failed)
      #expect(check["evaluated"]?.int == sample.evaluated)
      #expect(check["sample"]?.elements?.count == sample.failed)
      #expect(
        try await workspace.query("SELECT count(*) FROM failed_rows WHERE \"check\" = '\(sample.check)'") == [
          "\(sample.failed)"
        ])
    }
    #expect(check["expected"]?.string?.isEmpty == false)
    #expect(run.published == [false])
    #expect(!workspace.exists("out.jsonl"))
    #expect(try await workspace.query("SELECT \"check\", status FROM check_results") == ["\(sample.check)|failed"])
    #expect(try await workspace.leftovers() == [])
    #expect(try JSONParser.parse(try #require(workspace.text("report.json"))) == run.report)
  }

  @Test(arguments: [
    ("columns: {amount: [{range: {min: 0}, at_least: 75%}]}", "passed", 0),
    ("columns: {amount: [{range: {min: 0}, at_least: 76%}]}", "failed", 1),
    ("columns: {amount: [{range: {min: 0}, at_most: 1}]}", "passed", 0),
    ("columns: {amount: [{range: {min: 0}, at_most: 0}]}", "failed", 1),
    ("columns: {amount: [{range: {min: 0}, at_least: {warn: 99%, fail: 50%}}]}", "warned", 0),
    ("columns: {amount: [{range: {min: 0}, at_least: {warn: 99%, fail: 80%}}]}", "failed", 1),
    ("columns: {amount: [{range: {min: 0}, severity: warn}]}", "warned", 0),
    ("columns: {amount: [{range: {min: 0}, where: \"id < 3\"}]}", "passed", 0),
    ("columns: {amount: [{range: {min: 0}, where: \"id = 99\"}]}", "no_data", 0),
    ("columns: {nothing: [not_null]}", "failed", 1),
    ("dataset: [{row_count: {min: {warn: 10, fail: 2}}}]", "warned", 0),
  ])
  func `thresholds, severity and where decide`(_ checks: String, _ status: String, _ code: Int) async throws {
    let (run, _) = try await grade(checks)
    #expect(run.code == Int32(code), "\(run.errors)")
    #expect(run.dataset("s")?["checks"]?.elements?.first?["status"]?.string == status)
    #expect(run.outcome == (code == 1 ? "failed" : status == "passed" ? "passed" : "warned"))
  }

  @Test func `samples show keys and values, and where in the file the check stands`() async throws {
    let (run, _) = try await grade("key: [id, code], columns: {amount: [{range: {min: 0}}]}")
    let check = try #require(run.check("range", "amount"))
    #expect(check["sample"]?.text == #"[{"row":4,"key":{"id":"3","code":"ab4"},"values":{"amount":"-5"}}]"#)
    #expect(check["location", "line"]?.int == 4)
    #expect(check["observed"] != nil)
  }

  @Test func `a private column shows up in neither sample nor report nor store`() async throws {
    let workspace = try Workspace()
    try workspace.write("id,ssn\n1,078-05-1120\n2,SECRETVALUE\n2,SECRETVALUE\n", to: "in.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: in.csv, columns: {ssn: text}}}
      checks:
        s:
          private: [ssn]
          profile: true
          key: [id, ssn]
          dataset: [{unique_key: [ssn]}, {expression: "ssn LIKE '0%'"}]
          columns: {ssn: [{pattern: '^[0-9-]+$'}, {length: {max: 5}}, unique, {accepted_values: [a]}]}
      report: {json: report.json}
      outputs: [{type: sqlite, from: s, table: t}]
      """)
    #expect(run.code == 1)
    #expect(run.check("pattern", "ssn")?["failed"]?.int == 2)
    for name in workspace.files where name != "in.csv" {
      let text = String(decoding: workspace.bytes(name) ?? [], as: UTF8.self)
      // The staged table is gone, but its pages may be there: the columns of the data itself are the output's matter.
      if name.hasPrefix("assay.db") { continue }
      for value in ["SECRETVALUE", "078-05-1120"] { #expect(!text.contains(value), "\(name)") }
    }
    for table in ["failed_rows", "check_results", "run_events", "runs", "quality_metrics", "run_steps"] {
      let rows = try await workspace.query("SELECT * FROM \(table)").joined(separator: "\n")
      for value in ["SECRETVALUE", "078-05-1120"] { #expect(!rows.contains(value), "\(table): \(rows)") }
    }
    for value in ["SECRETVALUE", "078-05-1120"] { #expect(!run.everything.contains(value)) }
  }

  @Test(arguments: [
    ("columns: {amount: [{range: {min: 0}, severity: warn}]}", "warn", 1),
    ("columns: {amount: [{range: {min: 0}}]}", "never", 0),
    ("columns: {amount: [{range: {min: 0}}]}", "fail", 1), ("columns: {amount: [not_null]}", "warn", 0),
  ])
  func `fail-on says what fails the run`(_ checks: String, _ word: String, _ code: Int) async throws {
    let (run, workspace) = try await grade(checks, "--fail-on", word)
    #expect(run.code == Int32(code), "\(run.errors)")
    #expect(run.published == [code == 0])
    #expect(workspace.exists("out.jsonl") == (code == 0))
  }

  @Test(arguments: [("100", 1), ("1", 0), ("101", 2), ("x", 2)])
  func `min-score judges the overall score`(_ score: String, _ code: Int) async throws {
    let (run, _) = try await grade("columns: {id: [not_null]}", "--min-score", score)
    #expect(run.code == Int32(code), "\(run.errors)")
    if code == 2 { #expect(run.report == .null) }
  }

  @Test(arguments: [
    ("score: {overall: {fail_below: 100}}", 1, "failed"), ("score: {overall: {warn_below: 100}}", 0, "warned"),
    ("score: {completeness: {fail_below: 99}}", 1, "failed"),
    ("score: {completeness: {fail_below: 50}, validity: {fail_below: 50}}", 0, "passed"),
  ])
  func `scores have bounds of their own`(_ checks: String, _ code: Int, _ outcome: String) async throws {
    let (run, _) = try await grade(checks)
    #expect(run.code == Int32(code), "\(run.errors)")
    #expect(run.outcome == outcome)
  }

  @Test func `checks are listed by place in the file, and equal ones are told apart by name`() async throws {
    let (run, _) = try await grade(
      "columns: {amount: [{range: {max: 100}, name: second}, {range: {min: -100}, name: first}], id: [not_null]}, dataset: [{row_count: {min: 1}}]"
    )
    #expect(run.code == 0, "\(run.errors)")
    #expect(
      run.dataset("s")?["checks"]?.elements?.compactMap { $0["check"]?.string } == [
        "second", "first", "not_null", "row_count",
      ])
  }

  @Test(arguments: [("fail", 1, "failed"), ("warn", 0, "warned"), ("pass", 0, "passed")])
  func `no rows are no score, and on_empty decides`(_ word: String, _ code: Int, _ outcome: String) async throws {
    let workspace = try Workspace()
    try workspace.write("a,b\n", to: "in.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: in.csv, on_empty: pass}}
      checks: {s: {on_empty: \(word), columns: {a: [not_null]}}}
      outputs: [{type: csv, from: s, path: out.csv}]
      """)
    #expect(run.code == Int32(code), "\(run.errors)")
    // A check with nothing to evaluate is a warning of its own.
    #expect(run.outcome == (word == "pass" ? run.outcome : outcome))
    #expect(run.dataset("s")?["metrics"]?.object?.members.isEmpty == true)
    #expect(run.check("not_null", "a")?["status"]?.string == "no_data")
  }
}
