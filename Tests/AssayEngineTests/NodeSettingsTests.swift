import AssayEngine
import AssayTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct NodeSettingsTests {
  private func statuses(_ report: RunReport) -> [String] {
    report.steps.map { "\($0.kind) \($0.name) \($0.status)" }
  }

  @Test(arguments: [false, true])
  func `a source that hangs fails at its timeout, whether it heeds being stopped or not`(stubborn: Bool) async throws {
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      sources:
        a: {type: hanging, stubborn: \(stubborn), timeout: 50ms}
        b: {type: counting}
      outputs:
      - {type: lines, from: a, path: 1.txt}
      - {type: lines, from: b, path: 2.txt}
      """
    ) { $0.patience = .milliseconds(50) }
    #expect(report.exitCode == 3)
    #expect(
      statuses(report) == [
        "source a failed", "source b finished", "check a cancelled", "check b finished", "output 1.txt cancelled",
        "output 2.txt finished",
      ])
    let left = stubborn ? "; it did not stop when it was told to, and was left behind" : ""
    #expect(report.messages == ["source 'a' (hanging): it took longer than its timeout of 50ms\(left)"])
    #expect(test.contents("2.txt") == nil)
  }

  @Test func `a run is stopped although a step goes on`() async throws {
    let test = TestRun()
    let run = try test.pipeline(
      """
      version: 1
      name: p
      sources: {a: {type: hanging, stubborn: true}}
      outputs: [{type: lines, from: a, path: 1.txt}]
      """
    ) { $0.patience = .milliseconds(50) }
    run.interrupt()
    let report = await run.run()
    #expect(report.exitCode == 130)
    #expect(report.steps.map(\.status) == ["cancelled", "cancelled", "cancelled"])
    #expect(report.steps[0].counters.warnings == ["it did not stop when it was told to, and was left behind"])
  }

  /// Where a pipeline breaks, what becomes of its nodes, and what is published.
  static let failures: [(String, String, exitCode: Int, [String], published: [Bool])] = [
    (
      "b: {type: counting, fails_at: 5, on_failure: continue}", "c: {type: pass, from: b}", 0,
      ["a finished", "b failed", "c skipped", "d finished", "checks c skipped", "checks d finished"],
      [false, true]
    ),
    (
      "b: {type: counting}", "c: {type: pass, from: b, fails_at: 5, on_failure: continue}", 0,
      ["a finished", "b skipped", "c failed", "d finished", "checks c skipped", "checks d finished"],
      [false, true]
    ),
    (
      "b: {type: counting}", "c: {type: pass, from: b, fails_at: 5}", 3,
      ["a finished", "b cancelled", "c failed", "d finished", "checks c cancelled", "checks d finished"],
      [false, false]
    ),
    (
      "b: {type: counting, fails_at: 5, on_failure: stop}", "c: {type: pass, from: b, on_failure: continue}", 3,
      ["a finished", "b failed", "c cancelled", "d finished", "checks c cancelled", "checks d finished"],
      [false, false]
    ),
    (
      "b: {type: counting, fails_at: 5, on_failure: continue}", "c: {type: concatenate, from: [a, b]}", 0,
      ["a finished", "b failed", "c skipped", "d finished", "checks c skipped", "checks d finished"],
      [false, true]
    ),
  ]

  @Test(arguments: failures)
  func `what needs a node that broke is skipped where the run goes on, and cancelled where it stops`(
    source: String, step: String, exitCode: Int, nodes: [String], published: [Bool]
  ) async throws {
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      sources:
        a: {type: counting, rows: 4000, batch: 1}
        \(source.replacing("counting", with: "counting, rows: 4000, batch: 1"))
      steps:
        \(step)
        d: {type: pass, from: a}
      checks:
        c: {columns: {id: not_null}}
        d: {columns: {id: not_null}}
      outputs:
      - {type: lines, from: c, path: 1.txt}
      - {type: lines, from: d, path: 2.txt}
      """)
    #expect(report.exitCode == exitCode, "\(report.messages)")
    #expect(report.outcome == (exitCode == 0 ? .warned : .error))
    let found = report.steps.filter { $0.kind != "output" }.map {
      "\($0.kind == "check" ? "checks " : "")\($0.name) \($0.status)"
    }
    #expect(found == nodes)
    #expect(report.outputs.map(\.published) == published)
    #expect((test.contents("2.txt") != nil) == published[1])
    #expect(report.messages.contains { $0.hasSuffix("broken at row 5") })
    #expect(report.messages.contains { $0.hasPrefix("output 1 (lines) is not published") } == (exitCode == 0))
    #expect(report.datasets.map(\.name) == ["d"])
  }

  @Test func `an output that breaks leaves the others alone where the run goes on`() async throws {
    for (failOn, exitCode) in [(FailOn.fail, 0), (.warn, 1), (.never, 0)] {
      let test = TestRun()
      let report = try await test.run(
        """
        version: 1
        name: p
        sources: {a: {type: counting}}
        outputs:
        - {type: lines, from: a, path: 1.txt, fails: true, on_failure: continue}
        - {type: lines, from: a, path: 2.txt}
        """
      ) { $0.failOn = failOn }
      #expect(report.exitCode == exitCode)
      #expect(report.outputs.map(\.published) == [false, exitCode == 0])
      #expect(report.messages.contains("output 1 (lines): the disk is gone"))
    }
  }

  static let selected = """
    version: 1
    name: p
    sources:
      a: {type: counting}
      b: {type: counting, tags: [nightly]}
    steps:
      c: {type: pass, from: a, tags: [nightly, small]}
      d: {type: pass, from: c}
      e: {type: concatenate, from: [b, c]}
    checks:
      a: {columns: {id: not_null}}
      e: {columns: {id: {references: {dataset: d, column: id}}}}
    outputs:
    - {type: lines, from: a, path: 1.txt, tags: [raw]}
    - {type: lines, from: c, path: 2.txt}
    - {type: lines, from: d, path: 3.txt}
    - {type: lines, from: e, path: 4.txt}
    """

  static let selections: [(RunSelection, nodes: [String], outputs: [String], datasets: [String])] = [
    (.only(["c"]), ["a", "c"], ["2.txt"], ["a"]),
    (.only(["nightly"]), ["a", "b", "c"], ["2.txt"], ["a"]),
    (.only(["raw", "d"]), ["a", "c", "d"], ["1.txt", "3.txt"], ["a"]),
    (.only(["4.txt"]), ["a", "b", "c", "d", "e"], ["4.txt"], ["a", "e"]),
    (.from("c"), ["a", "b", "c", "d", "e"], ["2.txt", "3.txt", "4.txt"], ["a", "e"]),
    (.from("d"), ["a", "c", "d"], ["3.txt"], ["a"]),
    (.from("b"), ["a", "b", "c", "d", "e"], ["4.txt"], ["a", "e"]),
  ]

  @Test(arguments: selections)
  func `a selection runs and publishes what it names, with what that needs`(
    selection: RunSelection, nodes: [String], outputs: [String], datasets: [String]
  ) async throws {
    let test = TestRun()
    let report = try await test.run(Self.selected) { $0.selection = selection }
    #expect(report.exitCode == 0, "\(report.messages)")
    #expect(Set(report.steps.filter { ["source", "step"].contains($0.kind) }.map(\.name)) == Set(nodes))
    #expect(report.outputs.map(\.target) == outputs)
    #expect(report.outputs.allSatisfy { $0.published })
    for number in 1...4 { #expect((test.contents("\(number).txt") != nil) == outputs.contains("\(number).txt")) }
    #expect(report.datasets.map(\.name) == datasets)
  }

  @Test func `a selection grades nothing that the whole run would not`() async throws {
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      sources:
        a: {type: counting}
        b: {type: counting, rows: 0, on_empty: pass}
      checks: {a: {columns: {id: not_null}}}
      outputs:
      - {type: lines, from: a, path: 1.txt}
      - {type: lines, from: b, path: 2.txt}
      """
    ) { $0.selection = .only(["b"]) }
    #expect(report.exitCode == 0, "\(report.messages)")
    #expect(report.datasets.isEmpty)
    #expect(test.contents("2.txt") == "")
  }

  @Test(arguments: [
    (RunSelection.only(["c", "nigthly"]), "--only: nothing has the name or tag 'nigthly'; did you mean 'nightly'?"),
    (
      .only(["else"]),
      "--only: nothing has the name or tag 'else'; known here: a, b, c, d, e, 1.txt, 2.txt, 3.txt, 4.txt, nightly, small, raw"
    ),
    (
      .from("nightly"), "--from-step: there is no source or step 'nightly'; known here: a, b, c, d, e"
    ),
  ])
  func `a name that nothing has is told, with what was meant`(selection: RunSelection, message: String) throws {
    #expect(selection.fault(in: try TestRun.definition(Self.selected)) == message)
    #expect(RunSelection.only(["small", "2.txt", "a"]).fault(in: try TestRun.definition(Self.selected)) == nil)
  }
}
