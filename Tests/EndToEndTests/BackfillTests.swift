import AssayFormats
import AssayTestServers
import Glibc
import Synchronization
import Testing

/// `assay backfill`: one run for each moment, as processes of the real program.
@Suite struct BackfillTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// A pipeline of a file for each day.
  private func write(_ more: String = "", output: String = "{type: jsonl, from: s, path: \"out/${run:date}.jsonl\"}")
    throws
  {
    try workspace.write(
      """
      version: 1
      name: p
      params: {kind: {default: a}}
      sources: {s: {type: csv, path: "in/${run:date}.csv"}}
      checks: {s: {columns: {id: [unique]}}}
      outputs: [\(output)]
      \(more)
      """, to: "p.yaml")
  }

  private func days(_ days: ClosedRange<Int>, except missing: Int? = nil) throws {
    for day in days where day != missing { try workspace.write("id\n\(day)\n", to: "in/2025-11-\(day).csv") }
  }

  private func lines(_ ending: Ending) throws -> [JSONValue] {
    try ending.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
  }

  private func backfill(_ arguments: String...) async throws -> Ending {
    await Turnstile.programs.enter()
    let ending = try await workspace.start(["backfill", "p.yaml"] + arguments).end()
    await Turnstile.programs.leave()
    return ending
  }

  @Test func `every moment has a run in order, and what did not pass is done by the same call`() async throws {
    try write()
    try days(10...13, except: 12)
    let span = ["--from", "2025-11-10", "--to", "2025-11-13", "--every", "1d"]
    let plan = try await backfill(span[0], span[1], span[2], span[3], span[4], span[5], "--dry-run")
    #expect(plan.code == 0, "\(plan.errors)")
    #expect(plan.output.contains("2025-11-12T00:00:00Z  run") && plan.output.contains("4 moments: 4 to run"))
    #expect(!workspace.exists("out/2025-11-10.jsonl"))
    let first = try await backfill(span[0], span[1], span[2], span[3], span[4], span[5], "--json")
    #expect(first.code == 3, "\(first.errors)")
    #expect(try lines(first).map { $0["outcome"]?.string } == ["passed", "passed", "error", "passed"])
    #expect(first.errors.contains("4 moments: 4 run, 1 error, 3 passed"), "\(first.errors)")
    #expect(
      try await workspace.query("SELECT \"trigger\", slot, outcome FROM runs ORDER BY rowid") == [
        "backfill|2025-11-10T00:00:00Z|passed", "backfill|2025-11-11T00:00:00Z|passed",
        "backfill|2025-11-12T00:00:00Z|error", "backfill|2025-11-13T00:00:00Z|passed",
      ])
    try workspace.write("id\n12\n", to: "in/2025-11-12.csv")
    let second = try await backfill(span[0], span[1], span[2], span[3], span[4], span[5])
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.errors.contains("4 moments: 1 run, 1 passed, 3 skipped"), "\(second.errors)")
    #expect(workspace.text("out/2025-11-12.jsonl") == "{\"id\":12}\n")
    #expect(try await workspace.query("SELECT count(*) FROM runs WHERE resumed_from IS NOT NULL") == ["1"])
    let third = try await backfill(span[0], span[1], span[2], span[3], span[4], span[5], "--json")
    #expect(third.code == 0)
    #expect(try lines(third).allSatisfy { $0["decision"]?.string == "skip" })
    let other = try await backfill(span[0], span[1], span[2], "2025-11-10", span[4], span[5], "--param", "kind=b")
    #expect(other.errors.contains("1 moment: 1 run, 1 passed"), "runs of other params are other runs: \(other.errors)")
  }

  @Test func `only failed, only missing and all mean what they say`() async throws {
    try write()
    try days(10...12)
    try workspace.write("id\n1\n1\n", to: "in/2025-11-11.csv")
    for day in [10, 11] { _ = try await workspace.assay("run", "p.yaml", "--at", "2025-11-\(day)", "--quiet") }
    func wanted(_ only: String) async throws -> [String] {
      let ending = try await backfill(
        "--from", "2025-11-10", "--to", "2025-11-12", "--every", "1d", "--only", only, "--dry-run", "--json")
      #expect(ending.code == 0, "\(ending.errors)")
      return try lines(ending).filter { $0["decision"]?.string != "skip" }.compactMap {
        $0["at"]?.string.map { String($0.prefix(10).suffix(2)) }
      }
    }
    #expect(try await wanted("open") == ["11", "12"])
    #expect(try await wanted("failed") == ["11"])
    #expect(try await wanted("missing") == ["12"])
    #expect(try await wanted("all") == ["10", "11", "12"])
    // A moment in another zone's words is the same moment.
    let zoned = try await backfill(
      "--from", "2025-11-09T19:00", "--to", "2025-11-09T19:00", "--every", "1d", "--timezone", "America/New_York",
      "--dry-run", "--json")
    #expect(try lines(zoned).first?["decision"]?.string == "skip")
  }

  @Test func `the moments are those of the schedule where nothing else is said`() async throws {
    try write("schedule: {cron: \"15 6 * * 1-5\", timezone: America/New_York}")
    let own = try await backfill("--from", "2025-11-07", "--to", "2025-11-10", "--dry-run", "--json")
    #expect(
      try lines(own).compactMap { $0["at"]?.string } == ["2025-11-07T06:15:00-05:00", "2025-11-10T06:15:00-05:00"],
      "\(own.errors)")
    let cron = try await backfill(
      "--from", "2025-10-01", "--to", "2025-11-30", "--cron", "0 0 1 * *", "--dry-run", "--json")
    #expect(!workspace.exists("assay.db"), "what only looks makes no store")
    #expect(
      try lines(cron).compactMap { $0["at"]?.string } == ["2025-10-01T00:00:00-04:00", "2025-11-01T00:00:00-04:00"])
  }

  @Test(arguments: [
    (["--from", "2025-11-10", "--to", "2025-11-09", "--every", "1d"], "--to is before --from"),
    (["--from", "2025-11-10", "--every", "1x"], "--every is a duration"),
    (["--from", "2025-11-10", "--every", "1d", "--concurrency", "0"], "--concurrency is at least 1"),
    (["--from", "soon", "--every", "1d"], "--from is a date"),
    (["--from", "2025-11-10"], "has no schedule that tells its moments"),
    (["--from", "2025-11-10", "--cron", "1 2 3"], "--cron: "),
    (["--from", "2025-11-10", "--every", "1d", "--timezone", "Europe/Berln"], "did you mean 'Europe/Berlin'?"),
    (["--from", "2999-01-01", "--to", "2999-01-02", "--every", "1d"], "--from is in the future"),
    (["--from", "1900-01-01", "--every", "1m"], "more than 100000 runs"),
  ])
  func `a call that cannot be is refused with words`(arguments: [String], words: String) async throws {
    try write()
    let ending = try await workspace.start(["backfill", "p.yaml"] + arguments).end()
    #expect(ending.code == 2)
    #expect(ending.errors.contains(words), "\(ending.errors)")
    if workspace.exists("assay.db") { #expect(try await workspace.query("SELECT id FROM runs").isEmpty) }
  }

  @Test func `runs that would stand in each other's way are not let run at once`() async throws {
    try write(output: "{type: sqlite, from: s, table: t}")
    try days(10...12)
    let refused = try await backfill(
      "--from", "2025-11-10", "--to", "2025-11-12", "--every", "1d", "--concurrency", "2")
    #expect(refused.code == 2)
    #expect(refused.errors.contains("every run replaces 't'"), "\(refused.errors)")
    let inTurn = try await backfill("--from", "2025-11-10", "--to", "2025-11-12", "--every", "1d")
    #expect(inTurn.code == 0, "\(inTurn.errors)")
    #expect(inTurn.errors.contains("note: every run replaces 't', so that the rows of the last one stay"))
    #expect(try await workspace.query("SELECT id FROM t") == ["12"])
    try write(output: "{type: sqlite, from: s, table: u, mode: append}")
    let atOnce = try await backfill(
      "--from", "2025-11-10", "--to", "2025-11-12", "--every", "1d", "--concurrency", "3", "--only", "all")
    #expect(atOnce.code == 0, "\(atOnce.errors)")
    #expect(try await workspace.query("SELECT id FROM u ORDER BY id") == ["10", "11", "12"])
  }

  @Test func `Ctrl-C stops the run that goes on, and starts no other`() async throws {
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
        sources: {s: {type: http, api: a, path: "/${run:date}", records: "$.rows[*]"}}
        outputs: [{type: jsonl, from: s, path: "${run:date}.jsonl"}]

        """, to: "p.yaml")
      let process = try workspace.start(
        ["backfill", "p.yaml", "--from", "2025-11-10", "--to", "2025-11-12", "--every", "1d"])
      await gate.wait()
      process.signal(SIGINT)
      let ending = await process.end()
      #expect(ending.code == 130, "\(ending.errors)")
      #expect(ending.errors.contains("3 moments: 1 run, 1 interrupted, 2 not run"), "\(ending.errors)")
      #expect(try await workspace.query("SELECT outcome, exit_code FROM runs") == ["interrupted|143"])
    }
  }

  @Test func `a backfill that was killed with its run is simply called again`() async throws {
    let gate = Gate()
    let visits = Mutex(0)
    try await withServer({ request in
      let visit = visits.withLock { visits in
        visits += 1
        return visits
      }
      gate.open()
      // The second moment's run never hears of its page, the first time.
      if visit == 2 { return [.silence] }
      return [reply(200, [("Content-Type", "application/json")], #"{"rows":[{"day":"\#(request.target)"}]}"#)]
    }) { server in
      try workspace.write(
        """
        version: 1
        name: p
        apis: {a: {base_url: "\(server.url)", timeout: {read: 10m, total: 10m}}}
        sources: {s: {type: http, api: a, path: "/${run:date}", records: "$.rows[*]"}}
        outputs: [{type: sqlite, from: s, table: t, mode: append}]

        """, to: "p.yaml")
      let call = ["backfill", "p.yaml", "--from", "2025-11-10", "--to", "2025-11-12", "--every", "1d"]
      let process = try workspace.start(call)
      await gate.wait()
      await gate.wait()
      process.signal(SIGKILL)
      _ = await process.end()
      let child = try #require(try await workspace.query("SELECT pid FROM runs WHERE outcome IS NULL").first)
      kill(try #require(pid_t(child)), SIGKILL)
      let again = try await workspace.start(call).end()
      #expect(again.code == 0, "\(again.errors)")
      #expect(again.errors.contains("3 moments: 2 run, 2 passed, 1 skipped"), "\(again.errors)")
      #expect(try await workspace.query("SELECT day FROM t ORDER BY day") == (10...12).map { "/2025-11-\($0)" })
      #expect(
        try await workspace.query("SELECT outcome FROM runs ORDER BY rowid") == [
          "passed", "broken", "passed", "passed",
        ])
    }
  }
}
