import AssayFormats
import Testing

/// `assay baseline`, and runs that are held against its file.
@Suite struct BaselineTests {
  private static let pipeline = """
    version: 1
    name: p
    sources: {s: {type: csv, path: in.csv}}
    checks:
      s:
        key: [id]
        private: [ssn]
        columns: {email: [not_null], ssn: [{length: {max: 3}}]}
    outputs:
      - {type: sqlite, from: s, table: t}
      - {type: csv, from: s, path: out.csv, publish: always}
    report: {json: report.json}

    """

  private func workspace(_ rows: [String]) throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Self.pipeline, to: "p.yaml")
    try workspace.write("id,email,ssn\n" + rows.map { $0 + "\n" }.joined(), to: "in.csv")
    return workspace
  }

  private func run(_ workspace: Workspace, _ arguments: String...) async throws -> RunOutcome {
    try RunOutcome(
      await workspace.start(["run", "p.yaml", "--json", "--baseline", "base.json"] + arguments).end())
  }

  @Test func `a baseline is the same each time, and nothing is published for it`() async throws {
    let workspace = try workspace(["2,,SECRET", "1,,1", "3,a@example.com,2"])
    let first = try await workspace.assay("baseline", "p.yaml", "--output", "base.json")
    #expect(first.code == 0, "\(first.errors)")
    #expect(first.errors.contains("the baseline is written, and nothing was published: base.json"))
    let text = try #require(workspace.text("base.json"))
    #expect(text.contains("{\"id\":\"1\"},\n        {\"id\":\"2\"}\n"))
    #expect(!text.contains("SECRET"))
    for name in ["out.csv", "report.json"] { #expect(!workspace.exists(name)) }
    #expect(try await workspace.query("SELECT count(*) FROM sqlite_master WHERE name = 't'") == ["0"])
    #expect(try await workspace.query("SELECT count(*) FROM quality_metrics") == ["0"])
    #expect(try await workspace.leftovers() == [])
    // The rows in another order are the same failures.
    try workspace.write("id,email,ssn\n1,,1\n3,a@example.com,2\n2,,SECRET\n", to: "in.csv")
    #expect(try await workspace.assay("baseline", "p.yaml", "-q", "-o", "base.json").errors == "")
    #expect(workspace.text("base.json") == text)
  }

  @Test func `only new failures fail the gate, and the report says which`() async throws {
    let workspace = try workspace(["1,,1", "2,b@example.com,2", "3,c@example.com,4444"])
    #expect(try await workspace.assay("baseline", "p.yaml", "-q", "-o", "base.json").code == 0)
    var run = try await run(workspace)
    #expect(run.code == 0 && run.outcome == "warned", "\(run.errors)")
    #expect(run.check("not_null")?["status"]?.string == "warned")
    #expect(run.check("not_null")?["baseline"]?.text == #"{"failed":1,"observed":1,"verdict":"known"}"#)
    #expect(run.errors.contains("baseline  known: 1 row in the baseline"))
    #expect(run.published == [true, true])
    // Another row fails in place of the known one; the other check is mended.
    try workspace.write("id,email,ssn\n1,a@example.com,1\n2,,2\n3,c@example.com,4\n", to: "in.csv")
    run = try await self.run(workspace)
    #expect(run.code == 1)
    #expect(run.check("not_null")?["baseline", "verdict"]?.string == "worse")
    #expect(run.check("length")?["baseline"]?.text == #"{"failed":1,"observed":1,"verdict":"fixed"}"#)
    #expect(run.errors.contains("worse: 1 row in the baseline; new: id=2"), "\(run.errors)")
    #expect(run.errors.contains("the baseline can be tightened: holds now: length ssn of s"))
    #expect(run.published == [false, true])
  }

  @Test func `without a baseline the report has none`() async throws {
    let workspace = try workspace(["1,,1"])
    let run = try RunOutcome(await workspace.start(["run", "p.yaml", "--json"]).end())
    #expect(run.code == 1 && run.check("not_null")?["baseline"] == .null)
  }

  @Test(arguments: [
    ("", "is no baseline, since it is no JSON"), ("{\"report_version\": 1}", "is no baseline"),
    ("{\"baseline_version\": 1, \"pipeline\": \"q\", \"checks\": []}", "is of the pipeline 'q', not of 'p'"),
    ("{\"baseline_version\": 7}", "has version 7"), ("\u{0}", "is no baseline"),
  ])
  func `a file that is no baseline of the pipeline is a wrong call`(_ text: String, _ message: String) async throws {
    let workspace = try workspace(["1,,1"])
    try workspace.write(text, to: "base.json")
    let run = try await run(workspace)
    #expect(run.code == 2 && run.errors.contains("error: the baseline 'base.json' \(message)"), "\(run.errors)")
    #expect(!workspace.exists("assay.db"))
  }

  @Test func `what cannot be graded has no baseline`() async throws {
    let workspace = try workspace(["1,,1"])
    try workspace.write("old", to: "base.json")
    try workspace.write(Self.pipeline.replacing("in.csv", with: "none.csv"), to: "p.yaml")
    let ending = try await workspace.assay("baseline", "p.yaml", "-o", "base.json")
    #expect(ending.code == 3 && ending.errors.contains("no baseline was written"), "\(ending.errors)")
    #expect(workspace.text("base.json") == "old")
  }

  @Test(arguments: [("p.yaml", 2, "would write over the pipeline file"), ("in.csv/b.json", 3, "could not be written")])
  func `a baseline that cannot be written says so`(_ path: String, _ code: Int, _ words: String) async throws {
    let workspace = try workspace(["1,,1"])
    let ending = try await workspace.assay("baseline", "p.yaml", "-o", path)
    #expect(ending.code == Int32(code) && ending.errors.contains(words), "\(ending.errors)")
    #expect(workspace.text("p.yaml") == Self.pipeline)
  }
}
