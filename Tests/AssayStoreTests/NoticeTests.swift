import AssayStore
import Testing

/// Who may tell of what, and when again.
@Suite struct NoticeTests {
  let folder = TemporaryFolder()
  let noon = StoreTime(milliseconds: 1_795_500_900_000)
  let hour = Duration.seconds(3600)
  /// A process of another machine, of which nobody here knows whether it is alive.
  let other = "elsewhere/-/1/1"

  private func key(_ event: String = "failure", entry: String = "slack", run: String? = nil) -> NoticeKey {
    NoticeKey(pipeline: "p", entry: entry, event: event, run: run)
  }

  @Test func `one notice is granted in a time, and those that are held back are counted`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    #expect(try await store.claim(key(), atMostEvery: hour, lease: hour, now: noon) == .granted(suppressed: 0))
    try await store.settle(key(), sent: true, now: noon)
    for minutes in [0, 30, 59] {
      let now = noon.adding(.seconds(minutes * 60))
      #expect(try await store.claim(key(), atMostEvery: hour, lease: hour, now: now) == .suppressed)
    }
    for others in [key("missed"), key(entry: "hook"), NoticeKey(pipeline: "q", entry: "slack", event: "failure")] {
      #expect(try await store.claim(others, atMostEvery: hour, lease: hour, now: noon) == .granted(suppressed: 0))
    }
    let later = noon.adding(hour)
    #expect(try await store.claim(key(), atMostEvery: hour, lease: hour, now: later) == .granted(suppressed: 3))
    try await store.settle(key(), sent: true, told: 3, now: later)
    #expect(try await store.claim(key(), atMostEvery: nil, lease: hour, now: later) == .granted(suppressed: 0))
    await store.close()
  }

  @Test func `what could not be sent does not count, and is still to be told of`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    _ = try await store.claim(key(), atMostEvery: hour, lease: hour, now: noon)
    #expect(try await store.claim(key(), atMostEvery: hour, lease: hour, now: noon) == .suppressed)
    try await store.settle(key(), sent: false, now: noon)
    #expect(try await store.claim(key(), atMostEvery: hour, lease: hour, now: noon) == .granted(suppressed: 1))
    try await store.settle(key(), sent: false, told: 1, now: noon)
    #expect(try await store.claim(key(), atMostEvery: hour, lease: hour, now: noon) == .granted(suppressed: 1))
    await store.close()
  }

  @Test func `two processes do not both send, and a claim of one that is gone is taken over`() async throws {
    let first = try await Store.open(folder.file("a.db"))
    let second = try await Store.open(folder.file("a.db"))
    let minute = Duration.seconds(60)
    let claim = try await first.claim(key(run: "r1"), atMostEvery: hour, lease: minute, owner: other, now: noon)
    #expect(claim == .granted(suppressed: 0))
    #expect(try await second.claim(key(run: "r1"), atMostEvery: hour, lease: minute, now: noon) == .told)
    #expect(try await second.claim(key(run: "r2"), atMostEvery: hour, lease: minute, now: noon) == .suppressed)
    let later = noon.adding(.seconds(61))
    #expect(
      try await second.claim(key(run: "r1"), atMostEvery: hour, lease: minute, now: later) == .granted(suppressed: 1))
    await first.close()
    await second.close()
  }

  @Test(arguments: [(true, NoticeClaim.told), (false, .granted(suppressed: 0))])
  func `of a run is told once, whatever event it is told as`(sent: Bool, again: NoticeClaim) async throws {
    let store = try await Store.open(folder.file("a.db"))
    _ = try await store.claim(key(run: "r1"), atMostEvery: nil, lease: hour)
    try await store.settle(key(run: "r1"), sent: sent)
    #expect(try await store.claim(key("success", run: "r1"), atMostEvery: nil, lease: hour) == again)
    #expect(try await store.claim(key(entry: "hook", run: "r1"), atMostEvery: nil, lease: hour) != .told)
    await store.close()
  }

  @Test func `what was held back is told of a run too, and is not told later by itself`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    _ = try await store.claim(key(run: "r1"), atMostEvery: hour, lease: hour, now: noon)
    try await store.settle(key(run: "r1"), sent: true, now: noon)
    #expect(try await store.claim(key(run: "r2"), atMostEvery: hour, lease: hour, now: noon) == .suppressed)
    #expect(try await store.claim(key(run: "r2"), atMostEvery: hour, lease: hour, now: noon) == .told)
    #expect(try await store.resetNotices(of: "failure", entry: "slack", pipeline: "p") == 1)
    #expect(try await store.claim(key(run: "r3"), atMostEvery: hour, lease: hour, now: noon) == .granted(suppressed: 1))
    await store.close()
  }

  @Test func `of a slot is told once, by one process, unless it could not be sent`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    func slot(_ text: String, _ pipeline: String = "p") -> NoticeKey {
      NoticeKey(pipeline: pipeline, entry: "slack", event: "missed", slot: text)
    }
    #expect(try await store.claim(slot("a"), atMostEvery: nil, lease: hour) == .granted(suppressed: 0))
    #expect(try await store.claim(slot("a"), atMostEvery: nil, lease: hour) == .told)
    try await store.settle(slot("a"), sent: false)
    #expect(try await store.claim(slot("a"), atMostEvery: nil, lease: hour) == .granted(suppressed: 0))
    try await store.settle(slot("a"), sent: true)
    #expect(try await store.claim(slot("a"), atMostEvery: nil, lease: hour) == .told)
    for other in [slot("b"), slot("a", "q")] {
      #expect(try await store.claim(other, atMostEvery: nil, lease: hour) == .granted(suppressed: 0))
    }
    await store.close()
  }

  @Test(arguments: [
    ("recovery", true, false), ("recovery", false, true), ("success", true, false), ("warning", true, true),
  ])
  func `an incident is open from the failure that was told to the recovery that was`(
    event: String, sent: Bool, isOpen: Bool
  ) async throws {
    let store = try await Store.open(folder.file("a.db"))
    #expect(try await !store.isIncidentOpen(of: "slack", pipeline: "p", before: nil))
    try await store.settle(key(run: "r1"), sent: true)
    #expect(try await store.isIncidentOpen(of: "slack", pipeline: "p", before: nil))
    #expect(try await !store.isIncidentOpen(of: "hook", pipeline: "p", before: nil))
    try await store.settle(key(event, run: "r2"), sent: sent)
    #expect(try await store.isIncidentOpen(of: "slack", pipeline: "p", before: nil) == isOpen)
    await store.close()
  }

  @Test func `a clock that is set back holds nothing back`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    _ = try await store.claim(key(), atMostEvery: hour, lease: hour, now: noon)
    try await store.settle(key(), sent: true, now: noon)
    let before = StoreTime(milliseconds: noon.milliseconds - 86_400_000)
    #expect(try await store.claim(key(), atMostEvery: hour, lease: hour, now: before) == .granted(suppressed: 0))
    await store.close()
  }

  @Test func `the judged run before another is none that was let through, of a part, or without all that it was for`()
    async throws
  {
    let store = try await Store.open(folder.file("a.db"))
    let steps = [
      StepRecord(name: "s", kind: "source", type: "csv", status: "failed"),
      StepRecord(name: "o", kind: "output", type: "jsonl", status: "skipped"),
    ]
    let runs: [(id: String, outcome: String, code: Int, call: String?, steps: [StepRecord])] = [
      ("r1", "error", 3, nil, []), ("r2", "failed", 0, nil, []),
      ("r3", "passed", 0, #"{"version":1,"arguments":["--only","o"]}"#, []),
      ("r4", "failed", 1, #"{"version":1,"arguments":["--from-step","o"]}"#, []), ("r5", "warned", 0, nil, steps),
      ("r6", "passed", 0, #"{"version":1,"arguments":["--param","a=b"]}"#, []), ("r7", "passed", 0, nil, []),
    ]
    for (place, run) in runs.enumerated() {
      var record = RunRecord(
        id: run.id, pipeline: "p", definitionSHA256: "", startedAt: noon.adding(.seconds(place)), assayVersion: "1")
      record.call = run.call
      try await store.begin(record)
      try await store.finish(run.id, RunResult(outcome: run.outcome, exitCode: run.code, steps: run.steps))
    }
    #expect(try await store.judgedRun(before: "r6", of: "p")?.id == "r1")
    #expect(try await store.judgedRun(before: "r7", of: "p")?.id == "r6")
    await store.close()
  }

  @Test func `the judged run before another is none that was interrupted, of a backfill, or of another pipeline`()
    async throws
  {
    let store = try await Store.open(folder.file("a.db"))
    let runs: [(id: String, pipeline: String, outcome: String, code: Int, trigger: RunTrigger)] = [
      ("r1", "p", "failed", 1, .manual), ("r2", "p", "interrupted", 130, .manual), ("r3", "p", "passed", 0, .backfill),
      ("r4", "q", "passed", 0, .manual), ("r5", "p", "passed", 0, .schedule), ("r6", "p", "error", 3, .manual),
    ]
    for (place, run) in runs.enumerated() {
      var record = RunRecord(
        id: run.id, pipeline: run.pipeline, definitionSHA256: "", startedAt: noon.adding(.seconds(place)),
        assayVersion: "1")
      record.trigger = run.trigger
      try await store.begin(record)
      try await store.finish(run.id, RunResult(outcome: run.outcome, exitCode: run.code))
    }
    #expect(try await store.judgedRun(before: "r5", of: "p")?.id == "r1")
    #expect(try await store.judgedRun(before: "r6", of: "p")?.id == "r5")
    #expect(try await store.judgedRun(before: "r1", of: "p") == nil)
    await store.close()
  }
}
