import AssayColumns
import AssayQuality
import Testing

@Suite struct JudgingValuesTests {
  private func judge(
    _ reading: NumberReading, _ thresholds: ValueThresholds, severity: Severity = .fail
  ) -> CheckJudgement {
    judgeReading(of: .reading(reading), "median", thresholds, severity: severity) { value in
      if case .reading(let reading) = value { reading } else { nil }
    }
  }

  @Test(arguments: [
    (NumberReading(values: 5, numbers: 5, value: 2), CheckStatus.passed, CheckJudgement.Observed.number(2)),
    (NumberReading(values: 5, numbers: 5, value: 3.5), .warned, .number(3.5)),
    (NumberReading(values: 5, numbers: 5, value: 4.5), .failed, .number(4.5)),
    (NumberReading(values: 5, numbers: 5, value: 0.5), .failed, .number(0.5)),
    (NumberReading(values: 100, numbers: 97, value: nil), .failed, .text("3 of 100 values are no numbers")),
    (NumberReading(values: 5, numbers: 4, value: nil), .failed, .text("1 of 5 values is no number")),
    (NumberReading(values: 2, numbers: 2, value: .infinity), .failed, .text("infinity")),
    (NumberReading(values: 2, numbers: 2, value: -.infinity), .failed, .text("minus infinity")),
    (
      NumberReading(values: 2, numbers: 2, value: .nan), .failed,
      .text("no number, since infinite values are among those of the column")
    ),
  ])
  func `a number of a column is judged by its bounds`(
    _ reading: NumberReading, _ status: CheckStatus, _ observed: CheckJudgement.Observed
  ) {
    let bounds = ValueThresholds(min: .one(1), max: .pair(warn: 3, fail: 4))
    let judgement = judge(reading, bounds)
    #expect(judgement.status == status)
    #expect(judgement.observed == observed)
    #expect(judgement.evaluated == reading.values)
    #expect(judgement.expected == "median is at least 1 and at most 4 (warns above 3)")
    if status != .passed { #expect(judge(reading, bounds, severity: .warn).status == .warned) }
  }

  @Test func `no value is no data, and a missing column breaks the check`() {
    #expect(judge(NumberReading(values: 0, numbers: 0, value: nil), .init(min: .one(0))).status == .noData)
    #expect(judge(NumberReading(values: 1, numbers: 1, value: nil), .init(min: .one(0))).status == .noData)
    let missing = judgeReading(of: .missing(["x"]), "sum", .init(max: .one(1))) { _ in nil }
    #expect(missing.status == .failed && missing.observed == .text("there is no column 'x'"))
    #expect(judgeReading(of: nil, "sum", .init(max: .one(1))) { _ in nil }.status == .noData)
  }

  private func span(_ texts: [String?]) throws -> MeasureValue? {
    try grade([textBatch("c", texts)], [.column(.dateSpan, "c")])[.column(.dateSpan, "c")]
  }

  private static let dates: [(min: String?, max: String?, status: CheckStatus)] = [
    ("2026-03-01", "2026-03-01", CheckStatus.passed), ("2026-03-02", "2026-03-03", .failed),
    ("2026-02-01", "2026-02-28", .failed), ("2026-02-01", "2026-03-01T14:29:59Z", .failed),
    ("2026-02-01", "2026-03-01T15:30:00+01:00", .passed), ("2026-03-01T14:31", nil, .failed),
    ("2026-03-01T14:30:00Z", nil, .passed), (nil, "2026-03-01", .passed),
  ]

  @Test(arguments: dates)
  func `a date of a column is judged by dates, which mean their whole day`(
    _ min: String?, _ max: String?, _ status: CheckStatus
  ) throws {
    let judgement = judgeMoment(
      of: try span(["2026-01-01", nil, "2026-03-01T14:30:00"]), "greatest value",
      min: min.flatMap { RangeBound($0) }.map { .one($0) }, max: max.flatMap { RangeBound($0) }.map { .one($0) }
    ) { $0.latest }
    #expect(judgement.status == status)
    #expect(judgement.observed == .text("2026-03-01T14:30:00"))
    #expect(judgement.evaluated == 2)
  }

  @Test func `dates among others do not hold, and bounds are said in words`() throws {
    let bounds = Graded<RangeBound>.pair(warn: .text("2026-01-01"), fail: .text("2020-01-01"))
    let mixed = judgeMoment(of: try span(["2026-01-01", "x"]), "least value", min: bounds, max: nil) { $0.earliest }
    #expect(mixed.status == .failed && mixed.observed == .text("1 of 2 values is no date"))
    #expect(mixed.expected == "least value is at least 2020-01-01 (warns below 2026-01-01)")
    let late = judgeMoment(of: try span(["2025-12-31"]), "least value", min: bounds, max: nil) { $0.earliest }
    #expect(late.status == .warned && late.observed == .text("2025-12-31"))
    #expect(judgeMoment(of: try span([nil]), "least value", min: bounds, max: nil) { $0.earliest }.status == .noData)
    let missing = judgeMoment(of: .missing(["c"]), "least value", min: bounds, max: nil) { $0.earliest }
    #expect(missing.status == .failed)
  }
}
