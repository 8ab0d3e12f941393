import AssayColumns
import AssayComponents
import AssayDefinition
import AssayEngine
import AssayQuality
import AssayStore
import Testing

/// Ages are counted to the time that a check is handed.
@Suite struct FreshnessTests {
  /// 2026-11-25T06:00:00Z.
  private static let now = StoreTime(milliseconds: 1_795_586_400_000)

  private func judge(_ texts: [String?], _ parameters: String) throws -> CheckJudgement {
    let text = """
      version: 1
      name: p
      sources: {s: {type: csv, path: in.csv}}
      checks: {s: {dataset: [{freshness: {column: at, max_age: \(parameters)}}]}}
      """
    let result = PipelineDecoder(catalogue: .standard, variables: Variables(unsetIsFault: false)).decode(text)
    let declaration = try #require(result.definition?.checks.first?.checks.first)
    let place = CheckPlace(column: nil, common: declaration.common)
    let plan = try GradingPlan(declaration.check.measures(place))
    var grader = Grader(plan)
    let batch = Batch(
      schema: DatasetSchema([Field("at", reading: .fromText)]), columns: [.texts(texts)], rowCount: texts.count)
    try grader.merge(plan.partial(for: batch))
    return declaration.check.judge(CheckEvidence(try grader.finish(), now: Self.now), place)
  }

  @Test(arguments: [
    ("2026-11-25T05:00:00Z", "1h", CheckStatus.passed, "2026-11-25T05:00:00Z, 1h old"),
    ("2026-11-25T04:59:59.999Z", "1h", .failed, "2026-11-25T04:59:59.999Z, 1h old"),
    ("2026-11-25T05:30", "{warn: 15m, fail: 1h}", .warned, "2026-11-25T05:30, 30m old"),
    ("2026-11-25T05:59:59.500+00:00", "1s", .passed, "2026-11-25T05:59:59.500+00:00, 500ms old"),
    ("2026-11-25T09:00:00+05:00", "{warn: 1h}", .warned, "2026-11-25T09:00:00+05:00, 2h old"),
    ("2026-11-25", "6h", .passed, "2026-11-25, 6h old"),
    ("2026-11-23", "2d", .failed, "2026-11-23, 2d 6h old"),
    ("2025-11-24T23:59:57Z", "1d", .failed, "2025-11-24T23:59:57Z, 365d 6h old"),
    ("2026-11-25T06:00:00Z", "0s", .passed, "2026-11-25T06:00:00Z, 0ms old"),
    ("2026-11-25T06:30:10Z", "1h", .passed, "2026-11-25T06:30:10Z, 30m 10s in the future"),
  ])
  func `the newest date may be so old`(
    _ newest: String, _ maxAge: String, _ status: CheckStatus, _ observed: String
  ) throws {
    let judgement = try judge(["2001-01-01", newest, nil], maxAge)
    #expect(judgement.status == status)
    #expect(judgement.observed == .text("the newest is \(observed)"))
    #expect(judgement.evaluated == 2)
  }

  @Test func `what is no date is told, and nothing at all is no data`() throws {
    let mixed = try judge(["2026-11-25", "x", "y"], "1d")
    #expect(mixed.status == .passed)
    #expect(mixed.observed == .text("the newest is 2026-11-25, 6h old; 2 of 3 values are no dates"))
    #expect(try judge(["x", nil], "1d").observed == .text("the one value is no date"))
    #expect(try judge(["x", nil], "1d").status == .failed)
    #expect(try judge([nil, nil], "1d").status == .failed)
    #expect(try judge([], "1d").status == .noData)
    #expect(
      try judge(["2026-11-20"], "{warn: 1d, fail: 2d}").expected == "the newest 'at' is at most 2d old (warns above 1d)"
    )
  }
}
