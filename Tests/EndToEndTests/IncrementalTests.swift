import AssayFormats
import AssayTestServers
import Synchronization
import Testing

/// Sources that ask only for what is new.
@Suite struct IncrementalTests {
  private static let json = [("Content-Type", "application/json")]

  /// An API that answers the rows whose `at` is not before `since`.
  private func withRows<T>(
    _ rows: @escaping @Sendable () -> [(id: Int, at: String)], _ body: (Workspace, HostileServer) async throws -> T
  ) async throws -> T {
    try await withServer({ request in
      let since = sinceParameter(request.target)
      let known = rows().filter { since == nil || $0.at >= since ?? "" }
      let items = known.map { #"{"id":\#($0.id),"at":"\#($0.at)"}"# }.joined(separator: ",")
      return [reply(200, Self.json, #"{"items":[\#(items)]}"#)]
    }) { server in try await body(try Workspace(), server) }
  }

  private func pipeline(
    _ server: HostileServer, incremental: String = "{cursor: at, param: since, initial: 2026-01-01}",
    output: String = "mode: upsert, key: [id]", checks: String = ""
  ) -> String {
    """
    params: {p: {default: a}}
    sources:
      s: {type: http, path: "\(server.url)/rows", records: "$.items[*]", on_empty: pass, incremental: \(incremental)}
    \(checks)
    outputs: [{type: sqlite, from: s, table: t, \(output)}]
    """
  }

  private func sent(_ server: HostileServer) -> [String?] { server.received.map { sinceParameter($0.target) } }

  @Test func `the next run begins where the last published one ended`() async throws {
    let rows = Mutex([(id: 1, at: "2026-02-01"), (id: 2, at: "2026-03-01")])
    try await withRows({ rows.withLock { $0 } }) { workspace, server in
      let text = pipeline(server, checks: "checks: {published.t: {dataset: [{row_count: {min: 2}}]}}")
      for _ in 0..<2 {
        let run = try await workspace.run(text)
        #expect(run.code == 0, "\(run.errors)")
      }
      rows.withLock { $0 += [(id: 3, at: "2026-04-01"), (id: 2, at: "2026-05-01")] }
      let run = try await workspace.run(text)
      #expect(run.code == 0 && run.step("s")?["rows_out"]?.int == 3, "\(run.errors)")
      #expect(sent(server) == ["2026-01-01", "2026-03-01", "2026-03-01"])
      #expect(
        try await workspace.query("SELECT id, at FROM t ORDER BY id") == [
          "1|2026-02-01", "2|2026-05-01", "3|2026-04-01",
        ])
      // Each set of params has a cursor of its own, and a refresh begins anew.
      _ = try await workspace.run(text, "--param", "p=b")
      _ = try await workspace.run(text, "--full-refresh")
      _ = try await workspace.run(text)
      #expect(sent(server).suffix(3) == ["2026-01-01", "2026-01-01", "2026-05-01"])
    }
  }

  @Test func `a run that publishes nothing changes nothing`() async throws {
    try await withRows({ [(id: 1, at: "2026-02-01")] }) { workspace, server in
      let failing = pipeline(server, checks: "checks: {s: {dataset: [{row_count: {min: 9}}]}}")
      for _ in 0..<2 {
        let run = try await workspace.run(failing)
        #expect(run.code == 1)
      }
      let part = try await workspace.run(pipeline(server), "--limit", "1")
      #expect(part.code == 0)
      let whole = try await workspace.run(pipeline(server))
      #expect(whole.code == 0)
      #expect(sent(server) == ["2026-01-01", "2026-01-01", "2026-01-01", "2026-01-01"])
    }
  }

  @Test(arguments: [
    ("1d", "2026-03-01", "2026-02-28"), ("1h", "2026-03-01T00:30:00Z", "2026-02-28T23:30:00Z"),
    ("90m", "2026-03-01T01:00:00+02:00", "2026-02-28T21:30:00Z"),
  ])
  func `a lag begins earlier`(_ lag: String, _ last: String, _ next: String) async throws {
    try await withRows({ [(id: 1, at: last)] }) { workspace, server in
      let text = pipeline(server, incremental: "{cursor: at, param: since, lag: \(lag)}")
      for _ in 0..<2 {
        let run = try await workspace.run(text)
        #expect(run.code == 0, "\(run.errors)")
      }
      #expect(sent(server) == [nil, next])
    }
  }

  @Test func `a cursor that is a number is compared as one`() async throws {
    try await withServer({ _ in
      [reply(200, Self.json, #"{"items":[{"n":9},{"n":10},{"n":null},{"n":"2"}]}"#)]
    }) { server in
      let workspace = try Workspace()
      let text = pipeline(
        server, incremental: "{cursor: n, param: since}", output: "mode: append")
      for _ in 0..<2 { _ = try await workspace.run(text) }
      #expect(sent(server) == [nil, "10"])
    }
  }

  @Test func `what makes no sense with it is a fault`() async throws {
    try await withRows({ [(id: 1, at: "x")] }) { workspace, server in
      let replacing = try await workspace.run(pipeline(server, output: "mode: replace"))
      #expect(replacing.code == 2)
      #expect(
        replacing.errors.contains("the source 's' is incremental, so mode: replace would drop"), "\(replacing.errors)")
      let column = try await workspace.run(pipeline(server, incremental: "{cursor: ta, param: since}"))
      #expect(column.code == 3 && column.error("s").contains("no row has the column 'ta'"), "\(column.errors)")
      #expect(try await workspace.query("SELECT count(*) FROM source_state") == ["0"])
      let lag = pipeline(server, incremental: "{cursor: at, param: since, lag: 1h}")
      let late = try await workspace.run(lag)
      #expect(late.code == 3 && late.error("s").contains("'lag' is for dates and times"), "\(late.errors)")
    }
  }
}

/// What a request sends as `since`; nil for nothing.
func sinceParameter(_ target: String) -> String? {
  guard let value = target.split(separator: "since=").dropFirst().first else { return nil }
  return String(value).replacing("%3A", with: ":").replacing("%2B", with: "+")
}
