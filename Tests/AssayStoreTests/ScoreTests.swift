import AssayStore
import Testing

/// The scores of earlier runs, as a trend is drawn of them.
@Suite struct ScoreTests {
  let folder = TemporaryFolder()
  private let metrics = ["completeness", "overall_quality"]

  private func finish(_ store: Store, _ run: String, _ dataset: String, _ value: Double?, at second: Int64) async throws
  {
    let at = StoreTime(milliseconds: 1_760_000_000_000 + second * 1000)
    try await store.begin(
      RunRecord(id: run, pipeline: "p", definitionSHA256: "", params: "{}", startedAt: at, assayVersion: "1"))
    var result = RunResult(outcome: "passed", exitCode: 0)
    result.metrics = ["completeness", "validity", "overall_quality"].map {
      MetricRecord(dataset: dataset, name: $0, value: $0 == "validity" ? nil : value, at: at)
    }
    try await store.finish(run, result)
  }

  @Test func `the last runs of a dataset are told, the oldest first, apart from the one that asks`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    for number in 1...5 { try await finish(store, "r\(number)", "p.s", Double(90 + number), at: Int64(number)) }
    try await finish(store, "r6", "p.other", 10, at: 6)
    try await finish(store, "r7", "p.s", nil, at: 7)
    let scores = try await store.scores(of: "p.s", metrics: metrics, before: "r5", limit: 3)
    #expect(scores.map(\.run) == ["r3", "r4", "r7"])
    #expect(scores.map { $0["overall_quality"] } == [93, 94, nil])
    #expect(scores[0].values.map(\.metric) == metrics)
    #expect(scores[0].at == "2025-10-09T08:53:23.000Z")
    #expect(try await store.scores(of: "p.none", metrics: metrics, before: "", limit: 3) == [])
    #expect(try await store.scores(of: "p.s", metrics: [], before: "", limit: 3) == [])
    await store.close()
  }
}
