import AssayFormats
import FoundationEssentials
import Testing

/// Where rows go, through the whole program.
@Suite struct OutputTests {
  private func run(
    _ workspace: Workspace, _ csv: String, _ outputs: String, checks: String = "", _ arguments: String...
  ) async throws -> RunOutcome {
    try workspace.write(csv, to: "in.csv")
    try workspace.write(
      "version: 1\nname: p\nsources: {s: {type: csv, path: in.csv, on_empty: pass}}\n\(checks)\noutputs: \(outputs)\n",
      to: "p.yaml")
    let ending = try await workspace.start(["run", "p.yaml", "--json"] + arguments).end()
    return try RunOutcome(ending)
  }

  @Test func `replace puts new rows in the place of old ones`() async throws {
    let workspace = try Workspace()
    let output = "[{type: sqlite, from: s, table: t, mode: replace}]"
    #expect(try await run(workspace, "a,b\n1,x\n2,y\n", output).code == 0)
    #expect(try await run(workspace, "a,c\n3,z\n", output).code == 0)
    #expect(try await workspace.query("SELECT a, c FROM t") == ["3|z"])
    #expect(try await workspace.leftovers() == [])
  }

  @Test func `append adds rows, and upsert overwrites those with the same key`() async throws {
    let workspace = try Workspace()
    let append = "[{type: sqlite, from: s, table: t, mode: append}]"
    #expect(try await run(workspace, "a,b\n1,x\n", append).code == 0)
    #expect(try await run(workspace, "a,b\n1,x\n2,y\n", append).code == 0)
    #expect(try await workspace.query("SELECT a, b FROM t ORDER BY rowid") == ["1|x", "1|x", "2|y"])
    let upsert = "[{type: sqlite, from: s, table: u, mode: upsert, key: [a]}]"
    #expect(try await run(workspace, "a,b\n1,x\n2,y\n", upsert).code == 0)
    #expect(try await run(workspace, "a,b\n2,new\n3,z\n", upsert).code == 0)
    #expect(try await workspace.query("SELECT a, b FROM u ORDER BY a") == ["1|x", "2|new", "3|z"])
  }

  @Test func `types reach the table, and zip codes stay text`() async throws {
    let workspace = try Workspace()
    #expect(
      try await run(workspace, "zip,n,x\n00501,1,1.5\n10001,2,2\n", "[{type: sqlite, from: s, table: t}]").code == 0)
    #expect(
      try await workspace.query("SELECT zip, typeof(zip), typeof(n), typeof(x) FROM t ORDER BY n")
        == ["00501|text|integer|real", "10001|text|integer|real"])
  }

  @Test func `another file holds the table and no ledger`() async throws {
    let workspace = try Workspace()
    #expect(try await run(workspace, "a\n1\n", "[{type: sqlite, from: s, table: t, path: out/w.db}]").code == 0)
    #expect(try await workspace.query("SELECT a FROM t", in: "out/w.db") == ["1"])
    #expect(try await workspace.query("SELECT name FROM sqlite_master", in: "out/w.db") == ["t"])
    // The other file may be a store as well, so the names are reserved there too.
    #expect(try await run(workspace, "a\n1\n", "[{type: sqlite, from: s, table: runs, path: out/w.db}]").code == 2)
  }

  @Test func `files are written as their formats have it`() async throws {
    let workspace = try Workspace()
    let outputs = """

      - {type: csv, from: s, path: out/a.csv}
      - {type: csv, from: s, path: out/a.tsv, delimiter: '\\t'}
      - {type: json, from: s, path: out/a.json}
      - {type: jsonl, from: s, path: out/a.jsonl}
      """
    let run = try await run(workspace, "a,b\n1,\"x, \"\"y\"\"\"\n2,\n", outputs)
    #expect(run.code == 0, "\(run.errors)")
    #expect(workspace.text("out/a.csv") == "a,b\n1,\"x, \"\"y\"\"\"\n2,\n")
    #expect(workspace.text("out/a.tsv") == "a\tb\n1\t\"x, \"\"y\"\"\"\n2\t\n")
    #expect(
      try JSONParser.parse(workspace.text("out/a.json") ?? "").text == #"[{"a":1,"b":"x, \"y\""},{"a":2,"b":null}]"#)
    #expect(workspace.text("out/a.jsonl") == "{\"a\":1,\"b\":\"x, \\\"y\\\"\"}\n{\"a\":2,\"b\":null}\n")
    #expect(run.report["outputs"]?.elements?.compactMap { $0["rows"]?.int } == [2, 2, 2, 2])
    #expect(try await workspace.leftovers() == [])
  }

  @Test func `a gate that fails leaves table and file byte for byte, and publishes the quarantine`() async throws {
    let workspace = try Workspace()
    let outputs = """

      - {type: sqlite, from: s, table: t}
      - {type: csv, from: s, path: t.csv}
      - {type: jsonl, from: s, path: bad.jsonl, publish: always}
      """
    let checks = "checks: {s: {columns: {a: [{range: {max: 5}}]}}}"
    #expect(try await run(workspace, "a\n1\n", outputs, checks: checks).code == 0)
    let file = workspace.bytes("t.csv")
    let second = try await run(workspace, "a\n9\n", outputs, checks: checks)
    #expect(second.code == 1)
    #expect(second.published == [false, false, true])
    #expect(workspace.bytes("t.csv") == file)
    #expect(workspace.text("bad.jsonl") == "{\"a\":9}\n")
    #expect(try await workspace.query("SELECT a FROM t") == ["1"])
    #expect(try await workspace.query("SELECT count(*), min(outcome), max(outcome) FROM runs") == ["2|failed|passed"])
    #expect(try await workspace.leftovers() == [])
  }

  @Test func `a run that breaks publishes nothing, not even the quarantine`() async throws {
    let workspace = try Workspace()
    let outputs = """

      - {type: sqlite, from: s, table: t}
      - {type: csv, from: s, path: t.csv, publish: always}
      """
    #expect(try await run(workspace, "a\n1\n", outputs).code == 0)
    let broken = try await run(workspace, "a\n\"2\n", outputs)
    #expect(broken.code == 3)
    #expect(broken.published == [false, false])
    #expect(workspace.text("t.csv") == "a\n1\n")
    #expect(try await workspace.query("SELECT a FROM t") == ["1"])
    #expect(try await workspace.query("SELECT outcome FROM runs ORDER BY started_at") == ["passed", "error"])
    #expect(try await workspace.leftovers() == [])
  }

  @Test func `a table is not replaced by nothing, unless the file says so`() async throws {
    let workspace = try Workspace()
    let output = "[{type: sqlite, from: s, table: t}]"
    #expect(try await run(workspace, "a\n1\n", output).code == 0)
    let refused = try await run(workspace, "a\n", output, checks: "checks: {s: {on_empty: warn}}")
    #expect(refused.code == 3)
    #expect(refused.errors.contains("on_empty: pass"), "\(refused.errors)")
    #expect(try await workspace.query("SELECT a FROM t") == ["1"])
    #expect(try await run(workspace, "a\n", output, checks: "checks: {s: {on_empty: pass}}").code == 0)
    #expect(try await workspace.query("SELECT count(*) FROM t") == ["0"])
  }

  @Test(arguments: ["runs", "RUNS", "datasets", "_assay_x", "sqlite_x", "http_responses"])
  func `the store's own names are refused`(_ name: String) async throws {
    let workspace = try Workspace()
    let run = try await run(workspace, "a\n1\n", "[{type: sqlite, from: s, table: \(name)}]")
    #expect(run.code == 2)
    #expect(run.errors.contains("reserved"), "\(run.errors)")
  }

  @Test func `names like SQL are names`() async throws {
    let workspace = try Workspace()
    let hostile = "\"; DROP TABLE x; --"
    let quoted = "\"\"\"; DROP TABLE x; --\",b b,select,é\n1,2,3,4\n"
    #expect(try await run(workspace, "a\n1\n", "[{type: sqlite, from: s, table: x}]").code == 0)
    for (table, mode) in [("'a \"quoted\" ''table'''", "replace"), ("'\"; DROP TABLE x; --'", "append")] {
      let run = try await run(
        workspace, quoted,
        "[{type: sqlite, from: s, table: \(table), mode: \(mode)}, {type: csv, from: s, path: o.csv}]")
      #expect(run.code == 0, "\(run.errors)")
    }
    #expect(
      try await workspace.query(
        "SELECT name FROM sqlite_master WHERE name IN ('x', 'a \"quoted\" ''table''', '\"; DROP TABLE x; --') ORDER BY name"
      )
        == ["\"; DROP TABLE x; --", "a \"quoted\" 'table'", "x"])
    #expect(
      try await workspace.query(
        "SELECT \"\"\"; DROP TABLE x; --\", \"b b\", \"select\", é FROM \"a \"\"quoted\"\" 'table'\"") == ["1|2|3|4"])
    #expect(workspace.text("o.csv") == quoted)
    let upsert = try await run(
      workspace, quoted, "[{type: sqlite, from: s, table: u, mode: upsert, key: ['\(hostile)']}]",
      checks:
        "checks: {s: {dataset: [{unique_key: ['\(hostile)']}, {expression: '\"\"\"; DROP TABLE x; --\" = 1'}], columns: {'\(hostile)': [not_null, unique]}}}"
    )
    #expect(upsert.code == 0, "\(upsert.errors)")
    #expect(try await workspace.query("SELECT a FROM x") == ["1"])
  }

  @Test func `a report that cannot be written breaks the run`() async throws {
    let workspace = try Workspace()
    try workspace.write("a\n1\n", to: "in.csv")
    try workspace.write("a file, no folder", to: "reports")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: in.csv}}
      outputs: [{type: csv, from: s, path: o.csv}]
      report: {json: reports/r.json}
      """)
    #expect(run.code == 3)
    #expect(run.errors.contains("reports/r.json"), "\(run.errors)")
  }

  @Test func `an output whose folder cannot be made breaks the run`() async throws {
    let workspace = try Workspace()
    try workspace.write("a file, no folder", to: "out")
    let run = try await run(
      workspace, "a\n1\n", "[{type: csv, from: s, path: out/o.csv}, {type: sqlite, from: s, table: t}]")
    #expect(run.code == 3)
    #expect(run.published == [false, false])
    #expect(try await workspace.query("SELECT name FROM sqlite_master WHERE name = 't'") == [])
  }
}
