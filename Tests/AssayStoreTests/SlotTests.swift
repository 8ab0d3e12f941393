import AssayStore
import Testing

/// Who may start the run of a slot.
@Suite struct SlotTests {
  let folder = TemporaryFolder()
  let slot = StoreTime(milliseconds: 1_795_500_900_000)

  private func record(_ id: String, claim: SlotClaim?) -> RunRecord {
    var record = RunRecord(
      id: id, pipeline: "p", definitionSHA256: "", assayVersion: "1", logicalTime: slot)
    record.claim = claim
    record.slot = "2026-11-24T01:15:00-05:00"
    record.trigger = .schedule
    return record
  }

  @Test func `a slot is claimed once, over two stores of one file`() async throws {
    let first = try await Store.open(folder.file("a.db"))
    let second = try await Store.open(folder.file("a.db"))
    let claim = SlotClaim(slot: slot, owner: ProcessIdentity.current.owner)
    #expect(try await first.claim(claim, of: "p") == 1)
    #expect(try await second.claim(claim, of: "p") == nil)
    #expect(try await second.claim(claim, of: "q") == 1)
    let other = SlotClaim(slot: slot, variant: "{\"full\":\"yes\"}", owner: claim.owner)
    #expect(try await second.claim(other, of: "p") == 1)
    await first.close()
    await second.close()
  }

  @Test func `a run takes the claim as it begins, and its outcome is the slot's`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let claim = SlotClaim(slot: slot, owner: ProcessIdentity.current.owner)
    _ = try await store.claim(claim, of: "p")
    try await store.begin(record("r1", claim: claim))
    #expect(try await store.slots(of: "p", since: slot).map(\.state) == ["running"])
    try await store.finish("r1", RunResult(outcome: "failed", exitCode: 1))
    let found = try await store.slots(of: "p", since: slot)
    #expect(found.map(\.state) == ["failed"])
    #expect(found.first?.runID == "r1")
    let run = try await store.run("r1")
    #expect(run?.trigger == .schedule)
    #expect(run?.slot == "2026-11-24T01:15:00-05:00")
    await store.close()
  }

  @Test func `a run whose claim is gone does not begin`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let claim = SlotClaim(slot: slot, owner: "elsewhere/x/1/1")
    let failure = await #expect(throws: StoreFailure.self) { try await store.begin(record("r1", claim: claim)) }
    #expect(failure?.code == .slotTaken)
    #expect(try await store.run("r1") == nil)
    await store.close()
  }

  @Test func `the claim of a process that is gone is free again, with the same attempt`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let current = ProcessIdentity.current
    let parts = current.owner.split(separator: "/", omittingEmptySubsequences: false)
    let dead = "\(parts[0])/\(parts[1])/\(current.pid)/1"
    #expect(try await store.claim(SlotClaim(slot: slot, owner: dead), of: "p") == 1)
    #expect(try await store.claim(SlotClaim(slot: slot, owner: current.owner), of: "p") == 1)
    // The first one's child comes late.
    let failure = await #expect(throws: StoreFailure.self) {
      try await store.begin(record("r1", claim: SlotClaim(slot: slot, owner: dead)))
    }
    #expect(failure?.code == .slotTaken)
    await store.close()
  }

  @Test func `a slot whose run broke is claimed again only by who asks for that`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let claim = SlotClaim(slot: slot, owner: ProcessIdentity.current.owner)
    _ = try await store.claim(claim, of: "p")
    try await store.begin(record("r1", claim: claim))
    try await store.finish("r1", RunResult(outcome: "error", exitCode: 3))
    #expect(try await store.claim(claim, of: "p") == nil)
    #expect(try await store.claim(claim, of: "p", again: ["error", "broken"]) == 2)
    await store.close()
  }

  @Test func `a slot that is claimed again knows the run that it had, until the next one enters`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let claim = SlotClaim(slot: slot, owner: ProcessIdentity.current.owner)
    _ = try await store.claim(claim, of: "p")
    try await store.begin(record("r1", claim: claim))
    try await store.finish("r1", RunResult(outcome: "error", exitCode: 3))
    #expect(try await store.claim(claim, of: "p", again: ["error"]) == 2)
    // The retry dies before it begins.
    try await store.pass(slot, variant: "", of: "p", as: "error", reason: "it did not begin")
    #expect(try await store.slots(of: "p", since: slot).map(\.runID) == ["r1"])
    #expect(try await store.claim(claim, of: "p", again: ["error"]) == 3)
    try await store.begin(record("r2", claim: claim))
    #expect(try await store.slots(of: "p", since: slot).map(\.runID) == ["r2"])
    await store.close()
  }

  @Test func `the live claim of another scheduler is not passed over`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let owner = ProcessIdentity.current.owner
    _ = try await store.claim(SlotClaim(slot: slot, owner: owner), of: "p")
    func state() async throws -> [String] { try await store.slots(of: "p", since: slot).map(\.state) }
    try await store.pass(slot, variant: "", of: "p", as: "missed", reason: "", owner: "elsewhere/x/1/1")
    #expect(try await state() == ["claimed"])
    let late = StoreTime.now.adding(.seconds(120))
    try await store.pass(slot, variant: "", of: "p", as: "missed", reason: "", owner: "elsewhere/x/1/1", now: late)
    #expect(try await state() == ["missed"])
    _ = try await store.claim(SlotClaim(slot: slot, owner: owner), of: "p", again: ["missed"])
    try await store.pass(slot, variant: "", of: "p", as: "skipped", reason: "", owner: owner)
    #expect(try await state() == ["skipped"])
    await store.close()
  }

  @Test func `a slot whose run a person goes on with has what comes of that`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let claim = SlotClaim(slot: slot, owner: ProcessIdentity.current.owner)
    _ = try await store.claim(claim, of: "p")
    try await store.begin(record("r1", claim: claim))
    try await store.finish("r1", RunResult(outcome: "error", exitCode: 3))
    var next = record("r2", claim: nil)
    next.resumedFrom = "r1"
    try await store.begin(next)
    #expect(try await store.slots(of: "p", since: slot).map(\.state) == ["running"])
    try await store.finish("r2", .passed)
    let found = try await store.slots(of: "p", since: slot)
    #expect(found.map(\.state) == ["passed"])
    #expect(found.map(\.runID) == ["r2"])
    await store.close()
  }

  @Test func `a slot that was passed over is decided on, unless its run is going`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await store.pass(slot, variant: "", of: "p", as: "missed", reason: "nobody was there")
    let claim = SlotClaim(slot: slot, owner: ProcessIdentity.current.owner)
    #expect(try await store.claim(claim, of: "p") == nil)
    let next = SlotClaim(slot: slot.adding(.seconds(60)), owner: claim.owner)
    _ = try await store.claim(next, of: "p")
    try await store.begin(record("r1", claim: next))
    try await store.pass(next.slot, variant: "", of: "p", as: "skipped", reason: "")
    #expect(try await store.slots(of: "p", since: slot).map(\.state) == ["missed", "running"])
    try await store.setScheduled([("p", slot)])
    #expect(try await store.scheduledUntil("p") == slot)
    #expect(try await store.scheduledUntil("q") == nil)
    await store.close()
  }

  @Test func `runs of one pipeline go on beside each other for other slots alone`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    var first = record("r1", claim: nil)
    first.runsBesideOthers = true
    try await store.begin(first)
    var same = record("r2", claim: nil)
    same.runsBesideOthers = true
    let refusal = await #expect(throws: StoreFailure.self) { try await store.begin(same) }
    #expect(refusal?.code == .alreadyRunning)
    same.logicalTime = slot.adding(.seconds(86_400))
    try await store.begin(same)
    var alone = record("r3", claim: nil)
    alone.logicalTime = slot.adding(.seconds(172_800))
    await #expect(throws: StoreFailure.self) { try await store.begin(alone) }
    await store.close()
  }

  @Test func `what runs keep for being resumed goes when a run of their slot, or of none, came to its end`()
    async throws
  {
    let store = try await Store.open(folder.file("a.db"))
    let sent = SentRequest(key: "k", output: 1, method: "POST", url: "u", status: 200, rows: 1, sentAt: .now)
    func run(_ id: String, _ slot: String?, _ outcome: String, sends: Bool = false) async throws {
      var run = RunRecord(id: id, pipeline: "p", definitionSHA256: "", assayVersion: "1")
      run.slot = slot
      try await store.begin(run)
      if sends { try await store.keepSent([sent], by: id, root: id) }
      try await store.finish(id, RunResult(outcome: outcome, exitCode: outcome == "passed" ? 0 : 3))
    }
    func isKept(_ id: String) async throws -> Bool { try await !store.sentKeys(among: ["k"], root: id).isEmpty }
    try await run("a", "monday", "error", sends: true)
    try await run("b", nil, "error", sends: true)
    try await run("c", "tuesday", "passed")
    #expect(try await isKept("a"), "another slot's run may still be resumed")
    #expect(try await !isKept("b"), "a run of no slot is settled by any")
    try await run("d", "monday", "passed")
    #expect(try await !isKept("a"))
    await store.close()
  }
}
