import AssayStore
import Testing

/// What runs leave for later ones, in real stores.
@Suite struct ProfileTests {
  let folder = TemporaryFolder()

  private func profile(
    _ rows: Int, types: [String: String?] = ["id": "integer"], distribution: String? = nil,
    snapshot: SnapshotRecord? = nil
  ) -> ProfileRecord {
    ProfileRecord(
      dataset: "p.s", rows: rows,
      columns: types.sorted { $0.key < $1.key }.map {
        ColumnProfileRecord(name: $0.key, type: $0.value, nulls: 0, distinct: 2, distribution: distribution)
      }, snapshot: snapshot)
  }

  private func finish(
    _ store: Store, _ id: String, rows: Double?, exit: Int = 0, pipeline: String = "p",
    profiles: [ProfileRecord] = []
  ) async throws {
    try await store.begin(run(id, pipeline: pipeline))
    try await store.finish(
      id,
      RunResult(
        outcome: exit == 0 ? "passed" : "failed", exitCode: exit,
        metrics: [MetricRecord(dataset: "p.s", name: "row_count", value: rows)], profiles: profiles))
  }

  @Test func `values of a metric come newest first, those that count only from runs that ended well`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await finish(store, "r1", rows: 10)
    try await finish(store, "r2", rows: 99, exit: 1)
    try await finish(store, "r3", rows: nil)
    try await finish(store, "r4", rows: 12)
    try await finish(store, "other", rows: 7, pipeline: "p2")
    let all = try await store.values(of: "row_count", dataset: "p.s", pipeline: "p", last: 10)
    #expect(all.map(\.run) == ["r4", "r3", "r2", "r1"])
    #expect(all.map(\.value) == [12, nil, 99, 10])
    #expect(all.map(\.exitCode) == [0, 0, 1, 0])
    let counting = try await store.values(
      of: "row_count", dataset: "p.s", pipeline: "p", last: 10, onlyCounting: true)
    #expect(counting.map(\.value) == [12, 10])
    #expect(
      try await store.values(of: "row_count", dataset: "p.s", pipeline: "p", last: 1, onlyCounting: true).map(\.run)
        == ["r4"])
    #expect(try await store.values(of: "nothing", dataset: "p.s", pipeline: "p", last: 9).isEmpty)
    let known = try await store.knownMetrics()
    #expect(
      known.map { "\($0.pipeline) \($0.dataset) \($0.name) \($0.runs)" } == ["p s row_count 4", "p2 p.s row_count 1"])
    await store.close()
  }

  @Test func `columns and distributions are those of the newest run that counts and has them`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    #expect(try await store.lastColumns(of: "p.s", in: "p") == nil)
    try await finish(
      store, "r1", rows: 1, profiles: [profile(1, types: ["b": "text", "a\"\n": nil], distribution: "{}")])
    try await finish(store, "r2", rows: 1, profiles: [profile(1, types: ["a": "integer"])])
    try await finish(store, "r3", rows: 1, exit: 1, profiles: [profile(1, types: ["c": "text"], distribution: "[]")])
    let last = try await store.lastColumns(of: "p.s", in: "p")
    #expect(last?.run == "r2")
    #expect(last?.columns == [ColumnProfileRecord(name: "a", type: "integer", nulls: 0, distinct: 2)])
    let spread = try await store.lastDistribution(of: "b", in: "p.s", pipeline: "p")
    #expect(spread?.run == "r1")
    #expect(spread?.json == "{}")
    #expect(try await store.lastDistribution(of: "c", in: "p.s", pipeline: "p") == nil)
    #expect(try await store.lastColumns(of: "p.s", in: "p2") == nil)
    #expect(try await store.profiles(of: "r1").first?.columns.map(\.name) == ["a\"\n", "b"])
    await store.close()
  }

  @Test func `old profiles and snapshots are dropped, and runs that failed push no good one out`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let snapshot = SnapshotRecord(key: ["id", "q\"\t"], columns: ["x"], rows: 1, data: [0, 1, 255])
    try await finish(store, "good", rows: 1, profiles: [profile(7, snapshot: snapshot)])
    for number in 0...Store.keptProfiles {
      try await finish(store, "bad\(number)", rows: 1, exit: 1, profiles: [profile(number, snapshot: snapshot)])
    }
    #expect(try await store.lastColumns(of: "p.s", in: "p")?.run == "good")
    #expect(try query(store.path, "SELECT counts, count(*) FROM dataset_profiles GROUP BY 1") == ["0|100", "1|1"])
    #expect(try query(store.path, "SELECT count(*) FROM column_profiles") == ["101"])
    #expect(try query(store.path, "SELECT count(*) FROM row_snapshots") == ["\(Store.keptSnapshots)"])
    #expect(try await store.profiles(of: "good").first?.snapshot == nil)
    #expect(try await store.profiles(of: "bad0").isEmpty)
    let newest = try await store.profiles(of: "bad100", withRows: true)
    #expect(newest.first?.snapshot == snapshot)
    #expect(try await store.profiles(of: "bad100").first?.snapshot?.data == nil)
    await store.close()
  }

  @Test func `a result that cannot be written leaves no profile behind`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await store.begin(run("r1"))
    try execute(store.path, "CREATE TRIGGER no BEFORE INSERT ON column_profiles BEGIN SELECT RAISE(ABORT, 'no'); END")
    let found = await failure {
      try await store.finish("r1", RunResult(outcome: "passed", exitCode: 0, profiles: [profile(1)]))
    }
    #expect(found != nil)
    #expect(try query(store.path, "SELECT count(*) FROM dataset_profiles") == ["0"])
    #expect(try await store.runs(of: "p").first?.outcome == nil)
    await store.close()
  }
}
