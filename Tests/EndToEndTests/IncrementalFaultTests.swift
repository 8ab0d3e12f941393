import AssayTestServers
import Testing

/// Incremental sources that cannot go on where they stopped.
@Suite struct IncrementalFaultTests {
  @Test func `a lag on a cursor that is no time breaks the first run, not all that follow it`() async throws {
    try await withServer({ _ in
      [reply(200, [("Content-Type", "application/json")], #"[{"id":5},{"id":7}]"#)]
    }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(
        """
        sources:
          s: {type: http, path: "\(server.url)/", incremental: {cursor: id, param: since, lag: 1h}}
        outputs: [{type: sqlite, from: s, table: t, mode: append}]
        """)
      #expect(run.code == 3)
      #expect(run.published == [false])
      #expect(run.errors.contains("'lag' is for dates and times, and the cursor is '7'"), "\(run.errors)")
    }
  }
}
