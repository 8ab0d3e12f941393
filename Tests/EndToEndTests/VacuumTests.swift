import AssayTestServers
import Glibc
import Testing

/// `keep:` and `assay vacuum`.
@Suite struct VacuumTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func write(_ more: String = "") throws {
    try workspace.write("id\n1\n", to: "in.csv")
    try workspace.write(
      "version: 1\nname: p\n\(more)sources: {s: {type: csv, path: in.csv}}\nchecks: {s: {columns: {id: [unique]}}}\n",
      to: "p.yaml")
  }

  private func run() async throws {
    let ending = try await workspace.assay("run", "p.yaml", "--quiet")
    #expect(ending.code == 0, "\(ending.errors)")
  }

  private var count: String {
    get async throws { try #require(try await workspace.query("SELECT count(*) FROM runs").first) }
  }

  @Test func `a run deletes those that its file no longer keeps`() async throws {
    try write()
    for _ in 0..<3 { try await run() }
    #expect(try await count == "3")
    // The file's age is shorter than any run takes, so that only the newest one is left.
    try write("keep: 1ms\n")
    try await run()
    #expect(try await count == "1")
    for table in ["run_steps", "run_events", "quality_metrics", "run_reports"] {
      #expect(try await workspace.query("SELECT count(DISTINCT run_id) FROM \(table)") == ["1"], "\(table)")
    }
    try write("keep: 90d\n")
    try await run()
    #expect(try await count == "2")
  }

  @Test(arguments: [("keep: 0s", "'keep' must be longer than 0s"), ("keep: 90", "expected a duration such as")])
  func `an age that is none is a fault of the file`(line: String, words: String) async throws {
    try write(line + "\n")
    let ending = try await workspace.assay("validate", "p.yaml")
    #expect(ending.code == 2)
    #expect(ending.errors.contains("p.yaml:3:7: error: ") && ending.errors.contains(words), "\(ending.errors)")
  }

  @Test func `vacuum tells what it would delete, deletes it, and says what that freed`() async throws {
    try write()
    for _ in 0..<3 { try await run() }
    let plan = try await workspace.assay("vacuum", "--older-than", "1ms", "--dry-run")
    #expect(plan.code == 0, "\(plan.errors)")
    #expect(plan.output.contains("p: 2 runs older than 1ms would be deleted"), "\(plan.output)")
    #expect(try await count == "3")
    let none = try await workspace.assay("vacuum", "--older-than", "90d")
    #expect(none.output.hasPrefix("the store has "), "\(none.output)")
    let done = try await workspace.assay("vacuum", "--older-than", "1ms")
    #expect(done.code == 0, "\(done.errors)")
    #expect(done.output.contains("p: 2 runs older than 1ms deleted"), "\(done.output)")
    #expect(try await count == "1")
    #expect(try await workspace.assay("show").code == 0)
    let wrong = try await workspace.assay("vacuum", "--older-than", "soon")
    #expect(wrong.code == 2)
    #expect(wrong.errors.contains("--older-than is a duration such as 90d"))
  }

  @Test func `vacuum refuses while a run goes on, and names it`() async throws {
    let gate = Gate()
    try await withServer({ _ in
      gate.open()
      return [.silence]
    }) { server in
      try workspace.write(
        """
        version: 1
        name: p
        apis: {a: {base_url: "\(server.url)", timeout: {read: 10m, total: 10m}}}
        sources: {s: {type: http, api: a, path: /rows, records: "$.rows[*]"}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]

        """, to: "p.yaml")
      let process = try workspace.start(["run", "p.yaml"])
      await gate.wait()
      let id = try #require(try await workspace.query("SELECT id FROM runs").first)
      let ending = try await workspace.assay("vacuum")
      #expect(ending.code == 2)
      #expect(ending.errors.contains("the run \(id) of 'p' is going on, in process \(process.id)"), "\(ending.errors)")
      process.signal(SIGINT)
      #expect(await process.end().code == 130)
      #expect(try await workspace.assay("vacuum").code == 0)
    }
  }
}
