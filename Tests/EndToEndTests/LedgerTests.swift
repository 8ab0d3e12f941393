import AssayFormats
import AssayStore
import AssayTestServers
import Glibc
import Testing

/// `assay runs`, `assay show` and `assay logs` over real runs.
@Suite struct LedgerTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private static let pipeline = """
    version: 1
    name: p
    params: {month: {default: "2026-10"}}
    sources: {s: {type: csv, path: in.csv}}
    checks: {s: {columns: {id: [not_null, unique]}}}
    outputs: [{type: jsonl, from: s, path: out.jsonl}]

    """

  @discardableResult
  private func run(_ csv: String, _ arguments: String...) async throws -> Ending {
    try workspace.write(csv, to: "in.csv")
    try workspace.write(Self.pipeline, to: "p.yaml")
    await Turnstile.programs.enter()
    let ending = try await workspace.start(["run", "p.yaml"] + arguments).end()
    await Turnstile.programs.leave()
    return ending
  }

  private func lines(_ ending: Ending) throws -> [JSONValue] {
    try ending.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
  }

  @Test func `runs are listed with all that the ledger keeps, filtered, and page by page`() async throws {
    try await run("id\n1\n2\n")
    try await run("id\n1\n1\n", "--param", "month=2026-11")
    try await run("id\n3\n", "--at", "2026-11-24T06:15:00-05:00")
    try await run("id\n3\n", "--limit", "1")
    let all = try lines(try await workspace.assay("runs", "--json"))
    #expect(all.map { $0["outcome"]?.string } == ["passed", "failed", "passed"])
    #expect(all.first?["slot"]?.string == "2026-11-24T06:15:00-05:00")
    let failed = all[1]
    #expect(failed["params", "month"]?.string == "2026-11")
    #expect(failed["exit_code"]?.int == 1)
    #expect(failed["failed_checks"]?.int == 1)
    #expect(failed["reason"]?.string == "the check unique id failed")
    #expect(failed["file"]?.string?.hasSuffix("/p.yaml") == true)
    #expect(failed["definition_sha256"]?.string?.utf8.count == 64)
    #expect(failed["trigger"]?.string == "manual")
    #expect(failed["duration_seconds"]?.number != nil && failed["score"]?.number != nil)
    let table = try await workspace.assay("runs", "--pipeline", "p.yaml")
    #expect(table.code == 0)
    for word in ["run", "outcome", "✗", "the check unique id failed", "2026-11-24 06:15:00-05:00"] {
      #expect(table.output.contains(word), "\(table.output)")
    }
    #expect(try lines(try await workspace.assay("runs", "--json", "--outcome", "bad")).count == 1)
    #expect(
      try lines(try await workspace.assay("runs", "--json", "--outcome", "passed,failed", "--since", "1h")).count == 3)
    #expect(try lines(try await workspace.assay("runs", "--json", "--until", "1h")).isEmpty)
    #expect(try lines(try await workspace.assay("runs", "--json", "--trigger", "schedule")).isEmpty)
    let first = try await workspace.assay("runs", "--limit", "1")
    let id = try #require(all[0]["id"]?.string)
    #expect(first.output.contains("and older runs: --before \(id)"), "\(first.output)")
    let next = try lines(try await workspace.assay("runs", "--json", "--limit", "1", "--before", id))
    #expect(next.compactMap { $0["id"]?.string } == [failed["id"]?.string])
    #expect(try await workspace.assay("runs", "--pipeline", "other").output == "no runs\n")
  }

  @Test func `slots that had no run are listed with their reasons`() async throws {
    try await run("id\n1\n")
    let store = try await Store.open(workspace.file("assay.db"))
    try await store.pass(
      StoreTime.now.adding(.seconds(-3600)), variant: "", of: "p", as: "missed", reason: "no scheduler was there")
    await store.close()
    let list = try await workspace.assay("runs", "--since", "12h")
    #expect(list.output.contains("missed") && list.output.contains("no scheduler was there"), "\(list.output)")
    let json = try lines(try await workspace.assay("runs", "--json", "--outcome", "bad"))
    #expect(json.count == 1)
    #expect(json.first?["id"] == .null)
    #expect(json.first?["outcome"]?.string == "missed")
    #expect(try await !workspace.assay("runs", "--runs-only").output.contains("missed"))
  }

  @Test(arguments: [
    (["--outcome", "pased"], "did you mean 'passed'?"), (["--trigger", "scedule"], "did you mean 'schedule'?"),
    (["--since", "yesterday"], "--since is a date"), (["--limit", "0"], "--limit is at least 1"),
    (["--before", "nothing"], "no run 'nothing'"),
  ])
  func `a call that means nothing is refused with words`(arguments: [String], words: String) async throws {
    try await run("id\n1\n")
    let ending = try await workspace.start(["runs"] + arguments).end()
    #expect(ending.code == 2)
    #expect(ending.errors.contains(words), "\(ending.errors)")
  }

  @Test func `a run that failed is shown with steps, checks, rows and what to do`() async throws {
    try await run("id\n1\n2\n")
    try await run("id\n7\n7\n")
    let show = try await workspace.assay("show")
    #expect(show.code == 0)
    for word in [
      "✗ p failed in", "month=2026-10", "by manual", "s  ", "csv source", "finished", "unique id",
      "expected  no value occurs twice", "row 1     id: \"7\"", "p.yaml:5", "\n      sqlite3 ", "\n      assay rerun 2",
      "\n      assay diff 2",
      "not published",
    ] {
      #expect(show.output.contains(word), "\(word)\n\(show.output)")
    }
    #expect(!show.output.contains("changed since)"))
    try workspace.write(Self.pipeline + "# more\n", to: "p.yaml")
    #expect(try await workspace.assay("show").output.contains("(has changed since)"))
    let good = try await workspace.assay("show", "last~1")
    #expect(good.output.contains("✓ p passed in") && !good.output.contains("what to do"), "\(good.output)")
    let report = try JSONParser.parse(try await workspace.assay("show", "--json").output)
    #expect(report["outcome"]?.string == "failed")
    #expect(report["steps"]?.elements?.count == 3)
    let none = try await workspace.assay("show", "x")
    #expect(none.code == 2)
    #expect(none.errors.contains("no run 'x'"))
  }

  @Test func `the log of a run tells its events, then what was said, then how it ended`() async throws {
    try await run("id\n7\n7\n")
    let log = try await workspace.assay("logs")
    let lines = log.output.split(separator: "\n")
    #expect(lines.first?.contains("begun") == true)
    #expect(lines.last?.contains("finished  outcome=failed, exit_code=1, reason=the check unique id failed") == true)
    #expect(log.output.contains("source s (csv)  finished, 2 rows out"), "\(log.output)")
    let json = try self.lines(try await workspace.assay("logs", "last", "--json"))
    #expect(json.first?["event"]?.string == "begun")
    #expect(json.contains { $0["event"]?.string == "ended" && $0["node", "name"]?.string == "s" })
    #expect(json.compactMap { $0["seq"]?.int } == Array(1...(json.count - 2)))
    try workspace.write(
      "version: 1\nname: q\nsources: {s: {type: csv, path: none.csv}}\noutputs: [{type: jsonl, from: s, path: o.jsonl}]\n",
      to: "q.yaml")
    _ = try await workspace.assay("run", "q.yaml")
    let broken = try await workspace.assay("logs", "--pipeline", "q")
    #expect(broken.output.contains("error  source"), "\(broken.output)")
    #expect(try await workspace.assay("show", "--pipeline", "q").output.contains("assay resume 2"))
  }

  /// A pipeline whose second page the server answers when it likes.
  private func slowPipeline(_ server: HostileServer) -> String {
    """
    version: 1
    name: slow
    apis: {a: {base_url: "\(server.url)", timeout: {read: 10m, total: 10m}}}
    sources:
      fast: {type: csv, path: in.csv}
      s: {type: http, api: a, path: /rows, records: "$.rows[*]"}
    outputs: [{type: jsonl, from: s, path: out.jsonl}, {type: jsonl, from: fast, path: fast.jsonl}]

    """
  }

  @Test func `a run that goes on is shown with its steps so far and followed to its end, also when it is killed`()
    async throws
  {
    let gate = Gate()
    try await withServer({ _ in
      gate.open()
      return [.silence]
    }) { server in
      try workspace.write("id\n1\n2\n", to: "in.csv")
      try workspace.write(slowPipeline(server), to: "slow.yaml")
      let process = try workspace.start(["run", "slow.yaml"])
      await gate.wait()
      let id = try #require(try await workspace.query("SELECT id FROM runs").first)
      var show = try await workspace.assay("show", id)
      // The ledger writes behind the run.
      while !show.output.contains("fast") { show = try await workspace.assay("show", id) }
      for word in ["slow is running for", "http source", "running", "assay logs \(id) --follow"] {
        #expect(show.output.contains(word), "\(word)\n\(show.output)")
      }
      #expect(try lines(try await workspace.assay("runs", "--json")).first?["outcome"]?.string == "running")
      let follower = try workspace.start(["logs", id, "--follow"])
      process.signal(SIGKILL)
      #expect(await process.end().code == -SIGKILL)
      let log = await follower.end()
      #expect(log.code == 0, "\(log.errors)")
      #expect(log.output.contains("finished  outcome=broken"), "\(log.output)")
      let dead = try await workspace.assay("show", id)
      for word in [
        "slow died before its end", "found dead", "it was killed", "assay resume \(id)",
      ] {
        #expect(dead.output.contains(word), "\(word)\n\(dead.output)")
      }
    }
  }
}
