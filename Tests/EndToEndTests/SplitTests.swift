import AssayFormats
import SandboxAPIs
import Testing

/// Outputs that take the good rows or the bad ones.
@Suite(.timeLimit(.minutes(3))) struct SplitTests {
  private static let orders = """
    id,customer,state,total,day
    1,1,CA,5,2026-01-01
    2,2,CAL,6,2026-01-01
    3,3,NY,x,2026-01-02
    3,4,NY,7,2026-01-02
    5,1,N,8,2026-01-03
    6,,CA,9,2026-01-03
    7,2,TX,-1,2026-01-04

    """

  private let head = """
    sources:
      s: {type: csv, path: s.csv, columns: {total: decimal}}
      customers: {type: csv, path: c.csv}
    checks:
      s:
        dataset: [{expression: total >= 0}, {row_count: {min: 1}}, {sql: SELECT id FROM s WHERE id = 1, at_most: 5}]
        columns:
          id: [unique]
          customer: [{references: {dataset: customers, column: id}, at_most: 9}]
          state:
            - {length: {min: 2, max: 2}, where: id <> 5}
            - {accepted_values: [CA], severity: warn}

    """

  /// The rows that fail, by their ids, with the reasons.
  private static let failing = [
    "2|length state", "3|type total: x; unique id", "3|unique id; references customer", "7|expression",
  ]

  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Self.orders, to: "s.csv")
    try workspace.write("id\n1\n2\n3\n", to: "c.csv")
    return workspace
  }

  @Test func `good rows and bad rows part, with reasons, as the report and the ledger have counted them`() async throws
  {
    let workspace = try workspace()
    let run = try await workspace.run(
      head + """
        outputs:
          - {type: sqlite, from: s, table: bad, rows: failed, publish: always}
          - {type: sqlite, from: s, table: good, rows: passed, publish: always}
          - {type: sqlite, from: s, table: everything, publish: always}
          - {type: csv, from: s, path: good.csv, rows: passed}
        """)
    #expect(run.code == 1, "\(run.errors)")
    #expect(run.published == [true, true, true, false] && !workspace.exists("good.csv"))
    #expect(run.report["outputs"]?.elements?.map { $0["rows"]?.int } == [4, 3, 7, 3])
    #expect(try await workspace.query("SELECT id, failed_checks FROM bad ORDER BY rowid") == Self.failing)
    #expect(try await workspace.query("SELECT id FROM good ORDER BY rowid") == ["1", "5", "6"])
    #expect(
      try await workspace.query(
        "SELECT count(*) FROM sqlite_master WHERE name IN ('good', 'bad') AND sql LIKE '%failed_checks%'") == ["1"])
    // Every row that fails is told of once for each check, and no other row.
    let ledger = try await workspace.query(
      "SELECT DISTINCT row FROM failed_rows WHERE \"check\" NOT IN ('sql', 'accepted_values') ORDER BY row")
    #expect(ledger == ["2", "3", "4", "7"])
    for (check, failed) in [("unique", 2), ("length", 1), ("references", 1), ("expression", 1), ("type", 1)] {
      #expect(run.check(check)?["failed"]?.int == failed)
      let pattern = "%\(check)%"
      #expect(
        try await workspace.query("SELECT count(*) FROM bad WHERE failed_checks LIKE '\(pattern)'") == ["\(failed)"])
    }
  }

  @Test func `every file output takes the split`() async throws {
    let workspace = try workspace()
    let outputs = ["csv", "json", "jsonl"].flatMap { type in
      ["failed", "passed"].map { "  - {type: \(type), from: s, path: \($0).\(type), rows: \($0), publish: always}" }
    }
    let run = try await workspace.run(head + "outputs:\n" + outputs.joined(separator: "\n"))
    #expect(run.published == Array(repeating: true, count: 6), "\(run.errors)")
    let bad = try #require(workspace.text("failed.csv"))
    #expect(bad.hasPrefix("id,customer,state,total,day,failed_checks\n2,2,CAL,6,2026-01-01,length state\n"), "\(bad)")
    #expect(workspace.text("passed.csv")?.split(separator: "\n").count == 4)
    let lines = (workspace.text("failed.jsonl") ?? "").split(separator: "\n")
    #expect(
      lines.count == 4
        && lines[1].contains(#""total":null,"day":"2026-01-02","failed_checks":"type total: x; unique id""#)
    )
    #expect(try JSONParser.parse(workspace.text("failed.json") ?? "").elements?.count == 4)
    #expect(try JSONParser.parse(workspace.text("passed.json") ?? "").elements?.count == 3)
  }

  @Test func `good rows are sent, and a quarantine of none replaces one of some`() async throws {
    try await withSandbox { sandbox in
      let workspace = try workspace()
      let outputs = """
        apis: {a: {base_url: "\(sandbox.baseURL)/crm"}}
        outputs:
          - {type: http, from: s, api: a, path: "/records/{id}", method: PUT, body: {json: {email: a@b.example}}, rows: passed, publish: always, ordered: true}
          - {type: sqlite, from: s, table: bad, rows: failed, publish: always}
        """
      let run = try await workspace.run(head + outputs)
      #expect(run.code == 1 && run.published == [true, true], "\(run.errors)")
      #expect(sandbox.records.map(\.id) == ["1", "5", "6"])
      #expect(try await workspace.query("SELECT count(*) FROM bad") == ["4"])
      try workspace.write("id,customer,state,total,day\n1,1,CA,5,2026-01-01\n", to: "s.csv")
      let second = try await workspace.run(head + outputs)
      #expect(second.code == 0, "\(second.errors)")
      #expect(try await workspace.query("SELECT count(*) FROM bad") == ["0"])
      #expect(
        try await workspace.query(
          "SELECT count(*) FROM sqlite_master WHERE name = 'bad' AND sql LIKE '%failed_checks%'")
          == ["1"])
    }
  }

  @Test func `a good row that is refused is kept under its number in the dataset`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id,email\n1,a@b.example\n1,b@b.example\n2,none\n3,c@b.example\n", to: "s.csv")
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(sandbox.baseURL)/crm"}}
        sources: {s: {type: csv, path: s.csv}}
        checks: {s: {columns: {id: [unique]}}}
        outputs:
          - {type: http, from: s, api: a, path: /records, rows: passed, publish: always, on_error: skip, ordered: true}
        """)
      #expect(run.code == 1 && sandbox.records.map(\.id) == ["3"], "\(run.errors)")
      #expect(try await workspace.query("SELECT row FROM failed_rows WHERE \"check\" = 'sent'") == ["3"])
    }
  }

  @Test func `a column of the same name keeps it`() async throws {
    let workspace = try Workspace()
    try workspace.write("id,Failed_Checks\n1,mine\n1,yours\n", to: "s.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: s.csv}}
      checks: {s: {columns: {id: [unique]}}}
      outputs: [{type: sqlite, from: s, table: bad, rows: failed, publish: always}]
      """)
    #expect(run.code == 1, "\(run.errors)")
    #expect(
      try await workspace.query("SELECT Failed_Checks, failed_checks_2 FROM bad") == [
        "mine|unique id", "yours|unique id",
      ])
  }

  @Test func `checks have their own names in the reasons`() async throws {
    let workspace = try Workspace()
    try workspace.write("a,b\n1,2\n3,2\n", to: "s.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: s.csv}}
      checks:
        s:
          dataset: [{expression: a < b, name: a before b}, {unique_key: [b]}]
      outputs: [{type: csv, from: s, path: bad.csv, rows: failed, publish: always}]
      """)
    #expect(run.code == 1, "\(run.errors)")
    #expect(workspace.text("bad.csv") == "a,b,failed_checks\n1,2,unique_key\n3,2,a before b; unique_key\n")
  }

  @Test func `good rows of many batches are the same in memory and from files`() async throws {
    let workspace = try Workspace()
    var text = "id,group,text\n"
    for row in 0..<60_000 { text += "\(row % 7 == 0 ? row / 14 : row),\(row % 1000),a text of row \(row)\n" }
    try workspace.write(text, to: "s.csv")
    let pipeline = """
      sources: {s: {type: csv, path: s.csv}}
      checks:
        s:
          columns: {id: [unique], group: [{range: {min: 1}}]}
      outputs:
        - {type: csv, from: s, path: good.csv, rows: passed, publish: always}
        - {type: csv, from: s, path: bad.csv, rows: failed, publish: always}

      """
    let run = try await workspace.run(pipeline)
    let good = workspace.text("good.csv")
    let bad = workspace.text("bad.csv")
    var counts: [Int: Int] = [:]
    for row in 0..<60_000 { counts[row % 7 == 0 ? row / 14 : row, default: 0] += 1 }
    let failing = (0..<60_000).count { row in
      row % 1000 == 0 || counts[row % 7 == 0 ? row / 14 : row] ?? 0 > 1
    }
    #expect(run.report["outputs"]?.elements?.map { $0["rows"]?.int } == [60_000 - failing, failing], "\(run.errors)")
    let small = try await workspace.run("memory: 1MiB\n" + pipeline)
    #expect(small.code == 1 && workspace.text("good.csv") == good && workspace.text("bad.csv") == bad)
  }

  @Test(arguments: [
    (
      "checks: {s: {columns: {id: [{unique: {}, severity: warn}]}}}", "from: s, rows: failed",
      "nothing says which rows of 's' fail"
    ),
    ("", "from: s, rows: passed", "nothing says which rows of 's' fail"),
    (
      "checks: {s: {dataset: [{row_count: {min: 1}}, {sql: SELECT 1}]}}", "from: s, rows: failed",
      "nothing says which rows"
    ),
    ("checks: {s: {columns: {id: [unique]}}}", "from: s, rows: bad", "'bad'"),
    (
      "checks: {s: {columns: {id: [{references: {dataset: published.t, column: id}}]}}}", "from: s, rows: passed",
      "this output waits for itself: which rows of 's' fail depends on 'published.t', which it publishes"
    ),
  ])
  func `what cannot be split is a fault with its place`(checks: String, output: String, message: String) async throws {
    let workspace = try Workspace()
    try workspace.write("id\n1\n", to: "s.csv")
    let run = try await workspace.run(
      "sources: {s: {type: csv, path: s.csv}}\n\(checks)\noutputs:\n- {type: sqlite, table: t, \(output)}\n")
    #expect(run.code == 2 && run.errors.contains(message), "\(run.errors)")
    #expect(run.errors.contains("p.yaml:6:43"), "\(run.errors)")
  }
}
