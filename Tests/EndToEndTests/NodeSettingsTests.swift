import AssayFormats
import AssayTestServers
import Glibc
import Testing

/// How single nodes are run: time-outs, failures that the run outlives, and selections.
@Suite struct NodeSettingsTests {
  private static let json = [("Content-Type", "application/json")]

  /// A pipeline of what is fine and of a source whose server never answers.
  private func pipeline(_ server: HostileServer, settings: String) -> String {
    """
    apis: {a: {base_url: "\(server.url)"}}
    sources:
      s: {type: csv, path: in.csv}
      slow: {type: http, api: a, path: /rows, records: "$[*]", \(settings)}
    steps:
      joined: {type: sql, from: [s, slow], query: "SELECT * FROM s, slow"}
    checks: {joined: {columns: {a: [not_null]}}, s: {columns: {a: [not_null]}}}
    outputs:
      - {type: jsonl, from: joined, path: joined.jsonl}
      - {type: sqlite, from: s, table: t}
    """
  }

  @Test func `a source whose server never answers fails at its timeout, and the run breaks`() async throws {
    try await withServer({ _ in [.silence] }) { server in
      let workspace = try Workspace()
      try workspace.write("a\n1\n", to: "in.csv")
      let run = try await workspace.run(pipeline(server, settings: "timeout: 300ms"))
      #expect(run.code == 3, "\(run.errors)")
      #expect(run.error("slow") == "it took longer than its timeout of 300ms")
      #expect(run.step("joined")?["status"]?.string == "cancelled")
      #expect(run.published == [false, false])
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test func `the rest of the run goes on, is published, and says what is missing`() async throws {
    try await withServer({ _ in [.silence] }) { server in
      let workspace = try Workspace()
      try workspace.write("a\n1\n", to: "in.csv")
      let text = pipeline(server, settings: "timeout: 300ms, on_failure: continue, tags: [far]")
      let run = try await workspace.run(text)
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.report["outcome"]?.string == "warned")
      #expect(run.step("slow")?["status"]?.string == "failed")
      #expect(run.step("joined", kind: "step")?["status"]?.string == "skipped")
      #expect(run.step("joined", kind: "check")?["status"]?.string == "skipped")
      #expect(run.error("joined.jsonl") == "'slow' failed")
      #expect(run.published == [false, true])
      #expect(run.errors.contains("output 1 (jsonl) is not published: 'slow' failed"))
      #expect(try await workspace.query("SELECT a FROM t") == ["1"])
      #expect(!workspace.exists("joined.jsonl"))
      #expect(try await workspace.leftovers() == [])
      #expect(
        try await workspace.query(
          "SELECT name, status, error FROM run_steps WHERE status != 'finished' AND kind != 'check'")
          == [
            "slow|failed|it took longer than its timeout of 300ms", "joined|skipped|'slow' failed",
            "joined.jsonl|skipped|'slow' failed",
          ])
      #expect(try await workspace.run(text, "--fail-on", "warn").code == 1)
      // What is not chosen is neither asked nor missed.
      let part = try await workspace.run(text, "--only", "t")
      #expect(part.code == 0 && part.report["outcome"]?.string == "passed", "\(part.errors)")
      #expect(part.step("slow") == nil)
      #expect(part.published == [true])
      let far = try await workspace.run(text, "--from-step", "far")
      #expect(far.code == 2 && far.errors.contains("--from-step: there is no source or step 'far'"), "\(far.errors)")
    }
  }

  @Test func `a table of another file is chosen by its name`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    let text = """
      sources: {s: {type: csv, path: in.csv}}
      outputs:
        - {type: sqlite, from: s, table: i1, path: other.db}
        - {type: sqlite, from: s, table: i2, path: other.db}
      """
    #expect(try await workspace.run(text, "--only", "i1").published == [true])
    #expect(try await workspace.run(text, "--only", "other.db:i2").published == [true])
  }

  @Test func `a file that nobody writes to is left behind at the timeout`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    try #require(mkfifo(workspace.file("pipe.csv"), 0o600) == 0)
    let run = try await workspace.run(
      """
      sources:
        s: {type: csv, path: in.csv}
        pipe: {type: csv, path: pipe.csv, timeout: 200ms, on_failure: continue}
      outputs:
        - {type: jsonl, from: pipe, path: pipe.jsonl}
        - {type: jsonl, from: s, path: s.jsonl}
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.step("pipe")?["status"]?.string == "failed")
    #expect(run.published == [false, true])
  }

  @Test(arguments: [false, true])
  func `rows that cannot be sent keep nothing else from being sent and published`(hangs: Bool) async throws {
    try await withServer({ request in
      if request.target.hasPrefix("/good") { return [reply(200, Self.json, "{}")] }
      return hangs ? [.silence] : [reply(422, Self.json, "{}")]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("a\n1\n2\n", to: "in.csv")
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(server.url)"}}
        sources: {s: {type: csv, path: in.csv}}
        outputs:
          - {type: http, api: a, from: s, path: "/bad/{a}", on_failure: continue\(hangs ? ", timeout: 300ms" : "")}
          - {type: http, api: a, from: s, path: "/good/{a}"}
          - {type: jsonl, from: s, path: out.jsonl}
        """)
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.report["outcome"]?.string == "warned")
      #expect(run.published == [false, true, true])
      #expect(server.received.filter { $0.target.hasPrefix("/good") }.count == 2)
      #expect(workspace.text("out.jsonl") == "{\"a\":1}\n{\"a\":2}\n")
      let failed = run.report["steps"]?.elements?.first { $0["status"]?.string == "failed" }
      let error = failed?["error"]?.string ?? ""
      #expect(hangs ? error == "it took longer than its timeout of 300ms" : error.contains("422"), "\(error)")
      #expect(run.errors.contains("output 1 (http): 0 of 2 requests were sent"), "\(run.errors)")
      #expect(!run.errors.contains("2 of 2 requests were sent"), "\(run.errors)")
    }
  }

  @Test(arguments: [
    (["--only", "s", "--until", "s"], "--only and --from-step publish what they run"),
    (["--from-step", "s", "--limit", "1"], "--only and --from-step publish what they run"),
    (["--from-step", "s", "--print"], "--only and --from-step publish what they run"),
    (["--only", "s", "--from-step", "s"], "--only and --from-step exclude each other"),
    (["--only", "s", "--resume"], "--resume goes on with whole runs"),
    (["--only", ","], "--only takes names or tags"),
  ])
  func `a call that means two things is wrong`(arguments: [String], message: String) async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    try workspace.write(
      "version: 1\nname: p\nsources: {s: {type: csv, path: in.csv}}\noutputs: [{type: jsonl, from: s, path: o.jsonl}]\n",
      to: "p.yaml")
    let ending = try await workspace.start(["run", "p.yaml"] + arguments).end()
    #expect(ending.code == 2)
    #expect(ending.errors.contains(message), "\(ending.errors)")
    #expect(!workspace.exists("o.jsonl"))
  }

  @Test func `an incremental source goes on from where it was until all that reads it is published`() async throws {
    try await withServer({ _ in [reply(200, Self.json, #"{"items":[{"id":1,"at":"2026-02-01"}]}"#)] }) { server in
      let workspace = try Workspace()
      func text(_ query: String) -> String {
        """
        sources:
          s: {type: http, path: "\(server.url)/rows", records: "$.items[*]", incremental: {cursor: at, param: since, initial: 2026-01-01}}
        steps:
          extra: {type: sql, from: [s], query: "\(query)", on_failure: continue}
        outputs:
          - {type: sqlite, from: s, table: t, mode: upsert, key: [id], tags: [rows]}
          - {type: sqlite, from: extra, table: u, mode: upsert, key: [id]}
        """
      }
      let good = text("SELECT id FROM s")
      let broken = try await workspace.run(text("SELECT nope FROM s"))
      #expect(broken.code == 0 && broken.published == [true, false], "\(broken.errors)")
      #expect(try await workspace.run(good, "--only", "rows").published == [true])
      #expect(try await workspace.run(good).published == [true, true])
      #expect(try await workspace.run(good, "--from-step", "s").published == [true, true])
      #expect(
        server.received.map { sinceParameter($0.target) } == ["2026-01-01", "2026-01-01", "2026-01-01", "2026-02-01"])
    }
  }
}
