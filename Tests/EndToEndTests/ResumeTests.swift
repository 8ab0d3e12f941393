import AssayFormats
import AssayStore
import AssayTestServers
import Glibc
import Synchronization
import Testing

/// Broken runs that are gone on with.
@Suite struct ResumeTests {
  private static let json = [("Content-Type", "application/json")]
  private static let pages = 12

  /// Twelve pages by number; the test says what is answered instead.
  private func withPages<T>(
    _ answer: @escaping @Sendable (_ page: Int) -> [HostileServer.Step]?,
    _ body: (Workspace, HostileServer) async throws -> T
  ) async throws -> T {
    try await withServer({ request in
      let page = request.target.split(separator: "=").last.flatMap { Int($0) } ?? 1
      if let steps = answer(page) { return steps }
      return [reply(200, Self.json, #"{"rows":[{"n":\#(page)}],"total":\#(Self.pages)}"#)]
    }) { server in try await body(try Workspace(), server) }
  }

  private func pipeline(_ server: HostileServer, total: String = ", total_path: $.total") -> String {
    """
    params: {p: {default: a}}
    apis: {a: {base_url: "\(server.url)", concurrency: 2, retry: {max_attempts: 1}, timeout: {read: 10m, total: 10m}}}
    sources:
      s: {type: http, api: a, path: /rows, query: {p: "${param:p}", d: "${run:date}"}, records: "$.rows[*]",
          paginator: {type: page_number\(total)}}
    outputs: [{type: jsonl, from: s, path: out.jsonl}]
    """
  }

  private static let all = (1...pages).map { #"{"n":\#($0)}"# }

  private func rows(_ workspace: Workspace) -> [String]? {
    workspace.text("out.jsonl").map { $0.split(separator: "\n").map(String.init) }
  }

  @Test(arguments: ["", ", total_path: $.total"])
  func `a fault in a late page throws no earlier page away`(_ total: String) async throws {
    let isDown = Mutex(true)
    try await withPages({ page in
      if page == 10, isDown.withLock({ $0 }) { return [reply(500, Self.json, "{}")] }
      return total.isEmpty && page > Self.pages ? [reply(200, Self.json, #"{"rows":[]}"#)] : nil
    }) { workspace, server in
      let text = pipeline(server, total: total)
      let first = try await workspace.run(text)
      #expect(first.code == 3, "\(first.errors)")
      #expect(rows(workspace) == nil)
      isDown.withLock { $0 = false }
      // Pages that were under way when the run broke were not kept.
      let before = Set(
        try await workspace.query("SELECT url FROM http_responses").map { String($0.dropFirst(server.url.utf8.count)) })
      #expect(before.count >= 8)
      let count = server.received.count
      let second = try await workspace.run(text, "--resume")
      #expect(second.code == 0, "\(second.errors)")
      #expect(rows(workspace) == Self.all)
      let asked = server.received.dropFirst(count).map(\.target)
      #expect(asked.contains { $0.hasSuffix("page=10") })
      #expect(before.isDisjoint(with: asked), "asked again: \(before.intersection(asked))")
      #expect(second.step("s")?["cache_hits"]?.int == before.count)
      #expect(try await workspace.query("SELECT count(*) FROM http_responses") == ["0"])
    }
  }

  @Test func `a killed run is gone on with from its last answer`() async throws {
    let gate = Gate()
    let isFirst = Mutex(true)
    try await withPages({ page in
      guard page == 7, isFirst.withLock({ $0 }) else { return nil }
      gate.open()
      return [.silence]
    }) { workspace, server in
      let text = pipeline(server, total: ", max_pages: \(Self.pages + 1), total_pages_path: $.none")
      try workspace.write("version: 1\nname: p\n" + text, to: "p.yaml")
      let process = try workspace.start(["run", "p.yaml"])
      await gate.wait()
      process.signal(SIGKILL)
      #expect(await process.end().code == -SIGKILL)
      isFirst.withLock { $0 = false }
      let count = server.received.count
      // Without a total the pages come one by one, so what was asked for is known.
      #expect(count == 7)
      let run = try await workspace.run(text, "--resume")
      #expect(run.code == 3 && run.error("s").contains("max_pages"), "\(run.errors)")
      let asked = server.received.dropFirst(count).compactMap { $0.target.split(separator: "=").last.map(String.init) }
      #expect(asked == ["7", "8", "9", "10", "11", "12", "13"])
    }
  }

  @Test func `old pages are asked for again`() async throws {
    let isDown = Mutex(true)
    try await withPages({ page in page == 12 && isDown.withLock { $0 } ? [reply(500, Self.json, "{}")] : nil }) {
      workspace, server in
      let first = try await workspace.run(pipeline(server))
      #expect(first.code == 3)
      isDown.withLock { $0 = false }
      let count = server.received.count
      let second = try await workspace.run(pipeline(server), "--resume", "--resume-max-age", "0s")
      #expect(second.code == 0, "\(second.errors)")
      #expect(server.received.count == count + 12)
    }
  }

  @Test func `a run that cannot be resumed says why`() async throws {
    try await withPages({ page in page == 3 ? [reply(500, Self.json, "{}")] : nil }) { workspace, server in
      let text = pipeline(server)
      let none = try await workspace.run(text, "--resume")
      #expect(none.code == 2 && none.errors.contains("there is nothing to resume: no run of 'p' is known"))
      #expect(!workspace.exists("assay.db"))
      #expect(try await workspace.run(text).code == 3)
      let params = try await workspace.run(text, "--resume", "--param", "p=b")
      #expect(params.code == 2, "\(params.errors)")
      #expect(params.errors.contains(#"its params were {"p":"a"}, and now they are {"p":"b"}"#), "\(params.errors)")
      let changed = try await workspace.run(text + "\nreport: {json: r.json}", "--resume")
      #expect(changed.code == 2 && changed.errors.contains("the pipeline file has changed since"))
      let odd = try await workspace.run(text, "--resume", "--record", "r")
      #expect(odd.code == 2 && odd.errors.contains("--resume, --record and --replay exclude each other"))
    }
  }

  @Test func `params that hold the run's date are those of the broken run's day`() async throws {
    try await withPages({ _ in nil }) { workspace, server in
      let text = pipeline(server).replacing("{default: a}", with: "{default: \"${run:date}\"}")
      #expect(try await workspace.run(text).code == 0)
      let sha = try await workspace.query("SELECT definition_sha256 FROM runs")[0]
      let store = try await Store.open(workspace.file("assay.db"))
      let day = try #require(StoreTime(text: "2026-01-05T10:00:00.000Z"))
      try await store.begin(
        RunRecord(
          id: "r2", pipeline: "p", definitionSHA256: sha, params: #"{"p":"2026-01-05"}"#, assayVersion: "",
          logicalTime: day))
      try await store.finish("r2", RunResult(outcome: "interrupted", exitCode: 130))
      await store.close()
      let count = server.received.count
      let run = try await workspace.run(text, "--resume")
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.dropFirst(count).allSatisfy { $0.target.contains("p=2026-01-05&d=2026-01-05") })
    }
  }

  @Test func `a run that ended well is not resumed`() async throws {
    try await withPages({ _ in nil }) { workspace, server in
      #expect(try await workspace.run(pipeline(server)).code == 0)
      let run = try await workspace.run(pipeline(server), "--resume")
      #expect(run.code == 2 && run.errors.contains("ended as 'passed'"), "\(run.errors)")
    }
  }
}
