import AssayColumns
import AssayQuality
import Testing

private let claim = RowClaim("every value matches", verb: "match")

@Suite struct JudgingTests {
  struct Case: CustomTestStringConvertible {
    var failed: Int
    var thresholds = RowThresholds()
    var severity = Severity.fail
    var status: CheckStatus
    var observed: Double
    var expected: String
    var testDescription: String { "\(failed) of 200: \(expected)" }
  }

  @Test(arguments: [
    Case(failed: 0, status: .passed, observed: 0, expected: "every value matches"),
    Case(failed: 1, status: .failed, observed: 1, expected: "every value matches"),
    Case(failed: 1, severity: .warn, status: .warned, observed: 1, expected: "every value matches"),
    Case(
      failed: 10, thresholds: .init(atLeast: .one(.share(0.95))), status: .passed, observed: 95,
      expected: "at least 95% of values match"),
    Case(
      failed: 11, thresholds: .init(atLeast: .one(.share(0.95))), status: .failed, observed: 94.5,
      expected: "at least 95% of values match"),
    Case(
      failed: 11, thresholds: .init(atLeast: .one(.share(0.95))), severity: .warn, status: .warned, observed: 94.5,
      expected: "at least 95% of values match"),
    Case(
      failed: 3, thresholds: .init(atLeast: .pair(warn: .share(0.99), fail: .share(0.95))), status: .warned,
      observed: 98.5,
      expected: "at least 95% of values match (warns below 99%)"),
    Case(
      failed: 11, thresholds: .init(atLeast: .pair(warn: .share(0.99), fail: .share(0.95))), status: .failed,
      observed: 94.5,
      expected: "at least 95% of values match (warns below 99%)"),
    Case(
      failed: 2, thresholds: .init(atLeast: .pair(warn: .share(0.99), fail: .share(0.95))), status: .passed,
      observed: 99,
      expected: "at least 95% of values match (warns below 99%)"),
    Case(
      failed: 2, thresholds: .init(atMost: .one(.count(2))), status: .passed, observed: 2,
      expected: "at most 2 values fail"),
    Case(
      failed: 3, thresholds: .init(atMost: .one(.count(2))), status: .failed, observed: 3,
      expected: "at most 2 values fail"),
    Case(
      failed: 14, thresholds: .init(atMost: .one(.share(0.07))), status: .passed, observed: 7,
      expected: "at most 7% of values fail"),
    Case(
      failed: 15, thresholds: .init(atMost: .pair(warn: .share(0.07), fail: nil)), status: .warned, observed: 7.5,
      expected: "at most 7% of values fail"),
    Case(
      failed: 15, thresholds: .init(atLeast: .one(.count(180)), atMost: .one(.count(10))), status: .failed,
      observed: 15,
      expected: "at least 180 values match and at most 10 values fail"),
  ])
  func `row checks are judged by their thresholds`(_ example: Case) {
    let rows = (1...7).map { FailingRow(row: $0, cells: []) }
    let judgement = judgeRows(
      .rows(RowTestValue(evaluated: 200, failed: example.failed, failures: rows)), claim, example.thresholds,
      severity: example.severity)
    #expect(judgement.status == example.status)
    #expect(judgement.observed == .number(example.observed))
    #expect(judgement.expected == example.expected)
    #expect(judgement.evaluated == 200 && judgement.failed == example.failed)
    #expect(judgement.sample.count == 5)
  }

  @Test func `nothing evaluated is no data, and a missing column breaks the check`() {
    #expect(judgeRows(.rows(RowTestValue(evaluated: 0, failed: 0)), claim).status == .noData)
    #expect(judgeRows(nil, claim).status == .noData)
    let missing = judgeRows(.missing(["x"]), claim)
    #expect(missing.status == .failed)
    #expect(missing.observed == .text("there is no column 'x'"))
    #expect(judgeRows(.missing(["x", "y"]), claim, severity: .warn).status == .warned)
  }

  @Test func `values are judged by min and max, both included`() {
    let bounds = ValueThresholds(min: .one(1000), max: .pair(warn: 2000, fail: 3000))
    let cases: [(Double?, CheckStatus)] = [
      (999, .failed), (1000, .passed), (2000, .passed), (2000.5, .warned), (3001, .failed), (nil, .noData),
      (.nan, .noData),
    ]
    for (value, status) in cases { #expect(judgeValue(value, "row count", bounds).status == status) }
    #expect(
      judgeValue(1, "row count", bounds).expected == "row count is at least 1000 and at most 3000 (warns above 2000)")
    #expect(judgeValue(of: .count(5), "row count", .init(min: .one(6)), severity: .warn).status == .warned)
    #expect(judgeValue(of: .cell(.decimal(2.5)), "max of v", .init(max: .one(2.5))).status == .passed)
    #expect(judgeValue(of: .cell(.null), "max of v", .init(max: .one(2.5))).status == .noData)
    #expect(judgeValue(of: .missing(["v"]), "max of v", .init(max: .one(2.5))).status == .failed)
    #expect(judgeValue(5, "row count", .init()).expected == "row count is known")
  }
}
