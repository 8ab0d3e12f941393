import AssayColumns
import AssayStore
import Testing

@Suite struct RecoveryTests {
  let folder = TemporaryFolder()

  private func tables(_ path: String) throws -> [String] {
    try query(path, "SELECT name FROM sqlite_master WHERE name GLOB '_assay*'")
  }

  @Test func `a process that dies between COMMIT and rename is finished by the next`() async throws {
    let path = folder.file("a.db")
    let other = folder.file("other.db")
    let first = try await Store.open(path)
    try await first.publishRun("r0", [people([(0, "old")])], to: "t")
    try await first.begin(run("r1", process: deadProcess()))
    let stage = try await first.staged([people([(1, "Ann")])], run: "r1")
    let outside = try await first.staged([people([(2, "Bob")])], run: "r1", in: other)
    let file = try await first.stageFile(target: folder.file("out.csv"), run: "r1")
    try file.write(Array("a\n".utf8))
    let unused = try await first.stageFile(target: folder.file("unused.csv"), run: "r1")
    _ = try unused.finish()
    try await first.commit(
      PublishPlan(
        run: "r1",
        tables: [
          TablePublish(stage, to: "t", mode: .replace), TablePublish(outside, to: "u", mode: .upsert(key: ["id"])),
        ], files: [try file.finish()], result: .passed))
    await first.close()
    #expect(contents(folder.file("out.csv")) == nil)
    #expect(try tables(path) == ["_assay_old_r1_2"])

    let second = try await Store.open(path)
    #expect(second.unsettled.isEmpty)
    #expect(contents(folder.file("out.csv")) == "a\n")
    #expect(try query(path, "SELECT * FROM t") == ["1|Ann"])
    #expect(try query(other, "SELECT * FROM u") == ["2|Bob"])
    #expect(try tables(path) == [] && tables(other).filter { !$0.contains("_key_") } == [])
    #expect(try query(path, "SELECT count(*) FROM publish_intents") == ["0"])
    #expect(try await second.runs().first { $0.id == "r1" }?.outcome == "passed")
    #expect(!fileNames(folder.path).contains { $0.hasSuffix(".tmp") })
    await second.close()
  }

  @Test func `a process that dies before COMMIT leaves nothing, and its run is broken`() async throws {
    let path = folder.file("a.db")
    let other = folder.file("other.db")
    let first = try await Store.open(path)
    try await first.publishRun("r0", [people([(0, "old")])], to: "t")
    try await first.begin(run("r1", process: deadProcess()))
    _ = try await first.staged([people([(1, "Ann")])], run: "r1")
    _ = try await first.staged([people([(2, "Bob")])], run: "r1", in: other)
    let file = try await first.stageFile(target: folder.file("out.csv"), run: "r1")
    _ = try file.finish()
    await first.close()

    let second = try await Store.open(path)
    let settled = try await second.runs().first { $0.id == "r1" }
    #expect(settled?.outcome == "broken" && settled?.exitCode == 3)
    #expect(try query(path, "SELECT * FROM t") == ["0|old"])
    #expect(try tables(path) == [] && tables(other) == [])
    #expect(fileNames(folder.path).allSatisfy { $0.hasPrefix("a.db") || $0.hasPrefix("other.db") })
    await second.close()
  }

  @Test func `a rename that was done already is not missed`() async throws {
    let path = folder.file("a.db")
    let first = try await Store.open(path)
    try await first.begin(run("r1", process: deadProcess()))
    let file = try await first.stageFile(target: folder.file("out.csv"), run: "r1")
    try file.write(Array("a\n".utf8))
    let publish = try file.finish()
    try await first.commit(PublishPlan(run: "r1", tables: [], files: [publish], result: .passed))
    try publish.publish()
    await first.close()
    let second = try await Store.open(path)
    #expect(second.unsettled.isEmpty)
    #expect(contents(folder.file("out.csv")) == "a\n")
    await second.close()
  }

  @Test func `a file that cannot be put in place stays decided, and opening goes on`() async throws {
    let path = folder.file("a.db")
    let first = try await Store.open(path)
    run("/bin/mkdir", folder.file("sub"))
    try await first.begin(run("r1", process: deadProcess()))
    let file = try await first.stageFile(target: folder.file("sub/out.csv"), run: "r1")
    try await first.commit(PublishPlan(run: "r1", tables: [], files: [try file.finish()], result: .passed))
    await first.close()
    run("/bin/mv", folder.file("sub"), folder.file("away"))
    let second = try await Store.open(path)
    #expect(second.unsettled.count == 1)
    await second.close()
    run("/bin/mv", folder.file("away"), folder.file("sub"))
    let third = try await Store.open(path)
    #expect(third.unsettled.isEmpty)
    #expect(contents(folder.file("sub/out.csv")) == "")
    await third.close()
  }

  @Test func `a living run keeps its stage when another process opens the store`() async throws {
    let path = folder.file("a.db")
    let first = try await Store.open(path)
    try await first.begin(run("r1"))
    let stage = try await first.staged([people([(1, "Ann")])], run: "r1")
    let second = try await Store.open(path)
    let found = await failure { try await second.begin(run("r2")) }
    #expect(found?.code == .alreadyRunning)
    #expect(found?.problem.contains("r1") == true)
    #expect(found?.problem.contains(String(ProcessIdentity.current.pid)) == true)
    #expect(found?.problem.contains(ProcessIdentity.current.host) == true)
    try await second.begin(run("r3", pipeline: "q"))
    _ = try await first.publish(
      PublishPlan(run: "r1", tables: [TablePublish(stage, to: "t", mode: .replace)], files: [], result: .passed))
    #expect(try query(path, "SELECT * FROM t") == ["1|Ann"])
    await second.close()
    await first.close()
  }

  @Test func `a lease that ran out ends a run, and one that is renewed does not`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    try await store.begin(run("r1", lease: .seconds(60)))
    try await store.renewLease(of: "r1", until: StoreTime.now.adding(.seconds(600)))
    let later = StoreTime.now.adding(.seconds(300))
    #expect(await failure { try await store.begin(run("r2"), now: later) }?.code == .alreadyRunning)
    let muchLater = StoreTime.now.adding(.seconds(700))
    try await store.begin(run("r2"), now: muchLater)
    #expect(try await store.runs().first { $0.id == "r1" }?.outcome == "broken")
    #expect(await failure { try await store.renewLease(of: "r1", until: muchLater) }?.code == .noSuchRun)
    #expect(await failure { try await store.finish("r1", .passed) }?.code == .noSuchRun)
    await store.close()
  }

  @Test func `a process that starts in another folder finds what was decided under relative paths`() async throws {
    run("/bin/mkdir", folder.file("sub"))
    let path = fromHere(folder.path, "a.db")
    let other = fromHere(folder.path, "other.db")
    let first = try await Store.open(path)
    #expect(first.path == folder.file("a.db"))
    try await first.begin(run("r1", process: deadProcess()))
    let outside = try await first.staged([people([(2, "Bob")])], run: "r1", in: other)
    _ = try await first.staged([people([(3, "Cy")])], run: "r1", in: other)
    let file = try await first.stageFile(target: fromHere(folder.path, "sub/out.csv"), run: "r1")
    _ = try await first.stageFile(target: fromHere(folder.path, "sub/../unused.csv"), run: "r1")
    try file.write(Array("a\n".utf8))
    try await first.commit(
      PublishPlan(
        run: "r1", tables: [TablePublish(outside, to: "u", mode: .replace)], files: [try file.finish()],
        result: .passed))
    await first.close()
    // Nothing that the next process reads depends on the folder in which it starts.
    #expect(
      try query(path, "SELECT kind, temporary, target FROM publish_intents ORDER BY kind, target") == [
        "file|\(folder.file("sub/.out.csv.assay-r1.tmp"))|\(folder.file("sub/out.csv"))",
        "staged_file|\(folder.file(".unused.csv.assay-r1.tmp"))|\(folder.file("unused.csv"))",
        "staged_table|_assay_stage_r1_2|\(folder.file("other.db"))",
        "table|_assay_stage_r1_1|\(folder.file("other.db"))",
      ])
    let second = try await Store.open(fromHere(folder.path, "sub/../a.db"))
    #expect(second.path == first.path && second.unsettled.isEmpty)
    #expect(contents(folder.file("sub/out.csv")) == "a\n")
    #expect(try query(other, "SELECT * FROM u") == ["2|Bob"])
    #expect(try tables(other) == [])
    #expect(fileNames(folder.path) == ["a.db", "a.db-shm", "a.db-wal", "other.db", "sub"])
    await second.close()
  }

  @Test func `a database that is gone keeps what was decided about it, and is not made anew`() async throws {
    let path = folder.file("a.db")
    let other = folder.file("other.db")
    let first = try await Store.open(path)
    try await first.begin(run("r1", process: deadProcess()))
    let outside = try await first.staged([people([(2, "Bob")])], run: "r1", in: other)
    _ = try await first.staged([people([(3, "Cy")])], run: "r1", in: other)
    try await first.commit(
      PublishPlan(run: "r1", tables: [TablePublish(outside, to: "u", mode: .replace)], files: [], result: .passed))
    await first.close()
    run("/bin/mv", other, folder.file("away.db"))
    let second = try await Store.open(path)
    #expect(second.unsettled.map(\.code) == [.cannotOpen, .cannotOpen])
    #expect(second.unsettled.first?.description.contains(other) == true)
    #expect(try query(path, "SELECT kind FROM publish_intents ORDER BY id") == ["table", "staged_table"])
    #expect(!fileNames(folder.path).contains("other.db"))
    await second.close()
    run("/bin/mv", folder.file("away.db"), other)
    let third = try await Store.open(path)
    #expect(third.unsettled.isEmpty)
    #expect(try query(other, "SELECT * FROM u") == ["2|Bob"])
    #expect(try tables(other) == [])
    #expect(try query(path, "SELECT count(*) FROM publish_intents") == ["0"])
    await third.close()
  }

  @Test func `an empty file in place of a lost database ends the matter`() async throws {
    let path = folder.file("a.db")
    let other = folder.file("other.db")
    let first = try await Store.open(path)
    try await first.begin(run("r1", process: deadProcess()))
    let outside = try await first.staged([people([(2, "Bob")])], run: "r1", in: other)
    try await first.commit(
      PublishPlan(run: "r1", tables: [TablePublish(outside, to: "u", mode: .replace)], files: [], result: .passed))
    await first.close()
    run("/bin/cp", "/dev/null", other)
    let second = try await Store.open(path)
    #expect(second.unsettled.isEmpty)
    #expect(try query(path, "SELECT count(*) FROM publish_intents") == ["0"])
    await second.close()
  }

  @Test func `opening a store again and again drops no stage of a run that begins meanwhile`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for number in 0..<60 {
          try await store.publishRun("r\(number)", [people([(Int64(number), "Ann")])], to: "t\(number)")
        }
      }
      for _ in 0..<2 {
        group.addTask { for _ in 0..<60 { await (try Store.open(path)).close() } }
      }
      try await group.waitForAll()
    }
    #expect(try await store.runs().count { $0.outcome == "passed" } == 60)
    #expect(try query(path, "SELECT count(*) FROM sqlite_master WHERE name GLOB 't[0-9]*'") == ["60"])
    #expect(try tables(path) == [])
    await store.close()
  }

  @Test func `events of one call are kept together or not at all`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    try execute(
      path,
      "CREATE TRIGGER no BEFORE INSERT ON run_events WHEN new.json = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END")
    try await store.appendEvents((0..<5_000).map { (.now, "\($0)") }, to: "r1")
    #expect(try await store.events(of: "r1").map(\.sequence) == Array(1...5_000))
    let found = await failure {
      try await store.appendEvents([(.now, "a"), (.now, "b"), (.now, "bad"), (.now, "c")], to: "r1")
    }
    #expect(found?.code == .rejectedRows)
    #expect(try await store.events(of: "r1", after: 4_999).map(\.json) == ["4999"])
    try await store.appendEvents([], to: "r1")
    try await store.appendEvents([(.now, "next")], to: "r1")
    #expect(try await store.events(of: "r1", after: 5_000).map(\.sequence) == [5_001])
    await store.close()
  }

  @Test func `events are numbered and read from a number on`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await store.appendEvents([(.now, "{\"a\":1}"), (.now, "{\"a\":2}")], to: "r1")
    try await store.appendEvents([(.now, "{\"a\":3}")], to: "r1")
    #expect(try await store.events(of: "r1", after: 1).map(\.json) == ["{\"a\":2}", "{\"a\":3}"])
    #expect(try await store.events(of: "r1").map(\.sequence) == [1, 2, 3])
    await store.close()
  }
}
