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

  @Test func `events are numbered and read from a number on`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await store.appendEvents([(.now, "{\"a\":1}"), (.now, "{\"a\":2}")], to: "r1")
    try await store.appendEvents([(.now, "{\"a\":3}")], to: "r1")
    #expect(try await store.events(of: "r1", after: 1).map(\.json) == ["{\"a\":2}", "{\"a\":3}"])
    #expect(try await store.events(of: "r1").map(\.sequence) == [1, 2, 3])
    await store.close()
  }
}
