import AssayFormats
import SandboxAPIs
import Testing

/// Values of private columns: they reach the outputs, and nothing that tells of the run.
@Suite(.timeLimit(.minutes(3))) struct PrivacyTests {
  private static let people = """
    id,email,wage
    1,ann@secret.example,917350001
    2,bob+x y@secret.example,917350002
    2,ann@secret.example,seventy thousand
    3,nobody,917350003

    """

  /// Parts of the values.
  private static let values = ["secret.example", "nobody", "91735000", "seventy", "ann@", "ann%40", "bob"]

  /// Whatever the store tells of a run, beside the published tables.
  private func ledger(_ workspace: Workspace) async throws -> String {
    var texts: [String] = []
    for table in [
      "check_results", "failed_rows", "quality_metrics", "run_steps", "run_events", "runs", "sent_requests",
    ] {
      texts += try await workspace.query("SELECT * FROM \(table)")
    }
    return texts.joined(separator: "\n")
  }

  private func expectNothingTold(_ run: RunOutcome, _ workspace: Workspace) async throws {
    let ledger = try await ledger(workspace)
    for value in Self.values {
      #expect(!run.everything.contains(value), "'\(value)' was told: \(run.everything)")
      #expect(!ledger.contains(value), "'\(value)' is in the ledger: \(ledger)")
    }
  }

  @Test func `they are in no report, on no terminal, and nowhere in the store's ledger`() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.people, to: "s.csv")
    try workspace.write("email\nother@secret.example\n", to: "t.csv")
    let run = try await workspace.run(
      """
      sources:
        s: {type: csv, path: s.csv, columns: {wage: integer}}
        t: {type: csv, path: t.csv}
      checks:
        s:
          private: [email, wage]
          profile: true
          key: [id, email]
          dataset:
            - unique_key: [email]
            - unique_key: [id, email]
            - {expression: wage < 0, name: negative}
            - sql: SELECT * FROM s
            - sql: {query: SELECT max(wage) FROM s, max: 1}
            - references: {columns: [email], dataset: t}
          columns:
            id: [unique]
            email:
              [unique, {format: email}, {length: {max: 3}}, {pattern: ^x}, {accepted_values: [a]}, {references: {dataset: t}}]
            wage: [{range: {max: 1}}]
      outputs:
        - {type: sqlite, from: s, table: bad, rows: failed, publish: always}
      """)
    #expect(run.code == 1 && run.published == [true], "\(run.errors)")
    try await expectNothingTold(run, workspace)
    #expect(try await workspace.query("SELECT count(*) FROM failed_rows WHERE value = '***'").first != "0")
    #expect(run.dataset("s")?["columns"]?.elements?[1]["max"] == .null)
    // The rows themselves are whole.
    #expect(try await workspace.query("SELECT email FROM bad WHERE id = 3") == ["nobody"])
    // What is kept for later looks does not tell them either.
    let shown = try await workspace.assay("show", "latest", "--json")
    for value in Self.values { #expect(!(shown.output + shown.errors).contains(value)) }
  }

  @Test(
    arguments: ["on_error: skip, ", ""],
    ["path: \"/records/{email}\", body: {json: {email: \"{email}\"}}", "path: /records, query: {who: \"{email}\"}"])
  func `a refused row is told of without them`(onError: String, address: String) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id,email\n1,ann@secret.example\n2,nobody\n3,bob+x y@secret.example\n", to: "s.csv")
      let method = address.contains("query") ? "POST" : "PUT"
      let run = try await workspace.run(
        """
        apis: {a: {base_url: "\(sandbox.baseURL)/crm", retry: {initial: 1ms, max_attempts: 2}}}
        sources: {s: {type: csv, path: s.csv}}
        checks: {s: {private: [email]}}
        outputs:
          - {type: http, from: s, api: a, \(address), method: \(method), \(onError)ordered: true}
        """)
      #expect(run.code == (onError.isEmpty ? 3 : 0), "\(run.errors)")
      let told = onError.isEmpty ? run.errors : run.report.text
      #expect(told.contains("422") && told.contains("***"), "\(told)")
      try await expectNothingTold(run, workspace)
    }
  }

  @Test(arguments: ["on_error: \"null\"", "on_error: fail", "on_error: \"null\", max_errors: 0"])
  func `a look-up or a source that asks with them is told of without them`(onError: String) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("id,email\n1,ann@secret.example\n2,nobody\n", to: "s.csv")
      let apis = "apis: {a: {base_url: \"\(sandbox.baseURL)/crm-key\", retry: {max_attempts: 1}}}\n"
      let run = try await workspace.run(
        apis + """
          sources: {s: {type: csv, path: s.csv}}
          steps: {l: {type: lookup, from: s, api: a, path: "/x/{email}", columns: {b: $.b}, \(onError)}}
          checks: {s: {private: [email]}}
          outputs: [{type: csv, from: l, path: o.csv}]
          """)
      #expect(run.everything.contains("answered 4"), "\(run.errors)")
      try await expectNothingTold(run, workspace)
      if onError != "on_error: fail" { return }
      let asking = try await workspace.run(
        apis + """
          sources: {s: {type: csv, path: s.csv}, o: {type: http, api: a, for_each: s, path: "/x/{email}"}}
          checks: {s: {private: [email]}}
          outputs: [{type: csv, from: o, path: o.csv}]
          """)
      #expect(asking.code == 3 && asking.errors.contains("answered 4"), "\(asking.errors)")
      try await expectNothingTold(asking, workspace)
    }
  }

  @Test(arguments: [(0, 0), (3, 3), (7, 7), (nil, 9)])
  func `the table of failing rows keeps as many of each check as the file says`(limit: Int?, kept: Int) async throws {
    let workspace = try Workspace()
    try workspace.write("a\n" + (1...9).map { "\($0)\n" }.joined(), to: "s.csv")
    let setting = limit.map { "failed_rows: \($0), " } ?? ""
    let run = try await workspace.run(
      "sources: {s: {type: csv, path: s.csv}}\nchecks: {s: {\(setting)columns: {a: [{range: {max: 0}}]}}}\n")
    #expect(run.check("range")?["sample"]?.elements?.count == 5 && run.check("range")?["failed"]?.int == 9)
    #expect(
      try await workspace.query("SELECT row FROM failed_rows ORDER BY row") == (0..<kept).map { "\($0 + 1)" })
  }

  @Test func `a negative number of failing rows is a fault`() async throws {
    let workspace = try Workspace()
    let run = try await workspace.run(
      "sources: {s: {type: csv, path: s.csv}}\nchecks: {s: {failed_rows: -1, columns: {a: [unique]}}}\n")
    #expect(run.code == 2 && run.errors.contains("p.yaml:4:14"), "\(run.errors)")
  }
}
