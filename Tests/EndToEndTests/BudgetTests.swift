import AssayFormats
import AssayTestServers
import FoundationEssentials
import Glibc
import SandboxAPIs
import Synchronization
import Testing

/// Limits of an API through the whole program: budgets, the circuit breaker, rates.
@Suite(.timeLimit(.minutes(3))) struct BudgetTests {
  private static let domains = [
    "contoso-books", "fabrikam-books", "acme-books", "globex-books", "umbrella-books", "hooli-books", "northwind-foods",
    "contoso-foods", "acme-foods", "globex-foods", "initech-foods", "umbrella-foods",
  ].map { $0 + ".example" }

  /// A look-up of companies over `in.csv`.
  private func pipeline(_ base: String, _ api: String, more: String = "", checks: String = "") -> String {
    """
    apis: {web: {base_url: "\(base)", concurrency: 1, retry: {max_attempts: 3, initial: 1ms}, \(api)}}
    sources: {s: {type: csv, path: in.csv}}
    steps:
      e: {type: lookup, from: s, api: web, path: "/company/{domain}", columns: {company: $.name}}
    \(more)\(checks)
    outputs:
      - {type: jsonl, from: e, path: passed.jsonl}
      - {type: jsonl, from: e, path: always.jsonl, publish: always}
    """
  }

  private func write(_ domains: some Sequence<String>, to workspace: Workspace) throws {
    try workspace.write("domain\n" + domains.map { $0 + "\n" }.joined(), to: "in.csv")
  }

  private func statuses(_ workspace: Workspace, _ name: String = "always.jsonl") throws -> [String] {
    try (workspace.text(name) ?? "").split(separator: "\n").map {
      try JSONParser.parse(String($0))["e_status"]?.string ?? "none"
    }
  }

  @Test func `for_each asks for nothing twice where its budget runs out`() async throws {
    try await withServer({ _ in [reply(200, [("Content-Type", "application/json")], #"[{"n":1}]"#)] }) { server in
      let workspace = try Workspace()
      try workspace.write("id\n" + (0..<25).map { "\($0)\n" }.joined(), to: "in.csv")
      let text = """
        apis: {web: {base_url: "\(server.url)", concurrency: 8, budget: {requests_per_run: 10}}}
        sources:
          s: {type: csv, path: in.csv}
          k: {type: http, api: web, for_each: s, path: "/k/{id}"}
        outputs: [{type: jsonl, from: k, path: out.jsonl}]
        """
      #expect(try await workspace.run(text).code == 4)
      #expect(try await workspace.run(text, "--resume").code == 4)
      let last = try await workspace.run(text, "--resume")
      #expect(last.code == 0, "\(last.errors)")
      let targets = server.received.map(\.target)
      #expect(targets.count == 25 && Set(targets).count == 25, "\(targets)")
    }
  }

  @Test func `a source whose budget runs out ends the run with 4, and nothing at all is published`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try workspace.write("a\n1\n", to: "other.csv")
      let run = try await workspace.run(
        """
        apis: {crm: {base_url: "\(sandbox.baseURL)/crm", budget: {requests_per_run: 3}}}
        sources:
          s: {type: http, api: crm, path: /customers, records: "$.items[*]", paginator: {type: page_number, size_param: per_page, page_size: 200, total_path: $.total}}
          other: {type: csv, path: other.csv}
        outputs:
          - {type: sqlite, from: s, table: t}
          - {type: jsonl, from: s, path: s.jsonl, publish: always}
          - {type: jsonl, from: other, path: other.jsonl, publish: always}
        """)
      #expect(run.code == 4, "\(run.errors)")
      #expect(run.outcome == "partial")
      #expect(run.published == [false, false, false])
      #expect(sandbox.targets.count == 3)
      #expect(run.step("s")?["status"]?.string == "failed")
      #expect(
        run.error("s").contains("is not sent: the budget of api 'crm' is used up: 3 requests per run"),
        "\(run.error("s"))")
      #expect(run.errors.contains("a budget ran out before the work was done (exit code 4)"), "\(run.errors)")
      #expect(!workspace.exists("s.jsonl") && !workspace.exists("other.jsonl"))
      #expect(try await workspace.query("SELECT outcome, exit_code FROM runs") == ["partial|4"])
      #expect(try await workspace.leftovers() == [])
    }
  }

  @Test func `a look-up whose budget runs out skips the rest, and what is always published is published`() async throws
  {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try write(Self.domains + Self.domains.reversed(), to: workspace)
      let run = try await workspace.run(
        pipeline(
          sandbox.baseURL, "budget: {requests_per_run: 5}", checks: "checks: {e: {columns: {domain: not_null}}}"))
      #expect(run.code == 4, "\(run.errors)")
      #expect(run.outcome == "partial")
      #expect(run.published == [false, true])
      #expect(sandbox.targets.count == 5)
      #expect(run.step("e")?["requests"]?.int == 5)
      let found = try statuses(workspace)
      #expect(found.count == 24)
      #expect(found == found.reversed())
      #expect(found.count { $0 == "skipped" } == 14)
      #expect(found.count { $0 == "ok" } == 10)
      #expect(
        run.warnings("e") == ["the budget of api 'web' is used up: 5 requests per run; 7 keys were skipped"])
      let said = run.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(
        said.contains("step 'e' (lookup): the budget of api 'web' is used up: 5 requests per run; 7 keys were skipped"),
        "\(said)")
      #expect(run.errors.hasSuffix("with --resume, a run goes on from what was answered\n"))
      #expect(run.check("not_null", "domain", of: "e")?["status"]?.string == "passed")
      #expect(!workspace.exists("passed.jsonl"))
    }
  }

  @Test func `a retry counts, and one that the budget does not allow is not made`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try write(Self.domains.prefix(1), to: workspace)
      let run = try await workspace.run(
        pipeline(sandbox.baseURL + "/fault/status=500", "budget: {requests_per_run: 2}"))
      #expect(run.code == 4, "\(run.errors)")
      #expect(sandbox.targets.count == 2)
      #expect(run.step("e")?["retries"]?.int == 1)
      #expect(try statuses(workspace) == ["skipped"])
    }
  }

  static let precedence: [(String, String, Int32)] = [
    ("", "checks: {e: {columns: {company: not_null}}}", 4),
    ("  bad: {type: sql, from: [s], query: \"SELECT nope FROM s\"}\n", "", 3),
    (
      "  bad: {type: sql, from: [s], query: \"SELECT nope FROM s\"}\n", "checks: {e: {columns: {company: not_null}}}", 3
    ),
  ]

  @Test(arguments: precedence)
  func `a broken step counts more than a budget, and a budget more than the gate`(
    step: String, checks: String, code: Int32
  ) async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try write(Self.domains.prefix(3), to: workspace)
      var text = pipeline(sandbox.baseURL, "budget: {requests_per_run: 1}", more: step, checks: checks)
      if !step.isEmpty { text += "\n  - {type: jsonl, from: bad, path: bad.jsonl}" }
      let run = try await workspace.run(text)
      #expect(run.code == code, "\(run.errors)")
      #expect(run.published.filter(\.self).count == (code == 4 ? 1 : 0))
    }
  }

  @Test func `runs over one store share a day's budget`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      let text = pipeline(sandbox.baseURL, "budget: {requests_per_day: 8}")
      try write(Self.domains[..<5], to: workspace)
      let first = try await workspace.run(text)
      #expect(first.code == 0, "\(first.errors)")
      try write(Self.domains[5...], to: workspace)
      let second = try await workspace.run(text)
      #expect(second.code == 4, "\(second.errors)")
      #expect(try statuses(workspace).count { $0 == "skipped" } == 4)
      #expect(second.warnings("e").first?.contains("8 requests per day (UTC); 4 keys were skipped") == true)
      #expect(sandbox.targets.count == 8)
      #expect(
        try await workspace.query("SELECT api, sum(requests), sum(cost) FROM api_usage GROUP BY api")
          == ["\(sandbox.baseURL) web|8|8.0"])
      let elsewhere = try await workspace.run(text, "--store", "other.db")
      #expect(elsewhere.code == 0, "\(elsewhere.errors)")
    }
  }

  @Test func `what a run that is killed has sent counts for the day`() async throws {
    let gate = Gate()
    try await withServer({ request in
      if request.number == 5 { return [.run { gate.open() }, .silence] }
      return [reply(200, [("Content-Type", "application/json")], #"{"name":"A"}"#)]
    }) { server in
      let workspace = try Workspace()
      try write(Self.domains, to: workspace)
      try workspace.write(
        "version: 1\nname: p\n"
          + pipeline(server.url, "timeout: {read: 10m, total: 10m}, budget: {requests_per_day: 7}"), to: "p.yaml")
      let process = try workspace.start(["run", "p.yaml", "--json"])
      await gate.wait()
      // It goes on waiting for its fifth answer, while what it has sent comes into the store by itself.
      while try await workspace.query("SELECT sum(requests) FROM api_usage") != ["5"] { try Task.checkCancellation() }
      process.signal(SIGKILL)
      #expect(await process.end().code == -SIGKILL)
      let next = try RunOutcome(await workspace.assay("run", "p.yaml", "--json"))
      #expect(next.code == 4, "\(next.errors)")
      #expect(server.received.count == 7)
    }
  }

  @Test(arguments: [500, 0])
  func `an API that is down is left alone, however many keys there are`(status: Int) async throws {
    try await withServer({ _ in status == 0 ? [.reset] : [reply(status)] }) { server in
      let workspace = try Workspace()
      try write((0..<300).map { "d\($0).example" }, to: workspace)
      let run = try await workspace.run(
        """
        apis: {web: {base_url: "\(server.url)", retry: {max_attempts: 3, initial: 1ms}, circuit_breaker: {failures: 20, cool_down: 20ms}}}
        sources: {s: {type: csv, path: in.csv}}
        steps:
          e: {type: lookup, from: s, api: web, path: "/company/{domain}", columns: {company: $.name}, on_error: null}
        outputs: [{type: jsonl, from: e, path: rows.jsonl}]
        """)
      #expect(run.code == 0, "\(run.errors)")
      let found = try statuses(workspace, "rows.jsonl")
      #expect(found.count == 300 && found.allSatisfy { $0 == "error" })
      // 20 in a row, those that were under way with the last of them, and a probe now and then.
      #expect((21...60).contains(server.received.count), "\(server.received.count)")
    }
  }

  @Test func `with the breaker off every key is asked for`() async throws {
    try await withServer({ _ in [reply(500)] }) { server in
      let workspace = try Workspace()
      try write((0..<100).map { "d\($0).example" }, to: workspace)
      let run = try await workspace.run(
        """
        apis: {web: {base_url: "\(server.url)", retry: {max_attempts: 1}, circuit_breaker: off}}
        sources: {s: {type: csv, path: in.csv}}
        steps:
          e: {type: lookup, from: s, api: web, path: "/company/{domain}", columns: {company: $.name}, on_error: null}
        outputs: [{type: jsonl, from: e, path: rows.jsonl}]
        """)
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.count == 100)
    }
  }

  @Test func `a rate is kept by sources and look-ups together, and the run comes to its end`() async throws {
    try await withSandbox { sandbox in
      let workspace = try Workspace()
      try write(Self.domains, to: workspace)
      let run = try await workspace.run(
        pipeline(sandbox.baseURL, "rate_limit: {requests: 5, per: 20ms, burst: 1}"))
      #expect(run.code == 0, "\(run.errors)")
      #expect(sandbox.targets.count == 12)
    }
  }
}
