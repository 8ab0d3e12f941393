import AssayStore
import Testing

/// Runs that are too old go with all that hangs on them, and nothing else does.
@Suite struct RetentionTests {
  let folder = TemporaryFolder()
  private let day: Int64 = 86_400_000
  private let now = StoreTime(milliseconds: 1_795_500_000_000)

  private func ago(_ days: Int) -> StoreTime { StoreTime(milliseconds: now.milliseconds - Int64(days) * day) }

  private func add(
    _ store: Store, _ id: String, days: Int, outcome: String? = "passed", pipeline: String = "p",
    resumes: String? = nil
  ) async throws {
    let record = RunRecord(
      id: id, pipeline: pipeline, definitionSHA256: "", startedAt: ago(days), assayVersion: "1", resumedFrom: resumes)
    try await store.begin(record)
    try await store.appendEvents([(now, "{}"), (now, "{}")], to: id)
    guard let outcome else { return }
    let dataset = "\(pipeline).s"
    let column = ColumnProfileRecord(name: "a", type: "text", nulls: 0)
    try await store.finish(
      id,
      RunResult(
        outcome: outcome, exitCode: outcome == "passed" ? 0 : 3, finishedAt: ago(days),
        steps: [StepRecord(name: "s", kind: "source", type: "csv", status: "finished")],
        metrics: [MetricRecord(dataset: dataset, name: "row_count", value: 1)],
        checks: [CheckRecord(dataset: dataset, check: "c", severity: "fail", status: "passed")],
        failedRows: (0..<12_000).map { FailedRowRecord(dataset: dataset, check: "c", row: $0, reason: "") },
        profiles: [ProfileRecord(dataset: dataset, rows: 1, columns: [column])]))
    try await store.saveReport("{}", of: id)
  }

  private static let tables = [
    "runs", "run_steps", "check_results", "failed_rows", "quality_metrics", "run_events", "run_reports",
    "dataset_profiles",
  ]

  private func ids(_ path: String, _ table: String) throws -> [String] {
    try query(path, "SELECT DISTINCT \(table == "runs" ? "id" : "run_id") FROM \(table) ORDER BY 1")
  }

  @Test func `what is older than the age goes from every table, the newest that was published stays`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    try await add(store, "a", days: 300)
    try await add(store, "b", days: 200)
    try await add(store, "c", days: 150, outcome: "error")
    try await add(store, "d", days: 10, outcome: "error")
    try await add(store, "other", days: 300, pipeline: "q")
    let retention = RunRetention(olderThan: ago(90))
    #expect(try await store.countRuns(of: "p", retention) == 2)
    #expect(try await store.dropRuns(of: "p", retention) == 2)
    for table in Self.tables { #expect(try ids(path, table) == ["b", "d", "other"], "\(table)") }
    #expect(try query(path, "SELECT count(*) FROM column_profiles") == ["3"])
    #expect(try await store.dropRuns(of: "p", retention) == 0)
    // Once a newer run is published, the older one goes.
    try await add(store, "e", days: 1)
    #expect(try await store.dropRuns(of: "p", retention) == 1)
    #expect(try ids(path, "failed_rows") == ["d", "e", "other"])
    #expect(try await store.pipelinesWithRuns() == ["p", "q"])
    await store.close()
  }

  @Test func `the run that is ending stays, however old it is`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    for (id, days) in [("a", 300), ("own", 200), ("c", 100)] { try await add(store, id, days: days, outcome: "error") }
    #expect(try await store.dropRuns(of: "p", RunRetention(olderThan: ago(90)), sparing: "own") == 2)
    #expect(try ids(path, "run_reports") == ["own"])
    await store.close()
  }

  @Test func `a run at work stays, and so does one that a younger run has gone on with`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    try await add(store, "broken", days: 100, outcome: "error")
    let sent = SentRequest(key: "k", output: 1, method: "POST", url: "u", status: 200, rows: 1, sentAt: now)
    try await add(store, "next", days: 20, outcome: "error", resumes: "broken")
    try await add(store, "working", days: 100, outcome: nil)
    try await store.keepSent([sent], by: "working", root: "broken")
    let retention = RunRetention(olderThan: ago(90))
    #expect(try await store.dropRuns(of: "p", retention) == 0)
    #expect(try await store.sentKeys(among: ["k"], root: "broken") == ["k"])
    #expect(try await store.dropRuns(of: "p", RunRetention(olderThan: ago(5))) == 2, "a chain goes from its end")
    #expect(try ids(path, "runs") == ["working"])
    #expect(try await store.sentKeys(among: ["k"], root: "broken").isEmpty)
    await store.close()
  }

  @Test func `a limit leaves the rest for the next time, and young slots stay decided`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    for number in 0..<5 { try await add(store, "r\(number)", days: 200 - number, outcome: "error") }
    for days in [100, 20] { try await store.pass(ago(days), variant: "", of: "p", as: "missed", reason: "") }
    var retention = RunRetention(olderThan: ago(10))
    retention.slotsBefore = ago(30)
    #expect(try await store.dropRuns(of: "p", retention, limit: 3) == 3)
    #expect(try await store.runs(of: "p").map(\.id) == ["r4", "r3"])
    #expect(try await store.slots(of: "p", since: ago(1000)).map(\.slot) == [ago(20)])
    await store.close()
  }

  @Test func `expired answers go in pieces, and the file is smaller afterwards`() async throws {
    let path = folder.file("a.db")
    let store = try await Store.open(path)
    let body = [UInt8](repeating: 65, count: 2000)
    func answers(_ range: Range<Int>, expires: StoreTime) -> [AnswerRecord] {
      range.map {
        AnswerRecord(
          key: "k\($0)", api: "a", method: "GET", url: "u", status: 200, headers: "[]", body: body, found: true,
          attempts: 1, fetchedAt: ago(10), expiresAt: expires)
      }
    }
    try await store.keepAnswers(answers(0..<1200, expires: ago(1)))
    try await store.keepAnswers(answers(1200..<1300, expires: ago(-1)))
    let before = try await store.size()
    #expect(try await store.countExpiredAnswers(now: now) == 1200)
    #expect(try await store.dropAllExpiredAnswers(now: now) == 1200)
    try await store.vacuum()
    let after = try await store.size()
    #expect(after.free == 0)
    #expect(after.bytes < before.bytes / 4, "\(before) \(after)")
    #expect(try query(path, "SELECT count(*) FROM http_responses") == ["100"])
    await store.close()
  }
}
