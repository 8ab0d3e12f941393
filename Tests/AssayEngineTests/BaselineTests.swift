import AssayEngine
import AssayQuality
import Testing

@Suite(.timeLimit(.minutes(1))) struct BaselineTests {
  private func pipeline(_ data: String, _ checks: String, name: String = "p") -> String {
    """
    version: 1
    name: \(name)
    sources:
      s: {type: plain, data: "\(data)"}
    checks:
      s: {\(checks)}
    """
  }

  private func baseline(_ data: String, _ checks: String) async throws -> Baseline {
    Baseline(
      try await TestRun().run(pipeline(data, checks)) {
        $0.failOn = .never
        $0.publishes = false
      })
  }

  private static let nulls = "columns: {b: [not_null]}"
  private static let keyed = "key: [a], columns: {b: [not_null]}"
  private static let rows = "dataset: [{row_count: {min: 10}}]"
  private static let score = "score: {overall: {fail_below: 99}}"

  static let verdicts: [(String, String, String, BaselineComparison.Verdict?, Int)] = [
    // Checks; the rows of the baseline, and of the run; what is said; the exit code.
    (nulls, "a,b\\n1,~\\n2,x\\n", "a,b\\n1,~\\n2,x\\n", .known, 0),
    (nulls, "a,b\\n1,~\\n2,x\\n", "a,b\\n1,x\\n2,~\\n", .known, 0),
    (nulls, "a,b\\n1,~\\n2,~\\n", "a,b\\n1,~\\n2,x\\n", .known, 0),
    (nulls, "a,b\\n1,~\\n2,x\\n", "a,b\\n1,~\\n2,~\\n", .worse, 1),
    (nulls, "a,b\\n1,~\\n2,x\\n", "a,b\\n1,x\\n2,x\\n", .fixed, 0),
    (nulls, "a,b\\n1,x\\n2,x\\n", "a,b\\n1,~\\n2,x\\n", .new, 1),
    (nulls, "a,b\\n1,x\\n2,x\\n", "a,b\\n1,x\\n2,x\\n", nil, 0),
    (nulls, "a,b\\n1,~\\n", "a\\n1\\n", .worse, 1),
    (nulls, "a\\n1\\n", "a,b\\n1,~\\n", .worse, 1),
    (nulls, "a\\n1\\n", "a,c\\n1,2\\n", .known, 0),
    (keyed, "a,b\\n1,~\\n2,x\\n", "a,b\\n2,x\\n1,~\\n", .known, 0),
    (keyed, "a,b\\n1,~\\n2,x\\n", "a,b\\n1,x\\n2,~\\n", .worse, 1),
    (keyed, "a,b\\n1,~\\n2,~\\n", "a,b\\n1,x\\n2,~\\n", .known, 0),
    (keyed, "a,b\\n1,~\\n2,~\\n", "a,b\\n3,~\\n2,x\\n", .worse, 1),
    (rows, "a\\n1\\n2\\n3\\n", "a\\n1\\n2\\n3\\n", .known, 0),
    (rows, "a\\n1\\n2\\n3\\n", "a\\n1\\n2\\n3\\n4\\n", .known, 0),
    (rows, "a\\n1\\n2\\n3\\n", "a\\n1\\n2\\n", .worse, 1),
    (score, "a,b\\n1,~\\n2,x\\n3,y\\n", "a,b\\n1,~\\n2,x\\n3,y\\n", .known, 0),
    (score, "a,b\\n1,~\\n2,x\\n3,y\\n", "a,b\\n1,~\\n2,~\\n3,y\\n", .worse, 1),
    (score, "a,b\\n1,~\\n2,~\\n3,y\\n", "a,b\\n1,~\\n2,x\\n3,y\\n", .known, 0),
  ]

  @Test(arguments: verdicts)
  func `only what is new or worse fails`(
    checks: String, before: String, now: String, verdict: BaselineComparison.Verdict?, exitCode: Int
  ) async throws {
    let known = try await baseline(before, checks)
    let report = try await TestRun().run(pipeline(now, checks)) { $0.baseline = known }
    let check = try #require(report.datasets[0].checks.last)
    #expect(check.baseline?.verdict == verdict, "\(known.text)")
    #expect(report.exitCode == exitCode)
    if verdict == .known { #expect(check.judgement.status == .warned) }
    // It is read as it was written.
    #expect(try Baseline(reading: known.text) == known)
  }

  @Test func `what is known fails no gate that fails on warnings, and what is not does`() async throws {
    let checks = "columns: {b: [{not_null: , severity: warn}]}"
    let known = try await baseline("a,b\\n1,~\\n2,x\\n", checks)
    for (data, exitCode) in [("a,b\\n1,~\\n2,x\\n", 0), ("a,b\\n1,~\\n2,~\\n", 1)] {
      let report = try await TestRun().run(pipeline(data, checks)) {
        $0.baseline = known
        $0.failOn = .warn
      }
      #expect(report.exitCode == exitCode)
    }
  }

  @Test func `a baseline has the failures alone, sorted, with their keys, and none of private columns`() async throws {
    let checks =
      "key: [a, c], private: [c], columns: {b: [not_null], a: [not_null, unique]}, dataset: [{row_count: {min: 9}}]"
    let known = try await baseline("a,b,c\\n2,~,s3cret\\n1,~,s3cret\\n1,x,s3cret\\n", checks)
    #expect(
      known.text == """
        {
          "baseline_version": 1,
          "pipeline": "p",
          "checks": [
            {
              "dataset": "s",
              "check": "row_count",
              "column": null,
              "number": 1,
              "status": "failed",
              "observed": 3,
              "failed": 0,
              "keys": null
            },
            {
              "dataset": "s",
              "check": "unique",
              "column": "a",
              "number": 1,
              "status": "failed",
              "observed": 2,
              "failed": 2,
              "keys": [
                {"a":"1"}
              ]
            },
            {
              "dataset": "s",
              "check": "not_null",
              "column": "b",
              "number": 1,
              "status": "failed",
              "observed": 2,
              "failed": 2,
              "keys": [
                {"a":"1"},
                {"a":"2"}
              ]
            }
          ]
        }

        """)
  }

  @Test func `keys are kept for at most a thousand rows`() async throws {
    func data(_ count: Int) -> String { "a,b\\n" + (1...count).map { "\($0),~\\n" }.joined() }
    #expect(try await baseline(data(1000), Self.keyed).entries[0].keys?.count == 1000)
    let known = try await baseline(data(1001), Self.keyed)
    #expect(known.entries[0].keys == nil && known.entries[0].failed == 1001)
    let report = try await TestRun().run(pipeline(data(1001), Self.keyed)) { $0.baseline = known }
    #expect(report.exitCode == 0)
  }

  @Test func `checks of one name and column are told apart by their order`() async throws {
    let checks = "columns: {a: [{range: {max: 1}}, {range: {max: 2}}]}"
    let known = try await baseline("a\\n1\\n2\\n", checks)
    #expect(known.entries.map(\.number) == [1])
    let report = try await TestRun().run(pipeline("a\\n1\\n3\\n", checks)) { $0.baseline = known }
    #expect(report.datasets[0].checks.map { $0.baseline?.verdict } == [.known, .new])
  }

  @Test func `what is mended, less or gone is said`() async throws {
    let known = try await baseline(
      "a,b,c\\n1,~,~\\n2,~,x\\n", "columns: {b: [not_null], c: [not_null, {range: {min: 0}}], a: [{range: {max: 0}}]}")
    let report = try await TestRun().run(
      pipeline("a,b,c\\n1,~,1\\n2,x,2\\n", "columns: {b: [not_null], c: [not_null]}")
    ) { $0.baseline = known }
    #expect(
      report.baselineNote
        == "the baseline can be tightened: holds now: not_null c of s; fails in fewer rows: not_null b of s (1 of 2 rows); "
        + "is no check any more: range a of s, range c of s; 'assay baseline' writes it anew")
  }

  @Test(arguments: [
    ("", "is no baseline, since it is no JSON"), ("{}", "is no baseline"), ("[1]", "is no baseline"),
    ("{\"report_version\": 1}", "is no baseline"), ("{\"baseline_version\": 2}", "has version 2"),
    ("{\"baseline_version\": 1}", "is damaged"),
    ("{\"baseline_version\": 1, \"pipeline\": 1, \"checks\": []}", "is damaged"),
    ("{\"baseline_version\": 1, \"pipeline\": \"p\", \"checks\": [{}]}", "is damaged at checks[0]"),
  ])
  func `a file that is no baseline is refused`(_ text: String, _ message: String) {
    let failure = #expect(throws: RunFailure.self) { try Baseline(reading: text) }
    #expect(failure?.description.hasPrefix(message) == true, "\(failure?.description ?? "")")
  }
}
