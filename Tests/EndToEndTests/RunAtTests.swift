import AssayTestServers
import Synchronization
import Testing

/// Runs that stand for another moment, and what the ledger keeps of runs.
@Suite struct RunAtTests {
  private static let json = [("Content-Type", "application/json")]

  private func pipeline(_ server: HostileServer) -> String {
    """
    apis: {a: {base_url: "\(server.url)", retry: {max_attempts: 3, initial: 1ms, max: 1ms}}}
    sources: {s: {type: http, api: a, path: /rows, query: {d: "${run:date}", e: "${run:date-1d}"}, records: "$.rows[*]"}}
    checks: {s: {columns: {n: [not_null]}}}
    outputs: [{type: jsonl, from: s, path: out.jsonl}]
    """
  }

  @Test(arguments: [
    ("2026-11-24", "d=2026-11-24&e=2026-11-23", "2026-11-24T00:00:00Z", "2026-11-24T00:00:00.000Z"),
    (
      "2026-11-24T20:30:00-05:00", "d=2026-11-24&e=2026-11-23", "2026-11-24T20:30:00-05:00",
      "2026-11-25T01:30:00.000Z"
    ),
    ("2026-03-01T00:30+01:00", "d=2026-03-01&e=2026-02-28", "2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00.000Z"),
  ])
  func `a run stands for the moment of --at, and its date is that of the moment's own clock`(
    at: String, query: String, slot: String, logical: String
  ) async throws {
    try await withServer({ _ in [reply(200, Self.json, #"{"rows":[{"n":1}]}"#)] }) { server in
      let workspace = try Workspace()
      let run = try await workspace.run(pipeline(server), "--at", at)
      #expect(run.code == 0, "\(run.errors)")
      #expect(server.received.map(\.target) == ["/rows?\(query)"])
      #expect(
        try await workspace.query("SELECT slot || ' ' || logical_time || ' ' || (started_at > logical_time) FROM runs")
          == ["\(slot) \(logical) 1"])
    }
  }

  @Test func `a run that is gone on with keeps its date`() async throws {
    let isDown = Mutex(true)
    try await withServer({ _ in
      isDown.withLock { $0 } ? [reply(404, Self.json, "{}")] : [reply(200, Self.json, #"{"rows":[{"n":1}]}"#)]
    }) { server in
      let workspace = try Workspace()
      #expect(try await workspace.run(pipeline(server), "--at", "2026-11-24T20:30:00-05:00").code == 3)
      isDown.withLock { $0 = false }
      let second = try await workspace.run(pipeline(server), "--resume")
      #expect(second.code == 0, "\(second.errors)")
      #expect(Set(server.received.map(\.target)) == ["/rows?d=2026-11-24&e=2026-11-23"])
      #expect(try await workspace.query("SELECT DISTINCT slot FROM runs") == ["2026-11-24T20:30:00-05:00"])
    }
  }

  @Test(arguments: [
    (["--at", "yesterday"], "--at is a date or a time"), (["--at", "2026-02-29"], "--at is a date or a time"),
    (["--at", "2026-11-24", "--resume"], "--at is of a new run"),
    (["--at", "2026-11-24", "--record", "tape"], "--at is of a new run"),
  ])
  func `a call that names no moment, or two, is wrong`(arguments: [String], message: String) async throws {
    let workspace = try Workspace()
    try workspace.write("version: 1\nname: p\nsources: {s: {type: csv, path: a.csv}}\n", to: "p.yaml")
    let run = try await workspace.start(["run", "p.yaml"] + arguments).end()
    #expect(run.code == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func `the ledger counts each attempt once, and says why a run did not pass`() async throws {
    let visits = Mutex(0)
    try await withServer({ _ in
      let visit = visits.withLock { visits in
        visits += 1
        return visits
      }
      return visit == 1 ? [reply(503, Self.json, "{}")] : [reply(200, Self.json, #"{"rows":[{"n":1},{"n":null}]}"#)]
    }) { server in
      let workspace = try Workspace()
      #expect(try await workspace.run(pipeline(server)).code == 1)
      #expect(
        try await workspace.query("SELECT requests || ' ' || failed_checks || ' ' || reason FROM runs")
          == ["2 1 the check not_null n failed"])
    }
  }
}
