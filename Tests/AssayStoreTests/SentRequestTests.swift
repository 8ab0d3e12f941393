import AssayColumns
import AssayStore
import Testing

/// What runs have sent, and for how long it is known.
@Suite struct SentRequestTests {
  let folder = TemporaryFolder()

  private func sent(_ key: String, status: Int = 201) -> SentRequest {
    SentRequest(
      key: key, output: 1, method: "POST", url: "http://h/x", status: status, rows: 3,
      sentAt: StoreTime(milliseconds: 1_795_000_000_000))
  }

  private func begin(_ id: String, after before: String? = nil, pipeline: String = "p", in store: Store) async throws {
    var record = AssayStoreTests.run(id, pipeline: pipeline)
    record.resumedFrom = before
    try await store.begin(record)
  }

  private static let broken = RunResult(outcome: "error", exitCode: 3)

  @Test func `the first of the runs that go on with each other is their root`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    for (id, before) in [("r1", nil), ("r2", "r1"), ("r3", "r2"), ("r4", nil), ("r5", "gone")] {
      try await begin(id, after: before, in: store)
      try await store.finish(id, Self.broken)
    }
    for (run, root) in [("r1", "r1"), ("r2", "r1"), ("r3", "r1"), ("r4", "r4"), ("r5", "r5"), ("unknown", "unknown")] {
      #expect(try await store.rootRun(of: run) == root)
    }
    await store.close()
  }

  @Test func `what was sent is known to the runs of its root alone, over processes, and once`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    try await begin("r1", in: store)
    try await begin("q1", pipeline: "q", in: store)
    try await store.keepSent([sent("a"), sent("b")], by: "r1", root: "r1")
    try await store.keepSent([sent("c")], by: "q1", root: "q1")
    try await store.keepSent([sent("a", status: 500)], by: "r1", root: "r1")
    let other = try await Store.open(path)
    #expect(try await other.sentKeys(among: ["a", "b", "c", "d"], root: "r1") == ["a", "b"])
    #expect(try await other.sentKeys(among: ["a", "b", "c", "d"], root: "q1") == ["c"])
    #expect(try await other.sentKeys(among: [], root: "r1") == [])
    #expect(
      try query(path, "SELECT * FROM sent_requests WHERE \"key\" = 'a'")
        == ["r1|a|r1|1|POST|http://h/x|201|3|2026-11-18T11:06:40.000Z"])
    await store.close()
    await other.close()
  }

  @Test func `a run that was taken for dead keeps what it has sent, and is told to stop`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await begin("r1", in: store)
    try await store.finish("r1", Self.broken)
    try await begin("r2", after: "r1", in: store)
    let found = await failure { try await store.keepSent([sent("a")], by: "r1", root: "r1") }
    #expect(found?.code == .noSuchRun)
    #expect(try await store.sentKeys(among: ["a"], root: "r1") == ["a"])
    await store.close()
  }

  @Test(arguments: [("error", true), ("interrupted", true), ("partial", true), ("failed", false), ("passed", false)])
  func `it is known until a run of the pipeline comes to its end`(outcome: String, isKept: Bool) async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await begin("r1", in: store)
    try await begin("q1", pipeline: "q", in: store)
    try await store.keepSent([sent("a")], by: "r1", root: "r1")
    try await store.keepSent([sent("c")], by: "q1", root: "q1")
    try await store.finish("r1", Self.broken)
    try await begin("r2", after: "r1", in: store)
    try await store.finish("r2", RunResult(outcome: outcome, exitCode: 0))
    #expect(try await store.sentKeys(among: ["a"], root: "r1") == (isKept ? ["a"] : []))
    #expect(try await store.sentKeys(among: ["c"], root: "q1") == ["c"])
    await store.close()
  }

  @Test func `publishing a run forgets what it has sent`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await begin("r1", in: store)
    try await store.keepSent([sent("a")], by: "r1", root: "r1")
    _ = try await store.publish(PublishPlan(run: "r1", tables: [], files: [], result: .passed))
    #expect(try query(store.path, "SELECT count(*) FROM sent_requests") == ["0"])
    await store.close()
  }

  @Test func `a rehearsal finds what publishing would, and leaves no trace`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let other = folder.file("w.db")
    try await store.publishRun("r1", [people([(1, "Ann")])], to: "t")
    try execute(store.path, "CREATE UNIQUE INDEX one ON t(id)")
    let before = try query(store.path, "SELECT type, name, sql FROM sqlite_master ORDER BY name")
    try await begin("r2", in: store)
    let good = try await store.staged([people([(2, "b")])], run: "r2")
    let more = try await store.staged([people([(3, "c")])], run: "r2")
    let bad = try await store.staged([people([(2, "b"), (2, "c")])], run: "r2")
    let away = try await store.staged([people([(9, nil)])], run: "r2", in: other)
    let fine = [
      TablePublish(good, to: "t", mode: .replace), TablePublish(more, to: "t", mode: .append),
      TablePublish(away, to: "w", mode: .replace),
    ]
    for _ in 0..<2 { try await store.rehearsePublishing(fine) }
    #expect(try query(store.path, "SELECT * FROM t") == ["1|Ann"])
    #expect(try query(other, "SELECT name FROM sqlite_master WHERE name = 'w'") == [])
    let found = await failure { try await store.rehearsePublishing([TablePublish(bad, to: "t", mode: .replace)]) }
    #expect(found?.code == .rejectedRows)
    let reserved = await failure {
      try await store.rehearsePublishing([TablePublish(good, to: "runs", mode: .replace)])
    }
    #expect(reserved?.code == .badTable)
    #expect(try await store.publish(PublishPlan(run: "r2", tables: fine, files: [], result: .passed)).isEmpty)
    #expect(try query(store.path, "SELECT id FROM t ORDER BY id") == ["2", "3"])
    #expect(try query(other, "SELECT id FROM w") == ["9"])
    #expect(try query(store.path, "SELECT type, name, sql FROM sqlite_master ORDER BY name") == before)
    await store.close()
  }
}
