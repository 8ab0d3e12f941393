import AssayQuality
import Testing

@Suite struct HistoryJudgingTests {
  struct Change: Sendable, CustomTestStringConvertible {
    var before: Double
    var now: Double
    var min: Graded<ChangeBound>?
    var max: Graded<ChangeBound>?
    var status: CheckStatus
    var observed: String
    var testDescription: String { "\(observed) \(status)" }
  }

  static let changes: [Change] = [
    .init(before: 1000, now: 1200, max: .one(.share(0.2)), status: .passed, observed: "from 1000 to 1200 (+20%)"),
    .init(before: 1000, now: 1201, max: .one(.share(0.2)), status: .failed, observed: "from 1000 to 1201 (+20.1%)"),
    .init(before: 1000, now: 799, max: .one(.share(0.2)), status: .failed, observed: "from 1000 to 799 (-20.1%)"),
    .init(
      before: 1000, now: 1400, min: .one(.share(-0.1)), max: .one(.share(0.5)), status: .passed,
      observed: "from 1000 to 1400 (+40%)"),
    .init(
      before: 1000, now: 899, min: .one(.share(-0.1)), max: .one(.share(0.5)), status: .failed,
      observed: "from 1000 to 899 (-10.1%)"),
    .init(before: 5, now: 5, min: .one(.difference(0)), status: .passed, observed: "from 5 to 5 (0%)"),
    .init(before: 5, now: 4, min: .one(.difference(0)), status: .failed, observed: "from 5 to 4 (-20%)"),
    .init(before: -10, now: -12, max: .one(.share(0.1)), status: .failed, observed: "from -10 to -12 (-20%)"),
    .init(before: 0, now: 0, max: .one(.share(0.1)), status: .passed, observed: "from 0 to 0 (0%)"),
    .init(before: 0, now: 1, max: .one(.share(9)), status: .failed, observed: "from 0 to 1"),
    .init(before: 0, now: 1, max: .one(.difference(1)), status: .passed, observed: "from 0 to 1"),
    .init(
      before: 100, now: 110, max: .pair(warn: .share(0.05), fail: .share(0.2)), status: .warned,
      observed: "from 100 to 110 (+10%)"),
    .init(
      before: 3, now: 3.3333333, max: .pair(warn: .share(0.05), fail: .share(0.1)), status: .failed,
      observed: "from 3 to 3.33333 (+11.1111%)"),
  ]

  @Test(arguments: changes) func `a change is judged against the last value`(_ sample: Change) {
    let found = judgeChange(
      sample.now, since: sample.before, "row count", ChangeBounds(min: sample.min, max: sample.max))
    #expect(found.status == sample.status)
    #expect(found.observed == .text(sample.observed))
  }

  @Test func `the words of a change`() {
    #expect(
      ChangeBounds(min: .one(.share(-0.1)), max: .pair(warn: .share(0.2), fail: .difference(7))).sentence("row count")
        == "row count changes by at least -10% and at most 7 (warns above 20%) since the last run")
  }

  @Test func `mean and deviation are those of a sample, by hand`() {
    // 2, 4, 4, 4, 5, 5, 7, 9: the mean is 5, the squares sum up to 32.
    let past = PastValues([2, 4, 4, 4, 5, 5, 7, 9])
    #expect(past.mean == 5)
    #expect(abs(past.deviation - (32.0 / 7).squareRoot()) < 1e-12)
    #expect(abs(past.sigmas(of: 9) - 4 / (32.0 / 7).squareRoot()) < 1e-12)
    #expect(past.sigmas(of: 1) < 0)
    // Large values with a small spread lose nothing.
    let far = PastValues([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])
    #expect(abs(far.deviation - 30.0.squareRoot()) < 1e-6)
  }

  @Test func `a steady past makes any other value an anomaly, but for the last digits and what is tolerated`() {
    let past = PastValues([Double](repeating: 0.1 + 0.2, count: 9))
    #expect(past.sigmas(of: 0.3) == 0)
    #expect(past.sigmas(of: 0.31) == .infinity)
    #expect(past.sigmas(of: 0.29) == -.infinity)
    func status(_ value: Double, tolerance: Double) -> CheckStatus {
      judgeAnomaly(value, past: PastValues([100, 100, 100]), "x", sigmas: .one(3), tolerance: tolerance).status
    }
    #expect(status(100, tolerance: 0) == .passed)
    #expect(status(101, tolerance: 0) == .failed)
    #expect(status(101, tolerance: 0.01) == .passed)
    #expect(status(98.9, tolerance: 0.01) == .failed)
  }

  @Test func `sigmas warn and fail, and severity warn fails nothing`() {
    let past = PastValues([9, 10, 11])
    func found(_ value: Double, _ sigmas: Graded<Double>, _ severity: Severity = .fail) -> CheckJudgement {
      judgeAnomaly(value, past: past, "row count", sigmas: sigmas, severity: severity)
    }
    #expect(found(13, .one(3)).status == .passed)
    #expect(found(13.5, .one(3)).status == .failed)
    #expect(found(14, .pair(warn: 3, fail: 5)).status == .warned)
    #expect(found(4, .pair(warn: 3, fail: 5)).status == .failed)
    #expect(found(4, .one(3), .warn).status == .warned)
    #expect(found(4, .one(3)).observed == .text("4, 6 sigmas below the mean 10 of 3 runs"))
    #expect(
      found(4, .pair(warn: 3, fail: 5)).expected
        == "row count is within 5 sigmas of its mean over earlier runs (warns beyond 3)")
  }

  @Test func `too little history holds, and says so`() {
    #expect(tooLittleHistory(2, of: 7, expected: "x").observed == .text("too little history: 2 of 7 runs"))
    #expect(tooLittleHistory(0, of: 1, expected: "x").observed == .text("too little history: no earlier run"))
    #expect(tooLittleHistory(0, of: 1, expected: "x").status == .passed)
  }

  @Test(arguments: [(0.0, "0"), (1.0 / 3, "0.333333"), (1234567.891, "1234568"), (-0.00001234567, "-1.23457e-05")])
  func `numbers are told with few digits`(value: Double, text: String) {
    #expect(rough(value) == text)
  }
}
