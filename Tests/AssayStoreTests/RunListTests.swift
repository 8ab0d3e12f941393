import AssayStore
import Testing

/// Lists of runs: what is meant, page by page, and that no list looks at all runs.
@Suite struct RunListTests {
  let folder = TemporaryFolder()

  /// A moment so many minutes after the first.
  private func moment(_ minutes: Int) -> StoreTime {
    StoreTime(milliseconds: 1_790_000_000_000 + Int64(minutes) * 60_000)
  }

  @discardableResult
  private func add(
    _ store: Store, _ id: String, _ minutes: Int, pipeline: String = "p", outcome: String? = "passed",
    trigger: RunTrigger = .manual
  ) async throws -> RunRecord {
    var record = RunRecord(
      id: id, pipeline: pipeline, definitionSHA256: "", startedAt: moment(minutes), assayVersion: "1")
    record.trigger = trigger
    record.call = "{}"
    try await store.begin(record)
    if let outcome { try await store.finish(id, RunResult(outcome: outcome, exitCode: outcome == "passed" ? 0 : 3)) }
    return record
  }

  private func filter(_ change: (inout RunFilter) -> Void) -> RunFilter {
    var filter = RunFilter()
    change(&filter)
    return filter
  }

  @Test func `runs are found by pipeline, outcome, trigger and time, the newest first`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await add(store, "a", 0)
    try await add(store, "b", 1, outcome: "failed", trigger: .schedule)
    try await add(store, "c", 2, pipeline: "q", outcome: "broken")
    try await add(store, "part", 3, pipeline: "q#part")
    try await add(store, "d", 4, pipeline: "q", outcome: "failed")
    try await add(store, "e", 5, outcome: nil)
    let cases: [(RunFilter, [String])] = [
      (RunFilter(), ["e", "d", "c", "b", "a"]),
      (filter { $0.pipeline = "p" }, ["e", "b", "a"]),
      (filter { $0.pipeline = "q#part" }, ["part"]),
      (filter { $0.outcomes = ["failed"] }, ["d", "b"]),
      (filter { $0.outcomes = ["failed", "broken", "running"] }, ["e", "d", "c", "b"]),
      (
        filter {
          $0.outcomes = ["failed", "broken"]
          $0.pipeline = "q"
        }, ["d", "c"]
      ),
      (filter { $0.triggers = [.schedule, .retry] }, ["b"]),
      (filter { $0.since = moment(2) }, ["e", "d", "c"]),
      (filter { $0.until = moment(2) }, ["b", "a"]),
      (filter { $0.outcomes = ["missed"] }, []),
    ]
    for (filter, ids) in cases {
      let page = try await store.page(of: filter, limit: 10)
      #expect(page.runs.map(\.id) == ids, "\(filter)")
      #expect(!page.hasMore)
    }
    #expect(try await store.run("a")?.call == "{}")
    await store.close()
  }

  @Test(arguments: [[], ["passed", "failed"]]) func `pages have every run once, also those of one moment`(
    outcomes: [String]
  ) async throws {
    let store = try await Store.open(folder.file("a.db"))
    for number in 0..<7 {
      try await add(
        store, "r\(number)", number / 3, pipeline: "p\(number)", outcome: number.isMultiple(of: 2) ? "passed" : "failed"
      )
    }
    let filter = filter { $0.outcomes = Set(outcomes) }
    var seen: [String] = []
    var last: RunRecord?
    repeat {
      let page = try await store.page(of: filter, before: last, limit: 2)
      seen += page.runs.map(\.id)
      last = page.hasMore ? page.runs.last : nil
    } while last != nil
    #expect(seen == (0..<7).reversed().map { "r\($0)" })
    await store.close()
  }

  @Test func `slots without a run stand beside the runs of their time`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    for number in 0..<4 { try await add(store, "r\(number)", number * 10, pipeline: "p\(number)") }
    for (number, state) in [(5, "missed"), (15, "skipped"), (25, "missed"), (45, "missed")] {
      try await store.pass(moment(number), variant: "", of: "p", as: state, reason: "why")
    }
    try await store.pass(moment(26), variant: "", of: "q", as: "missed", reason: "")
    func slots(_ page: RunPage) -> [Int] {
      page.slots.map { Int(($0.slot.milliseconds - moment(0).milliseconds) / 60_000) }
    }
    let first = try await store.page(of: RunFilter(), limit: 2)
    #expect(first.runs.map(\.id) == ["r3", "r2"])
    #expect(slots(first) == [45, 26, 25])
    let second = try await store.page(of: RunFilter(), before: first.runs.last, limit: 2)
    #expect(slots(second) == [15, 5])
    #expect(second.slots.map(\.state) == ["skipped", "missed"])
    #expect(slots(try await store.page(of: filter { $0.pipeline = "p" }, limit: 9)) == [45, 25, 15, 5])
    #expect(slots(try await store.page(of: filter { $0.outcomes = ["skipped", "failed"] }, limit: 9)) == [15])
    #expect(slots(try await store.page(of: filter { $0.triggers = [.manual] }, limit: 9)) == [])
    #expect(slots(try await store.page(of: filter { $0.since = moment(26) }, limit: 9)) == [45, 26])
    #expect(slots(try await store.page(of: RunFilter(), limit: 9, withSlots: false)) == [])
    let few = try await store.page(of: filter { $0.until = moment(45) }, limit: 9, slotLimit: 2)
    #expect(slots(few) == [26, 25])
    #expect(few.hasMoreSlots && !first.hasMoreSlots)
    await store.close()
  }

  @Test func `over a hundred thousand runs every list is a search of an index that stops at its limit`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    try execute(
      path,
      """
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
      INSERT INTO runs (id, pipeline, definition_sha256, params, started_at, finished_at, outcome, exit_code, host, pid,
        owner, lease_until, assay_version, logical_time)
      SELECT printf('20260101-000000-%06d', i), 'p' || (i % 50), '', '{}',
        strftime('%Y-%m-%dT%H:%M:%fZ', 1767225600 + i * 60, 'unixepoch'),
        strftime('%Y-%m-%dT%H:%M:%fZ', 1767225601 + i * 60, 'unixepoch'),
        CASE WHEN i % 10000 = 7 THEN 'broken' WHEN i % 100 = 3 THEN 'failed' ELSE 'passed' END, 0, 'h', 1, 'o',
        '2026-01-01T00:00:00.000Z', '1', '2026-01-01T00:00:00.000Z' FROM n
      """)
    var filters = [RunFilter()]
    for pipeline in [nil, "p7"] {
      for outcomes: Set<String> in [[], ["broken"], ["failed", "broken", "running"]] {
        filters.append(
          filter {
            $0.pipeline = pipeline
            $0.outcomes = outcomes
            $0.triggers = [.manual]
          })
      }
    }
    for filter in filters {
      for statement in filter.statements {
        let plan = try query(path, "EXPLAIN QUERY PLAN " + statement.replacing(/\?\d/, with: "'x'"))
        #expect(plan.count == 1 && plan[0].contains("SEARCH runs USING INDEX runs_by_"), "\(plan)\n\(statement)")
      }
    }
    let broken = try await store.page(of: filter { $0.outcomes = ["broken"] }, limit: 3)
    #expect(broken.runs.map(\.id) == [90_007, 80_007, 70_007].map { "20260101-000000-0\($0)" })
    #expect(broken.hasMore)
    let next = try await store.page(
      of: filter { $0.outcomes = ["broken", "failed"] }, before: broken.runs[0], limit: 2)
    #expect(next.runs.map(\.id) == ["20260101-000000-090003", "20260101-000000-089903"])
    #expect(try await store.run(named: "20260101-000000-09999").map == .several)
    #expect(try await store.run(named: "20260101-000000-099998").map == .found)
    #expect(try await store.run(named: "20260101-000000-0999980").map == .none)
    let lookUp = try query(
      path,
      "EXPLAIN QUERY PLAN SELECT id FROM runs WHERE id >= 'a' AND id < 'a' || char(0x10FFFF) ORDER BY id DESC LIMIT 10")
    #expect(lookUp.count == 1 && lookUp[0].contains("SEARCH"), "\(lookUp)")
    await store.close()
  }
}

private enum Found { case found, none, several }

extension RunLookup {
  fileprivate var map: Found {
    switch self {
    case .found: .found
    case .none: .none
    case .several: .several
    }
  }
}
