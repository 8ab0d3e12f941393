import AssayFormats
import AssayTestServers
import Glibc
import Synchronization
import Testing

/// `assay resume RUN` and `assay rerun RUN`.
@Suite struct RecoveryCommandTests {
  private static let json = [("Content-Type", "application/json")]

  /// A source of three pages by number for the date of the run and a param.
  private func pipeline(_ server: HostileServer) -> String {
    """
    version: 1
    name: p
    params: {kind: {default: a}}
    apis: {a: {base_url: "\(server.url)", concurrency: 1, retry: {max_attempts: 1}, timeout: {read: 10m, total: 10m}}}
    sources:
      s: {type: http, api: a, path: /rows, query: {kind: "${param:kind}", day: "${run:date}"}, records: "$.rows[*]",
          paginator: {type: page_number, total_path: $.total}}
    checks: {s: {columns: {n: [not_null]}}}
    outputs: [{type: jsonl, from: s, path: out.jsonl}]

    """
  }

  /// Answers pages; the second one as the script says, by how often it was asked for.
  private func withPages<T>(
    second: @escaping @Sendable (Int) -> [HostileServer.Step]?, _ body: (Workspace, HostileServer) async throws -> T
  ) async throws -> T {
    let visits = Mutex(0)
    return try await withServer({ request in
      let page = request.target.split(separator: "page=").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 1
      if page == 2 {
        let visit = visits.withLock { visits in
          visits += 1
          return visits
        }
        if let steps = second(visit) { return steps }
      }
      return [reply(200, Self.json, #"{"rows":[{"n":\#(page)}],"total":3}"#)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(pipeline(server), to: "p.yaml")
      return try await body(workspace, server)
    }
  }

  private func broken(_ visit: Int) -> [HostileServer.Step]? { visit == 1 ? [reply(500, [], "")] : nil }

  @Test func `a broken run is gone on with, called as it was, though others have run since`() async throws {
    try await withPages(second: broken) { workspace, server in
      let first = try await workspace.assay(
        "run", "p.yaml", "--param", "kind=b", "--at", "2026-11-24", "--min-score", "10", "--report", "r.json")
      #expect(first.code == 3, "\(first.errors)")
      let id = try #require(try await workspace.query("SELECT id FROM runs").first)
      let other = try await workspace.assay("run", "p.yaml", "--at", "2026-11-25")
      #expect(other.code == 0, "\(other.errors)")
      let asked = server.received.count
      let show = try await workspace.assay("show", id)
      #expect(show.output.contains("assay resume \(id)"), "\(show.output)")
      let resumed = try await workspace.assay("resume", id, "--json")
      #expect(resumed.code == 0, "\(resumed.errors)")
      let again = server.received.dropFirst(asked).map(\.target)
      #expect(!again.isEmpty && again.allSatisfy { $0.contains("kind=b") && $0.contains("day=2026-11-24") }, "\(again)")
      #expect(!again.contains { $0.contains("page=1") }, "what was answered is not asked again")
      #expect(
        try await workspace.query(
          "SELECT outcome, \"trigger\", resumed_from, slot FROM runs ORDER BY rowid DESC LIMIT 1")
          == ["passed|resume|\(id)|2026-11-24T00:00:00Z"])
      let report = try JSONParser.parse(try #require(workspace.text("r.json")))
      #expect(report["outcome"]?.string == "passed")
      #expect(report["run", "params", "kind"]?.string == "b")
      let refused = try await workspace.assay("resume", id)
      #expect(refused.code == 2)
      #expect(refused.errors.contains("has gone on with the run \(id) already"), "\(refused.errors)")
      #expect(try await workspace.assay("show", id).output.contains("has gone on with it"))
    }
  }

  @Test func `a run is run again for its moment, with its options, from any folder`() async throws {
    try await withPages(second: { _ in nil }) { workspace, server in
      try workspace.write("X=1\n", to: "other.env")
      let first = try await workspace.assay(
        "run", "p.yaml", "--param", "kind=b", "--at", "2026-11-24T06:15:00-05:00", "--fail-on", "warn", "--env-file",
        "other.env", "--only", "out.jsonl", "--report", "r.json")
      #expect(first.code == 0, "\(first.errors)")
      let asked = server.received.count
      try workspace.write("", to: "elsewhere/x")
      let again = try await workspace.bash(
        "cd elsewhere && exec assay rerun last --store ../assay.db --quiet", options: [])
      #expect(again.code == 0, "\(again.errors)")
      #expect(server.received.dropFirst(asked).allSatisfy { $0.target.contains("day=2026-11-24") })
      #expect(server.received.count == 2 * asked)
      let rows = try await workspace.query(
        "SELECT \"trigger\", slot, resumed_from, call ->> 'rerun_of' = min(id) OVER (), call ->> 'arguments' FROM runs ORDER BY rowid"
      )
      let arguments =
        #"["--param","kind=b","--env-file","\#(workspace.path)/other.env","--fail-on","warn","--report","\#(workspace.path)/r.json","--only","out.jsonl"]"#
      #expect(
        rows == [
          "manual|2026-11-24T06:15:00-05:00|∅|∅|\(arguments)", "rerun|2026-11-24T06:15:00-05:00|∅|1|\(arguments)",
        ])
      #expect(!workspace.exists("elsewhere/out.jsonl") && !workspace.exists("elsewhere/r.json"))
    }
  }

  @Test func `what cannot be gone on with, or run again, is refused with words`() async throws {
    try await withPages(second: broken) { workspace, _ in
      func refusal(_ command: String, _ word: String = "last") async throws -> String {
        let ending = try await workspace.assay(command, word)
        #expect(ending.code == 2, "\(ending.errors)")
        #expect(ending.errors.hasSuffix("nothing was run\n"))
        return ending.errors
      }
      let environment = ["KIND": "hush-hush"]
      let text = try #require(workspace.text("p.yaml"))
      _ = try await workspace.assay("run", "p.yaml")
      try workspace.write(text + "# changed\n", to: "p.yaml")
      #expect(try await refusal("resume").contains("the pipeline file has changed since; 'assay rerun"))
      try workspace.write(text, to: "p.yaml")
      #expect(try await workspace.assay("run", "p.yaml").code == 0)
      #expect(try await refusal("resume").contains("ended as 'passed': there is nothing to go on with"))
      #expect(try await refusal("resume", "last~1").contains("is gone, since the run"))
      try workspace.write(
        text.replacing("path: /rows", with: "path: /rows, headers: {X: \"${secret:KIND}\"}"), to: "q.yaml")
      _ = try await workspace.assay("run", "q.yaml", "--param", "kind=hush-hush", environment: environment)
      #expect(try await refusal("rerun").contains("was called with a secret"))
      let rename = try await workspace.bash("rm q.yaml", options: [])
      #expect(rename.code == 0)
      #expect(try await refusal("rerun").contains("is gone: "))
      _ = try await workspace.assay("run", "p.yaml", "--limit", "1")
      let part = try #require(try await workspace.query("SELECT id FROM runs WHERE pipeline LIKE '%#part'").first)
      #expect(try await refusal("rerun", part).contains("only looked at a part"))
    }
  }

  @Test func `a run that goes on is neither gone on with nor run again`() async throws {
    let gate = Gate()
    try await withPages(second: { _ in
      gate.open()
      return [.silence]
    }) { workspace, _ in
      let process = try workspace.start(["run", "p.yaml"])
      await gate.wait()
      let id = try #require(try await workspace.query("SELECT id FROM runs").first)
      for command in ["resume", "rerun"] {
        let ending = try await workspace.assay(command, id)
        #expect(ending.code == 2)
        #expect(ending.errors.contains("is still going on, in process \(process.id)"), "\(ending.errors)")
      }
      process.signal(SIGINT)
      #expect(await process.end().code == 130)
    }
  }
}
