import AssayStore
import AssayTestSupport
import Glibc
import Testing

/// Schedulers and runs that are killed at any moment: every slot has one run in the end, and its rows are there once.
///
/// `ASSAY_KILL_ROUNDS` sets how many schedulers are killed.
@Suite(.timeLimit(.minutes(10))) struct ScheduleKillTests {
  private static let slots = 8
  private static let rounds = getenv("ASSAY_KILL_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 8

  @Test func `schedulers and runs that are killed lose no slot, and run none twice`() async throws {
    var random = SeededRandom(seed: 7)
    let workspace = try Workspace()
    try workspace.write("id\n1\n2\n", to: "r.csv")
    try workspace.write(
      """
      version: 1
      name: p
      schedule: {cron: "@hourly", catch_up: all, overlap: queue}
      sources: {r: {type: csv, path: r.csv}}
      steps: {s: {type: sql, from: [r], query: "SELECT '${run:date}' AS day, id FROM r"}}
      outputs: [{type: sqlite, from: s, table: rows, mode: append}]

      """, to: "p.yaml")
    let store = try await Store.open(workspace.file("assay.db"))
    try await store.setScheduled([("p", StoreTime.now.adding(.seconds(-3600 * Self.slots)))])
    await store.close()
    for round in 0..<Self.rounds {
      let process = try workspace.start(["schedule", "p.yaml"])
      // A moment of no meaning: what is to be hit is whatever goes on then.
      try await Task.sleep(for: .milliseconds(random.next(below: 900)))
      if random.once(in: 2) {
        for pid in try await workspace.query("SELECT pid FROM runs WHERE outcome IS NULL").compactMap({ Int32($0) }) {
          kill(pid, SIGKILL)
        }
      }
      process.signal(SIGKILL)
      _ = await process.end()
      // What was killed in the middle of writing is read all the same.
      #expect(try await workspace.query("SELECT count(*) >= 0 FROM runs") == ["1"], "round \(round)")
    }
    let last = try workspace.start(["schedule", "p.yaml", "--health-file", "health.json"])
    // Before it is ready, a signal ends it as any program.
    while !workspace.exists("health.json") { try await Task.sleep(for: .milliseconds(20)) }
    for _ in 0..<600 {
      let done = try await workspace.query("SELECT count(*) FROM slots WHERE state = 'passed'")
      if done == ["\(Self.slots)"] { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    last.signal(SIGTERM)
    let ending = await last.end()
    #expect(ending.code == 0)
    // A slot is left to people after three runs of it that were killed.
    let killed = try await workspace.query("SELECT count(*) FROM slots WHERE state = 'broken' AND attempt >= 3")
    let passed = try await workspace.query("SELECT count(*) FROM runs WHERE outcome = 'passed'")
    #expect(passed.compactMap { Int($0) }[0] + killed.compactMap { Int($0) }[0] == Self.slots, "\(ending.errors)")
    #expect(
      try await workspace.query("SELECT count(*) FROM (SELECT slot FROM runs WHERE outcome = 'passed' GROUP BY slot)")
        == passed)
    #expect(try await workspace.query("SELECT count(*) / 2 FROM rows") == passed)
    #expect(try await workspace.query("SELECT count(*) FROM runs WHERE outcome IS NULL") == ["0"])
    #expect(try await workspace.leftovers() == [])
  }
}
