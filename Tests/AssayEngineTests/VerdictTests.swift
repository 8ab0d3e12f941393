import AssayEngine
import Testing

@Suite(.timeLimit(.minutes(1))) struct VerdictTests {
  private func pipeline(_ check: String, publish: String = "when_passed") -> String {
    """
    version: 1
    name: p
    sources:
      s: {type: plain, data: "a,b\\n1,x\\n1,x\\n3,~\\n"}
    checks:
      s: {\(check)}
    outputs:
    - {type: lines, from: s, path: 1.txt, publish: \(publish)}
    """
  }

  static let good = "columns: {a: not_null}"
  static let warning = "columns: {b: [{not_null: , severity: warn}]}"
  static let bad = "columns: {b: not_null}"

  static let gates: [(String, FailOn, Double?, Int, Outcome)] = [
    (good, .fail, nil, 0, .passed), (good, .warn, nil, 0, .passed), (good, .never, nil, 0, .passed),
    (warning, .fail, nil, 0, .warned), (warning, .warn, nil, 1, .failed), (warning, .never, nil, 0, .warned),
    (bad, .fail, nil, 1, .failed), (bad, .warn, nil, 1, .failed), (bad, .never, nil, 0, .failed),
    (good, .fail, 100, 1, .failed), (good, .fail, 50, 0, .passed), (good, .never, 100, 0, .failed),
    ("score: {overall: {fail_below: 99}}", .fail, nil, 1, .failed),
    ("score: {overall: {warn_below: 99}}", .fail, nil, 0, .warned),
    ("score: {overall: {fail_below: 50}}", .fail, nil, 0, .passed),
  ]

  @Test(arguments: gates)
  func `the gate gives the exit code`(
    check: String, failOn: FailOn, minimum: Double?, exitCode: Int, outcome: Outcome
  ) async throws {
    for publish in ["when_passed", "always"] {
      let test = TestRun()
      let report = try await test.run(pipeline(check, publish: publish)) {
        $0.failOn = failOn
        $0.minimumScore = minimum
      }
      #expect(report.exitCode == exitCode)
      #expect(report.outcome == outcome)
      let isPublished = exitCode == 0 || publish == "always"
      #expect(report.outputs.map(\.published) == [isPublished])
      #expect((test.contents("1.txt") != nil) == isPublished)
    }
  }

  @Test(arguments: ["when_passed", "always"])
  func `a run that breaks publishes nothing, whatever the file says`(publish: String) async throws {
    let test = TestRun()
    let report = try await test.run(
      pipeline(Self.good, publish: publish)
        + "\n- {type: lines, from: s, path: 2.txt, publish: always, fails: true}")
    #expect(report.exitCode == 3)
    #expect(report.outcome == .error)
    #expect(test.contents("1.txt") == nil)
  }

  @Test(arguments: ["when_passed", "always"])
  func `a run that was interrupted before it began publishes nothing`(publish: String) async throws {
    let test = TestRun()
    let run = try test.pipeline(pipeline(Self.bad, publish: publish))
    run.interrupt()
    let report = await run.run()
    #expect(report.exitCode == 130)
    #expect(report.outcome == .interrupted)
    #expect(test.contents("1.txt") == nil)
  }

  @Test func `a report is written also where the run breaks`() async throws {
    let test = TestRun()
    let report = try await test.run(
      pipeline(Self.good) + "\n- {type: lines, from: s, path: 2.txt, fails: true}\nreport: {json: report.json}")
    #expect(report.exitCode == 3)
    #expect(test.contents("report.json")?.contains("\"exit_code\": 3") == true)
  }

  @Test func `a run without a store grades, and has no outputs`() async throws {
    let test = TestRun()
    let text =
      "version: 1\nname: p\nsources:\n  s: {type: counting, rows: 100, batch: 3}\nchecks:\n  s: {columns: {id: unique}}\n"
    let report = try await test.run(text, storing: false)
    #expect(report.exitCode == 0)
    #expect(report.datasets.map(\.rows) == [100])
    #expect(test.contents("store.db") == nil)
  }

  @Test func `a store that cannot be opened breaks the run before it begins`() async throws {
    let test = TestRun()
    let report = try await test.run(pipeline(Self.good)) { $0.storePath = "/proc/no/such/store.db" }
    #expect(report.exitCode == 3)
    #expect(report.steps.isEmpty)
    #expect(report.messages.count == 1)
  }
}
