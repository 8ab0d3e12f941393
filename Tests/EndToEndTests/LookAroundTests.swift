import AssayFormats
import AssayTestServers
import Testing

/// Parts of pipelines that are looked at, and plans.
@Suite struct LookAroundTests {
  private static let json = [("Content-Type", "application/json")]

  private func withLookups<T>(_ body: (Workspace, HostileServer) async throws -> T) async throws -> T {
    try await withServer({ request in
      let key = request.target.split(separator: "/").last.map(String.init) ?? ""
      return [reply(200, Self.json, #"{"twice":"\#(key)\#(key)"}"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("id,key\n" + (1...50).map { "\($0),k\($0 % 7)\n" }.joined(), to: "in.csv")
      return try await body(workspace, server)
    }
  }

  private func pipeline(_ server: HostileServer) -> String {
    """
    version: 1
    name: p
    apis: {a: {base_url: "\(server.url)", concurrency: 2}}
    sources:
      s: {type: csv, path: in.csv, columns: {key: text}}
      other: {type: csv, path: in.csv}
    steps:
      one: {type: lookup, from: s, api: a, path: "/k/{key}", columns: {twice: $.twice}}
      two: {type: lookup, from: one, api: a, path: "/t/{twice}", columns: {more: $.twice}}
      joined: {type: sql, from: [two, other], query: "SELECT two.id, more FROM two JOIN other USING (id)"}
    checks: {joined: {dataset: [{row_count: {min: 40}}]}}
    outputs:
      - {type: sqlite, from: joined, table: t}
      - {type: csv, from: joined, path: out.csv}
    report: {json: report.json}

    """
  }

  @Test func `rows of a step are shown, nothing after it runs, and nothing is published`() async throws {
    try await withLookups { workspace, server in
      try workspace.write(pipeline(server), to: "p.yaml")
      let run = try await workspace.assay("run", "p.yaml", "--limit", "3", "--until", "one", "--print")
      #expect(run.code == 0, "\(run.errors)")
      #expect(
        run.output
          == (1...3).map { #"{"id":\#($0),"key":"k\#($0)","twice":"k\#($0)k\#($0)","one_status":"ok"}"# + "\n" }
          .joined())
      #expect(server.received.count == 3)
      #expect(workspace.files.filter { !$0.hasPrefix("assay.db") } == ["in.csv", "p.yaml"])
      #expect(try await workspace.query("SELECT pipeline FROM runs") == ["p#part"])
      #expect(try await workspace.query("SELECT count(*) FROM quality_metrics") == ["0"])
      // What was answered is remembered by the whole run.
      let whole = try await workspace.run(pipeline(server).replacing("version: 1\nname: p\n", with: ""))
      #expect(whole.step("one")?["cache_hits"]?.int == 3)
    }
  }

  @Test(arguments: [["run", "p.yaml", "--limit", "1"], ["plan", "p.yaml"]])
  func `what a source downloads is not put in place, and no cursor moves on`(command: [String]) async throws {
    try await withServer({ request in
      [reply(200, Self.json, request.target == "/file" ? "new" : #"[{"id":7,"key":"k"}]"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write("old", to: "got.txt")
      try workspace.write(
        """
        version: 1
        name: p
        apis: {a: {base_url: "\(server.url)"}}
        sources:
          file: {type: http, api: a, path: /file, download: got.txt}
          s: {type: http, api: a, path: /rows, incremental: {cursor: id, param: since}}
        steps:
          one: {type: lookup, from: file, api: a, path: "/f/{sha256}", columns: {id: "$[0].id"}}
          two: {type: lookup, from: s, api: a, path: "/k/{key}", columns: {more: "$[0].id"}}
        outputs:
          - {type: jsonl, from: one, path: one.jsonl}
          - {type: jsonl, from: two, path: two.jsonl}

        """, to: "p.yaml")
      let run = try await workspace.start(command).end()
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.contains { $0.target == "/file" })
      #expect(workspace.text("got.txt") == "old")
      #expect(try await workspace.query("SELECT count(*) FROM source_state") == ["0"])
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test func `a limit alone runs everything on fewer rows, checks included`() async throws {
    try await withLookups { workspace, server in
      try workspace.write(pipeline(server), to: "p.yaml")
      try workspace.write("old", to: "out.csv")
      let run = try RunOutcome(await workspace.assay("run", "p.yaml", "--limit", "5", "--json"))
      #expect(run.code == 1, "\(run.errors)")
      #expect(run.dataset("joined")?["rows"]?.int == 5)
      #expect(run.published == [])
      #expect(run.errors.hasSuffix("only a part was run, so that nothing was to be published\n"))
      #expect(workspace.text("out.csv") == "old" && !workspace.exists("report.json"))
    }
  }

  @Test(arguments: [
    ["--until", "tow"], ["--limit", "0"], ["--print", "--json"], ["--resume", "--limit", "3"],
    ["--resume-max-age", "1h"],
  ])
  func `a part that makes no sense is refused`(_ arguments: [String]) async throws {
    try await withLookups { workspace, server in
      try workspace.write(pipeline(server), to: "p.yaml")
      let ending = try await workspace.start(["run", "p.yaml"] + arguments).end()
      #expect(ending.code == 2, "\(ending.errors)")
      #expect(arguments[0] != "--until" || ending.errors.contains("no source or step 'tow'; did you mean 'two'?"))
      #expect(server.received.isEmpty)
    }
  }

  @Test func `a plan counts what would be asked, and asks nothing`() async throws {
    try await withLookups { workspace, server in
      try workspace.write(pipeline(server), to: "p.yaml")
      let first = try await workspace.assay("plan", "p.yaml", "--json")
      #expect(first.code == 0, "\(first.errors)")
      let plan = try JSONParser.parse(Array(first.output.utf8))
      func counts(_ plan: JSONValue, _ step: Int) -> [Int?] {
        let lookup = plan["lookups"]?.elements?[step]
        return ["rows", "keys", "remembered", "keys_to_ask", "requests", "open_rows"].map { lookup?[$0]?.int }
      }
      #expect(counts(plan, 0) == [50, 7, 0, 7, 7, 0])
      #expect(counts(plan, 1) == [50, 0, 0, 0, 0, 50])
      #expect(plan["apis"]?.elements?.first?["requests"]?.int == 7)
      #expect(server.received.isEmpty)
      #expect(workspace.files.filter { !$0.hasPrefix("assay.db") } == ["in.csv", "p.yaml"])

      _ = try await workspace.assay("run", "p.yaml", "--quiet", "--limit", "3")
      let count = server.received.count
      let later = try JSONParser.parse(Array(try await workspace.assay("plan", "p.yaml", "--json").output.utf8))
      #expect(counts(later, 0) == [50, 7, 3, 4, 4, 0])
      #expect(server.received.count == count)
      let text = try await workspace.assay("plan", "p.yaml").output
      #expect(text.contains("one   a      50     7           3       4"), "\(text)")
      #expect(text.contains("whose keys come of look-ups before it"))
    }
  }

  @Test func `a plan holds requests against rate and budget`() async throws {
    let workspace = try Workspace()
    try workspace.write("id\n" + (1...50).map { "\($0)\n" }.joined(), to: "in.csv")
    try workspace.write(
      """
      version: 1
      name: p
      apis:
        a: {base_url: "http://127.0.0.1:1", rate_limit: {requests: 2, per: 10s}, budget: {requests_per_run: 5, cost_per_day: 80}}
      sources: {s: {type: csv, path: in.csv}}
      steps: {l: {type: lookup, from: s, api: a, path: "/l/{id}", columns: {v: $.v}}}
      outputs: [{type: jsonl, from: l, path: out.jsonl}]
      """, to: "p.yaml")
    let text = try await workspace.assay("plan", "p.yaml").output
    #expect(text.contains("a: 50 requests, 8 at once, 2 per 10.0 s, about 4 min\n"), "\(text)")
    #expect(text.contains("more than its budget allows: 50 of the 5 requests per run that are left\n"), "\(text)")
    #expect(text.contains("within its budget: 50 of the 80 cost per day that are left\n"), "\(text)")
    let plan = try JSONParser.parse(Array(try await workspace.assay("plan", "p.yaml", "--json").output.utf8))
    let api = plan["apis"]?.elements?.first
    #expect(api?["seconds"]?.number == 240)
    #expect(api?["budget"]?.elements?.map { $0["needed"]?.number } == [50, 50])
  }

  @Test func `a plan of what is remembered has nothing to ask`() async throws {
    try await withLookups { workspace, server in
      let text = pipeline(server).replacing("path: \"/t/{twice}\"", with: "path: \"/t/{key}\"")
      try workspace.write(text, to: "p.yaml")
      #expect(try await workspace.assay("run", "p.yaml", "--quiet").code == 0)
      let plan = try await workspace.assay("plan", "p.yaml").output
      #expect(plan.contains("  a: nothing to ask\n"), "\(plan)")
    }
  }

  @Test func `the pages behind a limit are not fetched`() async throws {
    try await withServer({ request in
      let page = request.target.split(separator: "=").last.flatMap { Int($0) } ?? 1
      return [reply(200, Self.json, #"{"rows":[{"n":\#(page)},{"n":\#(page)}],"total":100}"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(
        """
        version: 1
        name: p
        sources:
          s: {type: http, path: "\(server.url)/", records: "$.rows[*]", paginator: {type: page_number, total_path: $.total}}
        outputs: [{type: jsonl, from: s, path: out.jsonl}]
        """, to: "p.yaml")
      let run = try await workspace.assay("run", "p.yaml", "--limit", "3", "--print")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output == "{\"n\":1}\n{\"n\":1}\n{\"n\":2}\n")
      #expect(server.received.count <= 3)
    }
  }
}
