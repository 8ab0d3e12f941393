import AssayFormats
import AssayTestServers
import AssayTestSupport
import Glibc
import Synchronization
import Testing

/// Runs that are killed at any moment: the store opens, nothing is half published, and a resumed run asks only for what
/// is missing.
///
/// `ASSAY_KILL_ROUNDS` sets how many runs are killed; each has a seed of its own, which failures name.
@Suite struct KillTests {
  private static let json = [("Content-Type", "application/json")]
  private static let pages = 24
  private static let rounds = getenv("ASSAY_KILL_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 12

  private static func pipeline(_ server: HostileServer) -> String {
    """
    version: 1
    name: p
    apis: {a: {base_url: "\(server.url)", concurrency: 4, timeout: {read: 10m, total: 10m}}}
    sources:
      s: {type: http, api: a, path: /rows, records: "$.rows[*]", paginator: {type: page_number, total_path: $.total}}
    steps:
      got: {type: lookup, from: s, api: a, path: "/k/{key}", columns: {twice: $.twice}}
    outputs:
      - {type: sqlite, from: got, table: t}
      - {type: csv, from: got, path: out.csv}

    """
  }

  /// Three rows a page, whose keys repeat over the pages.
  private static func answer(_ target: String) -> HostileServer.Step {
    if target.hasPrefix("/k/") {
      let key = target.dropFirst(3)
      return reply(200, json, #"{"twice":"\#(key)\#(key)"}"#)
    }
    let page = target.split(separator: "=").last.flatMap { Int($0) } ?? 1
    let rows = (0..<3).map { #"{"id":\#(page * 3 + $0),"key":"k\#((page * 3 + $0) % 40)"}"# }
    return reply(200, json, #"{"rows":[\#(rows.joined(separator: ","))],"total":\#(pages * 3)}"#)
  }

  @Test(.timeLimit(.minutes(30)), arguments: 0..<UInt64(rounds))
  func `a run that is killed loses nothing, and is gone on with`(seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    // Somewhere between the first request and the end of publishing.
    let deadline = random.next(below: 70)
    let pause = UInt32(random.next(below: 6000))
    let victim = Mutex<ChildProcess?>(nil)
    try await withServer({ request in
      guard request.number == deadline + 1 else { return [Self.answer(request.target)] }
      let kill: @Sendable () -> Void = {
        usleep(pause)
        victim.withLock { $0 }?.signal(SIGKILL)
      }
      return seed.isMultiple(of: 2)
        ? [.run(kill), Self.answer(request.target)] : [Self.answer(request.target), .run(kill)]
    }) { server in
      let workspace = try Workspace()
      try workspace.write(Self.pipeline(server), to: "p.yaml")
      try workspace.write("old", to: "out.csv")
      let process = try workspace.start(["run", "p.yaml"])
      victim.withLock { $0 = process }
      let ending = await process.end()
      let asked = server.received.count
      let isKilled = ending.code == -SIGKILL
      #expect(isKilled || ending.code == 0, "\(ending.errors)")
      if isKilled, try await workspace.query("SELECT count(*) FROM runs WHERE outcome IS NULL") == ["1"] {
        // Neither output is there, or the decision had fallen and the next start finishes it.
        let tables = try await workspace.query("SELECT name FROM sqlite_master WHERE name = 't'")
        #expect(tables == [])
        #expect(workspace.text("out.csv") == "old")
        let kept = Set(
          try await workspace.query("SELECT url FROM http_responses WHERE fetched_at IS NOT NULL").map {
            String($0.dropFirst(server.url.utf8.count))
          })
        let resumed = try await workspace.assay("run", "p.yaml", "--resume")
        #expect(resumed.code == 0, "\(resumed.errors)")
        let again = server.received.dropFirst(asked).map(\.target)
        #expect(again.filter { kept.contains($0) } == [], "asked again although it was kept")
        #expect(Set(again).count == again.count)
      } else {
        let next = try await workspace.assay("run", "p.yaml")
        #expect(next.code == 0, "\(next.errors)")
      }
      let expected = (3..<Self.pages * 3 + 3).map { "\($0)|k\($0 % 40)|k\($0 % 40)k\($0 % 40)" }
      #expect(try await workspace.query("SELECT id, key, twice FROM t ORDER BY id") == expected)
      #expect(workspace.text("out.csv")?.split(separator: "\n").count == Self.pages * 3 + 1)
      #expect(try await workspace.leftovers() == [])
      #expect(
        try await workspace.query("SELECT count(*) FROM http_responses WHERE run_id IS NOT NULL OR fetched_at IS NULL")
          == ["0"])
    }
  }
}
