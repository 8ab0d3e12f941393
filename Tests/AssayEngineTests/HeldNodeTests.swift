import AssayEngine
import AssayStore
import AssayTestSupport
import Testing

/// Nodes that wait for a condition or a resource, or that are tried again.
@Suite(.timeLimit(.minutes(1))) struct HeldNodeTests {
  private func status(_ report: RunReport, _ name: String) -> String? {
    report.steps.first { $0.name == name && $0.kind != "check" }?.status
  }

  static let conditions: [(String, holds: Bool)] = [
    ("a.rows > 5", true), ("a.rows > 50", false), ("a.rows / 0 > 1", false), ("null", false), ("1", true),
    ("a.status = 'finished' AND b.status = 'failed' AND b.rows < 9", true),
    ("b.status IN ('finished', 'skipped')", false),
    ("param.size > 9", true), ("param.size = '10'", false), ("param.name LIKE 'x%'", true), ("param.full", false),
    ("run.date = '2026-11-24'", true), ("date(run.date, '+1 day') > '2026-11-25'", false), ("a.requests = 0", true),
    ("(SELECT max(x) FROM (SELECT 1 AS x UNION SELECT a.rows)) = 10", true), ("'a.nothing' = 'x' -- b.nothing", false),
    ("c.status = 'skipped'", true), ("\\\"a\\\".rows = 10", true),
  ]

  @Test(arguments: conditions)
  func `a condition decides whether a node and what needs it run`(condition: String, holds: Bool) async throws {
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      params: {size: {type: integer, default: 10}, name: {default: xyz}, full: {type: boolean, default: "false"}}
      sources:
        a: {type: counting}
        b: {type: counting, fails_at: 5, on_failure: continue}
      steps:
        c: {type: pass, from: b}
        d: {type: pass, from: a, when: "\(condition)"}
        e: {type: pass, from: d}
      checks: {e: {columns: {id: not_null}}, a: {columns: {id: {references: {dataset: e, column: id}}}}}
      outputs:
      - {type: lines, from: e, path: 1.txt}
      - {type: lines, from: a, path: 2.txt}
      - {type: lines, from: c, path: 3.txt}
      """
    ) { $0.clock = RunClock(startedAt: StoreTime(text: "2026-11-24T06:15:00.000Z") ?? .now) }
    #expect(report.exitCode == 0, "\(report.messages)")
    #expect(report.outputs.map(\.published) == [holds, true, false])
    for name in ["d", "e", "1.txt"] { #expect(status(report, name) == (holds ? "finished" : "skipped")) }
    #expect(report.datasets.map(\.name) == (holds ? ["a", "e"] : ["a"]))
    // A claim about what was left out is none.
    #expect(report.datasets.first?.checks.count == (holds ? 1 : 0))
    #expect(report.steps.first { $0.name == "d" }?.error == (holds ? nil : "its condition does not hold"))
    #expect(report.steps.first { $0.name == "1.txt" }?.error == (holds ? nil : "'d' was skipped"))
    #expect(test.contents("1.txt") == (holds ? (0..<10).map { "\($0)\n" }.joined() : nil))
  }

  @Test func `sources and outputs have conditions too, and what is only asked about is run`() async throws {
    for (rows, holds) in [(3, true), (2, false)] {
      let test = TestRun()
      let report = try await test.run(
        """
        version: 1
        name: p
        sources:
          a: {type: counting, when: probe.rows > 2}
          b: {type: counting}
          probe: {type: counting, rows: \(rows)}
        outputs:
        - {type: lines, from: a, path: 1.txt}
        - {type: lines, from: b, path: 2.txt, when: probe.rows > 2}
        """)
      #expect(report.exitCode == 0 && report.outcome == .passed, "\(report.messages)")
      #expect(report.outputs.map(\.published) == [holds, holds])
      #expect(status(report, "probe") == "finished")
      #expect(status(report, "a") == (holds ? "finished" : "skipped"))
      #expect(status(report, "2.txt") == (holds ? "finished" : "skipped"))
    }
  }

  @Test func `a condition that cannot be asked is a failure of its node`() async throws {
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      params: {text: {default: "{"}}
      sources:
        a: {type: counting, when: "json_extract(param.text, '$.a') = 1"}
      outputs: [{type: lines, from: a, path: 1.txt}]
      """)
    #expect(report.exitCode == 3)
    #expect(report.messages.first?.hasPrefix("source 'a' (counting): its condition cannot be asked:") == true)
  }

  @Test(arguments: [1, 2, 3])
  func `a source and a step that break are tried again, and only what the last attempt made is handed on`(
    failures: Int
  ) async throws {
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      sources:
        a: {type: flaky, failures: \(failures), retry: {max_attempts: 3, initial: 1ms, max: 2ms}}
        b: {type: counting}
      steps:
        c: {type: concatenate, from: [a, b], failures: 2, retry: {max_attempts: 3, initial: 1ms}}
        d: {type: pass, from: c, retry: {}}
      checks: {d: {dataset: {row_count: {min: 13, max: 13}}}}
      outputs: [{type: lines, from: d, path: 1.txt}]
      """)
    let isGood = failures < 3
    #expect(report.exitCode == (isGood ? 0 : 3), "\(report.messages)")
    let ids = ["\(failures + 1)", "8", "9"] + (0..<10).map(String.init)
    #expect(test.contents("1.txt") == (isGood ? ids.map { $0 + "\n" }.joined() : nil))
    let source = report.steps.first { $0.name == "a" }
    #expect(source?.counters.rowsOut == 3)
    #expect(source?.counters.warningCount == min(failures, 2))
    #expect(source?.counters.warnings.first == "attempt 1 of 3 broke: broken in attempt 1; tried again after 1ms")
    #expect(source?.error == (isGood ? nil : "broken in attempt 3"))
    if isGood { #expect(report.steps.first { $0.name == "c" }?.counters.rowsOut == 13) }
  }

  @Test func `an attempt that hangs is stopped and tried again, and one that is left behind is not`() async throws {
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      sources:
        a: {type: flaky, hangs: true, timeout: 500ms, retry: {initial: 1ms}}
        b: {type: hanging, stubborn: true, timeout: 50ms, retry: {initial: 1ms}, on_failure: continue}
      outputs:
      - {type: lines, from: a, path: 1.txt}
      - {type: lines, from: b, path: 2.txt}
      """
    ) { $0.patience = .milliseconds(50) }
    #expect(report.exitCode == 0, "\(report.messages)")
    #expect(test.contents("1.txt") == "2\n8\n9\n")
    #expect(
      report.steps[0].counters.warnings == [
        "attempt 1 of 3 broke: it took longer than its timeout of 500ms; tried again after 1ms"
      ])
    #expect(report.steps[1].status == "failed" && report.steps[1].counters.warnings == [])
  }

  @Test func `a step that is held finds what did not fit its types, as one that is not`() async throws {
    for settings in ["", ", retry: {}", ", when: \"1\""] {
      let test = TestRun()
      let report = try await test.run(
        """
        version: 1
        name: p
        sources:
          a: {type: plain, data: "n\\n1\\nx\\n~\\n", columns: {n: integer}\(settings.contains("when") ? "" : settings)}
        steps:
          b: {type: pass, from: a\(settings)}
        checks: {b: {columns: {n: null}}}
        outputs: [{type: lines, from: b, path: 1.txt, whole: true, publish: always\(settings.contains("retry") ? "" : settings)}]
        """
      ) { $0.failOn = .never }
      #expect(test.contents("1.txt") == "1\n~\n~\nmisfit row 1 n: x\nn:integer\n", "\(report.messages)")
    }
  }
}
