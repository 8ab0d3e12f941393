import AssayFormats
import Glibc
import Testing

/// Checks that compare a run with earlier ones, over real runs of a pipeline whose data change.
@Suite struct HistoryTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Runs the pipeline over so many rows, whose amounts are from 0 up, times a factor.
  @discardableResult
  private func run(
    _ checks: String, rows: Int, factor: Int = 1, header: String = "id,amount,state", _ arguments: String...
  ) async throws -> RunOutcome {
    let lines = (0..<rows).map { "\($0),\($0 % 100 * factor),\(["CA", "NY", "TX"][$0 % 3])" }
    try workspace.write(header + "\n" + lines.joined(separator: "\n") + "\n", to: "in.csv")
    try workspace.write(
      "version: 1\nname: p\nsources: {s: {type: csv, path: in.csv}}\nchecks: {s: {\(checks)}}\n", to: "p.yaml")
    await Turnstile.programs.enter()
    let ending = try await workspace.start(["run", "p.yaml", "--json"] + arguments).end()
    await Turnstile.programs.leave()
    return try RunOutcome(ending)
  }

  private func seen(_ run: RunOutcome, _ check: String) -> [String] {
    [run.check(check)?["status"]?.string ?? "none", run.check(check)?["observed"]?.string ?? ""]
  }

  @Test func `a change is judged against the last run that passed, and a refused one does not become the measure`()
    async throws
  {
    let checks = "dataset: [{change: {of: row_count, max: 20%}}]"
    let first = try await run(checks, rows: 100, "--fail-on", "warn")
    #expect(first.code == 0)
    #expect(seen(first, "change") == ["passed", "too little history: no earlier run"])
    #expect(seen(try await run(checks, rows: 110), "change") == ["passed", "from 100 to 110 (+10%)"])
    for _ in 0..<2 {
      let refused = try await run(checks, rows: 200)
      #expect(refused.code == 1)
      #expect(seen(refused, "change") == ["failed", "from 110 to 200 (+81.8182%)"])
    }
    #expect(seen(try await run(checks, rows: 115), "change") == ["passed", "from 110 to 115 (+4.54545%)"])
    // What is cut short is no whole run: it is not compared, and leaves nothing.
    let part = try await run(checks, rows: 115, "--limit", "5")
    #expect(part.report == .null || seen(part, "change")[1].hasPrefix("too little history"))
    let counts = try await workspace.query("SELECT metric_value FROM quality_metrics WHERE metric_name = 'row_count'")
    #expect(counts == ["100.0", "110.0", "200.0", "200.0", "115.0"])
  }

  @Test func `an anomaly needs some runs, and then tells what is far from their mean`() async throws {
    let checks = """
      dataset: [{anomaly: {of: row_count, sigmas: 3, min_runs: 3}}], columns: {amount: [{anomaly: {of: median, min_runs: 2, runs: 5}, severity: warn}]}
      """
    for (rows, status) in [(100, "too little history: 0 of 3 runs"), (104, "too little history: 1 of 3 runs")] {
      #expect(seen(try await run(checks, rows: rows), "anomaly") == ["passed", status])
    }
    #expect(seen(try await run(checks, rows: 96), "anomaly") == ["passed", "too little history: 2 of 3 runs"])
    #expect(
      seen(try await run(checks, rows: 111), "anomaly") == ["passed", "111, 2.75 sigmas above the mean 100 of 3 runs"])
    let far = try await run(checks, rows: 40, factor: 50)
    #expect(far.code == 1)
    #expect(seen(far, "anomaly")[0] == "failed")
    let median = far.dataset("s")?["checks"]?.elements?.first { $0["column"]?.string == "amount" }
    #expect(median?["status"]?.string == "warned")
    #expect(
      try await workspace.query("SELECT count(*) FROM quality_metrics WHERE metric_name = 'median(amount)'") == ["5"])
  }

  @Test func `drift of numbers and of texts is told against the last run that passed`() async throws {
    let checks = "columns: {amount: [{drift: {method: ks, max: 0.2}}], state: [drift]}"
    let first = try await run(checks, rows: 300)
    #expect(first.code == 0)
    #expect(seen(first, "drift") == ["passed", "too little history: no earlier run"])
    let same = try await run(checks, rows: 300)
    #expect(same.check("drift", "amount")?["observed"]?.number == 0)
    #expect(same.check("drift", "state")?["observed"]?.number == 0)
    let moved = try await run(checks, rows: 300, factor: 3)
    #expect(moved.code == 1)
    let distance = try #require(moved.check("drift", "amount")?["observed"]?.number)
    #expect(abs(distance - 0.66) < 0.02)
    #expect(moved.check("drift", "state")?["status"]?.string == "passed")
    #expect(
      moved.check("drift", "amount")?["expected"]?.string == "the KS distance of amount to the last run is at most 0.2")
    // Numbers are texts now.
    let lines = (0..<300).map { "\($0),x\($0 % 7),CA" }
    try workspace.write("id,amount,state\n" + lines.joined(separator: "\n") + "\n", to: "in.csv")
    let ending = try RunOutcome(try await workspace.assay("run", "p.yaml", "--json"))
    #expect(ending.check("drift", "amount")?["observed"]?.string == "numbers before, texts now")
    #expect(ending.check("drift", "state")?["status"]?.string == "failed")
  }

  @Test func `columns that came, went and have another type are told`() async throws {
    let checks = "dataset: [{schema_change: {added: pass}}]"
    #expect(seen(try await run(checks, rows: 9), "schema_change") == ["passed", "too little history: no earlier run"])
    #expect(seen(try await run(checks, rows: 9), "schema_change") == ["passed", "3 columns"])
    let renamed = try await run(checks, rows: 9, header: "id,sum,state")
    #expect(renamed.code == 1)
    #expect(seen(renamed, "schema_change") == ["failed", "added: sum; removed: amount"])
    #expect(renamed.check("schema_change")?["failed"]?.int == 1)
    let retyped = try await run(checks, rows: 9, header: "id,state,amount")
    #expect(seen(retyped, "schema_change")[1] == "retyped: state (text to integer), amount (integer to text)")
  }

  @Test func `what checks of a column observe can be drawn over runs`() async throws {
    for (rows, mean) in [("1\n3\n", "2"), ("2\n4\n", "3")] {
      try workspace.write("n\n\(rows)", to: "in.csv")
      try workspace.write(
        """
        version: 1
        name: p
        sources: {s: {type: csv, path: in.csv}}
        checks: {s: {columns: {n: [{mean: {max: 9}}, {max: {max: 9}, where: n < 3}, not_null]}}}
        """, to: "p.yaml")
      #expect(try await workspace.assay("run", "p.yaml").code == 0)
      #expect(try await workspace.assay("history", "mean(n)").output.contains("last \(mean)"))
    }
    let unknown = try await workspace.assay("history", "max(n)")
    #expect(unknown.code == 2, "the greatest of a part of the rows is not that of all")
  }

  @Test func `a secret among the values is kept as little as a private one`() async throws {
    try workspace.write("id,token\n1,hunter2-hunter2\n2,other\n", to: "in.csv")
    try workspace.write(
      """
      version: 1
      name: p
      description: "${secret:TOKEN}"
      sources: {s: {type: csv, path: in.csv}}
      checks: {s: {key: [token], columns: {token: [drift]}}}
      """, to: "p.yaml")
    let environment = ["TOKEN": "hunter2-hunter2"]
    #expect(try await workspace.assay("run", "p.yaml", environment: environment).code == 0)
    for name in ["assay.db", "assay.db-wal"] {
      let found = String(decoding: workspace.bytes(name) ?? [], as: UTF8.self).contains("hunter2")
      #expect(!found, "\(name)")
    }
    #expect(
      try await workspace.query("SELECT count(*) FROM column_profiles WHERE distribution LIKE '%other%'") == ["1"])
  }

  @Test func `nothing of a private column's values is kept`() async throws {
    try workspace.write("id,email\nann@example.com,secret-1\nbob@example.com,secret-2\n", to: "in.csv")
    try workspace.write(
      """
      version: 1
      name: p
      sources: {s: {type: csv, path: in.csv}}
      checks:
        s: {private: [id, email], key: [id], profile: true, columns: {email: [{change: {of: nulls, max: 0}}]}}
      """, to: "p.yaml")
    for _ in 0..<2 { #expect(try await workspace.assay("run", "p.yaml").code == 0) }
    for name in ["assay.db", "assay.db-wal"] {
      let bytes = workspace.bytes(name) ?? []
      for value in ["ann@example", "secret-1"] {
        let found = String(decoding: bytes, as: UTF8.self).contains(value)
        #expect(!found, "\(value) in \(name)")
      }
    }
    let same = try await workspace.assay("diff")
    #expect(same.code == 0 && same.output.contains("rows are not compared"), "no key is kept that is private")
    try workspace.write(
      "version: 1\nname: p\nsources: {s: {type: csv, path: in.csv}}\nchecks: {s: {private: [email], columns: {email: [drift]}}}\n",
      to: "p.yaml")
    let refused = try await workspace.assay("validate", "p.yaml")
    #expect(refused.code == 2)
    #expect(refused.errors.contains("nothing of its values is kept for 'drift'"))
  }

  @Test func `a replay has no history, and judges the same again`() async throws {
    let checks = "dataset: [{change: {of: row_count, max: 20%}}]"
    try await run(checks, rows: 100)
    let recorded = try await run(checks, rows: 300, "--record", "tape")
    #expect(seen(recorded, "change")[0] == "failed")
    let replay = try await run(checks, rows: 300, "--replay", "tape")
    #expect(seen(replay, "change") == ["passed", "too little history: no earlier run"])
  }

  @Test func `a run that is killed leaves no profile, and the next compares with the one before`() async throws {
    let checks = "dataset: [{change: {of: row_count, max: 20%}}]"
    try await run(checks, rows: 100)
    try workspace.write(
      """
      version: 1
      name: p
      sources: {s: {type: csv, path: in.csv}, slow: {type: csv, path: pipe}}
      checks: {s: {\(checks)}, slow: {}}
      """, to: "p.yaml")
    #expect(mkfifo(workspace.file("pipe"), 0o600) == 0)
    let child = try workspace.start(["run", "p.yaml"])
    // The reader has come once the pipe can be opened without waiting.
    let deadline = ContinuousClock.now + .seconds(60)
    var pipe: Int32 = -1
    while pipe < 0, ContinuousClock.now < deadline {
      pipe = open(workspace.file("pipe"), O_WRONLY | O_NONBLOCK)
      if pipe < 0 { try await Task.sleep(for: .milliseconds(10)) }
    }
    child.signal(SIGKILL)
    _ = await child.end()
    try #require(pipe >= 0, "the run has never opened its source")
    close(pipe)
    #expect(try await workspace.query("SELECT count(*) FROM dataset_profiles") == ["1"])
    #expect(seen(try await run(checks, rows: 110), "change") == ["passed", "from 100 to 110 (+10%)"])
  }
}
