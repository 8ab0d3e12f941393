import AssayEngine
import AssayTestSupport
import Testing

@Suite(.serialized) struct RandomPipelineTests {
  /// A random pipeline, and the ids that each dataset must have.
  struct Plan {
    var text = "version: 1\nname: random\nsources:\n"
    var ids: [(name: String, ids: [Int])] = []
    var outputs: [Int] = []

    /// Keys of a node that waits or may be tried again; nothing for most.
    private static func held(_ random: inout SeededRandom, _ isHeld: Bool, output: Bool = false) -> String {
      guard isHeld else { return "" }
      switch random.next(below: 6) {
      case 0 where !output: return ", retry: {max_attempts: 2}"
      case 1: return ", when: \"s0.rows > 0\""
      case 2: return ", when: \"1\", uses: {r: 1}"
      case 3: return ", uses: {r: 2}"
      default: return ""
      }
    }

    /// - Parameter holding: Whether some nodes wait for others, or may be tried again.
    init(_ random: inout SeededRandom, failing: Bool = false, holding: Bool = false) {
      if holding { text = text.replacing("sources:", with: "resources: {r: 2}\nsources:") }
      let sources = 1 + random.next(below: 3)
      let bad = failing ? random.next(below: sources) : -1
      for index in 0..<sources {
        let rows = 1 + random.next(below: 60)
        let fails = index == bad ? ", fails_at: \(random.next(below: rows))" : ""
        text +=
          "  s\(index): {type: counting, rows: \(rows), batch: \(1 + random.next(below: 4)), pauses: \(random.next(below: 6))\(fails)}\n"
        ids.append(("s\(index)", Array(0..<rows)))
      }
      text += "steps:\n"
      for index in 0..<(1 + random.next(below: 9)) {
        let input = ids[random.next(below: ids.count)]
        switch random.next(below: 4) {
        case 0:
          let others = (0..<(1 + random.next(below: 3))).map { _ in ids[random.next(below: ids.count)] }
          text +=
            "  t\(index): {type: concatenate, from: [\(([input] + others).map(\.name).joined(separator: ", "))]\(Self.held(&random, holding))}\n"
          ids.append(("t\(index)", ([input] + others).flatMap(\.ids)))
        case 1:
          // Some look-ups take what another has added, and some nothing of it.
          let number = random.next(below: 3) == 0 ? "{id}{c\(random.next(below: max(1, index)))?}" : "{id}"
          let width = [1, 1, 3, 50][random.next(below: 4)]
          text +=
            "  t\(index): {type: square, from: \(input.name), number: \"\(number)\", column: c\(index), per_request: \(width)\(Self.held(&random, holding))}\n"
          ids.append(("t\(index)", input.ids))
        default:
          text += "  t\(index): {type: pass, from: \(input.name)\(Self.held(&random, holding))}\n"
          ids.append(("t\(index)", input.ids))
        }
        if ids.last.map({ $0.ids.count > 2000 }) == true { break }
      }
      text += "checks:\n"
      for dataset in ids where random.next(below: 3) == 0 {
        text += "  \(dataset.name): {columns: {id: not_null}}\n"
      }
      text += "outputs:\n"
      // Every dataset that nothing else uses, and some of the others, twice at times.
      for (place, dataset) in ids.enumerated()
      where random.next(below: 2) == 0 || place == ids.count - 1 || place == bad {
        for _ in 0...random.next(below: 2) {
          outputs.append(place)
          text +=
            "- {type: lines, from: \(dataset.name), path: \(outputs.count).txt, pauses: \([0, 0, 3, 40][random.next(below: 4)])\(Self.held(&random, holding, output: true))}\n"
        }
      }
    }
  }

  @Test(.timeLimit(.minutes(2)), arguments: 0..<80)
  func `a pipeline of any shape ends, and each output has all rows in order`(seed: Int) async throws {
    var random = SeededRandom(seed: UInt64(seed) &* 7919 + 1)
    let plan = Plan(&random, holding: seed >= 40)
    let test = TestRun()
    let report = try await test.run(plan.text)
    #expect(report.exitCode == 0, "\(report.messages)\n\(plan.text)")
    for (number, place) in plan.outputs.enumerated() {
      let lines = test.contents("\(number + 1).txt")?.split(separator: "\n").compactMap { Int($0) }
      #expect(lines == plan.ids[place].ids, "output \(number + 1) of\n\(plan.text)")
    }
    #expect(report.outputs.allSatisfy { $0.published })
    for dataset in report.datasets {
      #expect(dataset.rows == plan.ids.first { $0.name == dataset.name }?.ids.count)
    }
  }

  @Test(.timeLimit(.minutes(2)), arguments: 0..<25)
  func `a pipeline of any shape in which a source breaks ends, and publishes nothing`(seed: Int) async throws {
    var random = SeededRandom(seed: UInt64(seed) &* 104_729 + 5)
    let plan = Plan(&random, failing: true)
    let test = TestRun()
    let report = try await test.run(plan.text)
    #expect(report.exitCode == 3, "\(plan.text)")
    #expect(report.outputs.allSatisfy { !$0.published })
    for number in plan.outputs.indices { #expect(test.contents("\(number + 1).txt") == nil) }
    #expect(report.steps.allSatisfy { ["finished", "failed", "cancelled"].contains($0.status) })
    #expect(report.steps.count { $0.status == "failed" } == 1)
    #expect(report.messages.count { $0.contains("broken at row") } == 1)
  }

  @Test(.timeLimit(.minutes(2)), arguments: 0..<25)
  func `a pipeline of any shape that is interrupted at any moment ends`(seed: Int) async throws {
    var random = SeededRandom(seed: UInt64(seed) &* 15_485_863 + 9)
    let plan = Plan(&random)
    let test = TestRun()
    let run = try test.pipeline(plan.text)
    let running = Task { await run.run() }
    await someTurns(seed * 12)
    run.interrupt()
    let report = await running.value
    // An interruption that comes after the last node's end comes too late.
    let isLate = report.exitCode == 0
    #expect(isLate || report.exitCode == 130)
    #expect(report.outcome == (isLate ? .passed : .interrupted))
    #expect(report.outputs.allSatisfy { $0.published == isLate })
    for number in plan.outputs.indices { #expect((test.contents("\(number + 1).txt") != nil) == isLate) }
  }

  @Test(.timeLimit(.minutes(1)))
  func `an output that breaks stops its source only where nobody else reads it`() async throws {
    let test = TestRun()
    let report = try await test.run(
      """
      version: 1
      name: p
      sources:
        a: {type: counting, rows: 200, batch: 1}
        b: {type: counting, rows: 200, batch: 1}
      outputs:
      - {type: lines, from: a, path: 1.txt, fails: true}
      - {type: lines, from: b, path: 2.txt}
      - {type: lines, from: b, path: 3.txt, fails: true}
      """)
    #expect(report.exitCode == 3)
    #expect(report.messages.count { $0.hasSuffix("the disk is gone") } == 2)
    #expect(report.steps.first { $0.name == "b" }?.status == "finished")
    #expect(report.steps.first { $0.name == "b" }?.counters.rowsOut == 200)
    #expect(report.outputs.map(\.published) == [false, false, false])
  }
}
