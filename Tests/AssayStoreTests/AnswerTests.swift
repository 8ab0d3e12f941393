import AssayStore
import Testing

/// Answers that were paid for: remembered, claimed, kept for a resume.
@Suite struct AnswerTests {
  let folder = TemporaryFolder()
  private static let age = AnswerAge(found: .seconds(90), notFound: .seconds(10))
  private static let start = StoreTime(milliseconds: 1_795_000_000_000)

  private func answer(
    _ key: String, found: Bool? = true, run: String? = nil, at: StoreTime = start, body: String = "b"
  ) -> AnswerRecord {
    AnswerRecord(
      key: key, api: "a", url: "http://h/\(key)", subject: key, body: Array(body.utf8), found: found, fetchedAt: at,
      expiresAt: run == nil ? at.adding(.seconds(90)) : nil, runID: run)
  }

  private func store(_ runs: String...) async throws -> Store {
    let store = try await Store.open(folder.file("a.db"))
    for id in runs { try await store.begin(AssayStoreTests.run(id, pipeline: "p-\(id)")) }
    return store
  }

  @Test func `an answer is remembered for its time, found and not found apart`() async throws {
    let store = try await store("r1")
    try await store.keepAnswers([answer("yes"), answer("no", found: false)])
    let keys = ["yes", "no", "new"]
    func known(after seconds: Int) async throws -> [Bool] {
      let now = Self.start.adding(.seconds(seconds))
      let records = try await store.rememberedAnswers(keys, for: "r1", age: Self.age, now: now)
      return records.map { $0 != nil }
    }
    #expect(try await known(after: 1) == [true, true, false])
    #expect(try await known(after: 11) == [true, false, false])
    #expect(try await known(after: 91) == [false, false, false])
    let claims = try await store.claimAnswers(keys, for: "r1", age: Self.age, now: Self.start)
    #expect(claims == [.remembered(answer("yes")), .remembered(answer("no", found: false)), .claimed])
    await store.close()
  }

  @Test func `a key that one run asks for is no other's to ask, until it is given up`() async throws {
    let store = try await store("r1", "r2")
    let now = StoreTime.now
    #expect(try await store.claimAnswers(["k", "l"], for: "r1", age: Self.age, now: now) == [.claimed, .claimed])
    #expect(try await store.claimAnswers(["k", "m"], for: "r2", age: Self.age, now: now) == [.foreign, .claimed])
    #expect(try await store.claimAnswers(["k"], for: "r1", age: Self.age, now: now) == [.claimed])
    try await store.releaseClaims(of: "r1", keys: ["k"])
    #expect(try await store.claimAnswers(["k", "l"], for: "r2", age: Self.age, now: now) == [.claimed, .foreign])
    let kept = answer("l", at: now)
    try await store.keepAnswers([kept])
    #expect(try await store.claimAnswers(["l"], for: "r2", age: Self.age, now: now) == [.remembered(kept)])
    #expect(try query(folder.file("a.db"), "SELECT count(*) FROM http_responses WHERE claimed_by = 'r1'") == ["0"])
    await store.close()
  }

  @Test func `a run that ends or dies gives its keys up`() async throws {
    let store = try await store("r1", "r2", "r3")
    let now = StoreTime.now
    _ = try await store.claimAnswers(["a"], for: "r1", age: Self.age, now: now)
    _ = try await store.claimAnswers(["b"], for: "r2", age: Self.age, now: now)
    try await store.finish("r1", RunResult(outcome: "error", exitCode: 3))
    #expect(try await store.claimAnswers(["a", "b"], for: "r3", age: Self.age, now: now) == [.claimed, .foreign])
    // A lease that has run out is the end of a run as well.
    let later = now.adding(.seconds(3600))
    #expect(try await store.claimAnswers(["b"], for: "r3", age: Self.age, now: later) == [.claimed])
    await store.close()
  }

  @Test func `pages go on to the run that resumes, and are dropped when one is published`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    try await store.begin(run("r1"))
    let page = answer("p", found: nil, run: "r1", at: .now)
    try await store.keepAnswers([page, answer("own", run: "r1", at: .now), answer("shared", at: .now)])
    try await store.finish("r1", RunResult(outcome: "interrupted", exitCode: 130))
    #expect(try await store.resumableRun(of: "p")?.id == "r1")

    try await store.begin(run("r2"))
    #expect(try await store.answer("p", keptFor: "r2", maximumAge: .seconds(60)) == nil)
    try await store.adoptAnswers(of: "r1", by: "r2")
    #expect(try await store.answer("p", keptFor: "r2", maximumAge: .seconds(60))?.body == page.body)
    #expect(try await store.answer("p", keptFor: "r2", maximumAge: .zero) == nil)
    // An answer that is kept for its run alone is known to it, whatever its age.
    let known = try await store.rememberedAnswers(
      ["own"], for: "r2", age: AnswerAge(found: .zero, notFound: .zero))
    #expect(known.compactMap { $0 }.count == 1)
    try await store.finish("r2", RunResult(outcome: "passed", exitCode: 0))
    #expect(try query(path, "SELECT \"key\" FROM http_responses") == ["shared"])
    #expect(try await store.resumableRun(of: "p") == nil)
    await store.close()
  }

  @Test(arguments: ["broken", "error", "interrupted", "partial", "passed", "warned", "failed"])
  func `a run that broke can be resumed, one that came to its end cannot`(outcome: String) async throws {
    let store = try await store()
    try await store.begin(run("r1"))
    try await store.finish("r1", RunResult(outcome: outcome, exitCode: 0))
    let isBroken = ["broken", "error", "interrupted", "partial"].contains(outcome)
    #expect(try await store.resumableRun(of: "p")?.id == (isBroken ? "r1" : nil))
    await store.close()
  }

  @Test func `answers whose time has ended are dropped`() async throws {
    let store = try await store()
    try await store.keepAnswers([answer("old"), answer("young", at: Self.start.adding(.seconds(60)))])
    try await store.dropExpiredAnswers(now: Self.start.adding(.seconds(100)))
    #expect(try query(folder.file("a.db"), "SELECT \"key\" FROM http_responses") == ["young"])
    await store.close()
  }

  @Test func `an answer that is asked again by a pipeline with less patience lasts as long as before`() async throws {
    let store = try await store()
    var fresh = answer("k", at: Self.start.adding(.seconds(50)), body: "new")
    fresh.expiresAt = Self.start.adding(.seconds(60))
    try await store.keepAnswers([answer("k")])
    try await store.keepAnswers([fresh])
    let known = try await store.rememberedAnswers(["k"], for: "r1", age: Self.age, now: Self.start)
    #expect(known.first??.body == fresh.body)
    #expect(known.first??.expiresAt == Self.start.adding(.seconds(90)))
    await store.close()
  }

  @Test func `any number of keys can be claimed at once`() async throws {
    let store = try await store("r1", "r2")
    let keys = (0..<2500).map { "k\($0)" }
    let now = StoreTime.now
    #expect(try await store.claimAnswers([keys[2400]], for: "r2", age: Self.age, now: now) == [.claimed])
    let claims = try await store.claimAnswers(keys, for: "r1", age: Self.age, now: now)
    #expect(claims.indices.filter { claims[$0] != .claimed } == [2400])
    #expect(claims[2400] == .foreign)
    await store.close()
  }

  @Test func `a source's cursor moves on with publishing alone`() async throws {
    let store = try await store()
    try await store.begin(run("r1"))
    let state = SourceState(pipeline: "p", source: "s", params: "{}", cursor: "2026-11-01")
    #expect(try await store.cursor(ofSource: "s", pipeline: "p", params: "{}") == nil)
    try await store.commit(PublishPlan(run: "r1", tables: [], files: [], result: .passed, sourceStates: [state]))
    #expect(try await store.cursor(ofSource: "s", pipeline: "p", params: "{}") == "2026-11-01")
    #expect(try await store.cursor(ofSource: "s", pipeline: "p", params: "{\"a\":1}") == nil)
    await store.close()
  }
}
