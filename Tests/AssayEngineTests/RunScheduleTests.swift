import AssayEngine
import AssayTestSupport
import Testing

@Suite struct RunScheduleTests {
  /// A graph of any shape that a pipeline could have, and some that none has.
  static func randomGraph(_ random: inout SeededRandom) -> RunGraph {
    var graph = RunGraph()
    for id in 0..<(1 + random.next(below: 14)) {
      var streams: [Int] = []
      var completes: [Int] = []
      var awaits: [Int] = []
      let isConditional = random.next(below: 4) == 0
      for input in 0..<id where random.next(below: id + 1) < 2 {
        switch random.next(below: 4) {
        case 0: completes.append(input)
        case 1 where isConditional: awaits.append(input)
        default: streams.append(input)
        }
      }
      graph.add(
        id % 5 == 0 ? .source : .step, "n\(id)", streams: streams, completes: completes, awaits: awaits,
        isConditional: isConditional, toleratesFailure: random.next(below: 2) == 0)
    }
    return graph
  }

  /// Nodes that wait for a node, directly or not.
  static func dependents(of id: Int, in graph: RunGraph) -> Set<Int> {
    var found: Set<Int> = []
    for node in graph.nodes where (node.streams + node.completes).contains(where: { $0 == id || found.contains($0) }) {
      found.insert(node.id)
    }
    return found
  }

  /// A run in which nodes end in random order and in random ways, as tasks do that are told to stop, that lose what they
  /// read, or that nobody reads any more.
  struct Simulation {
    let graph: RunGraph
    var schedule: RunSchedule
    var started: [Int] = []
    var running: Set<Int> = []
    var deciding: Set<Int> = []
    var decided: [Int: Bool] = [:]
    var told: Set<Int> = []
    var skipped: Set<Int> = []
    var ends: [Int: RunSchedule.State] = [:]
    var isInterrupted = false

    init(_ graph: RunGraph) {
      self.graph = graph
      schedule = RunSchedule(graph)
      perform(schedule.begin())
    }

    mutating func perform(_ actions: [RunSchedule.Action]) {
      for action in actions {
        switch action {
        case .start(let id):
          let node = graph.nodes[id]
          #expect(!started.contains(id) && !skipped.contains(id), "a node starts once")
          #expect(!isInterrupted, "nothing starts once the run is to stop")
          #expect(node.completes.allSatisfy { ends[$0] == .finished })
          #expect(node.streams.allSatisfy { running.contains($0) || ends[$0] == .finished })
          #expect(!node.isConditional || decided[id] == true, "a condition comes first")
          started.append(id)
          running.insert(id)
        case .decide(let id):
          let node = graph.nodes[id]
          #expect(node.isConditional && decided[id] == nil && !started.contains(id) && !skipped.contains(id))
          #expect(!isInterrupted, "nothing is asked once the run is to stop")
          #expect(node.awaits.allSatisfy { [.finished, .failed, .skipped].contains(schedule.states[$0]) })
          #expect(deciding.insert(id).inserted, "a condition is asked once")
        case .cancel(let id):
          #expect(running.contains(id), "only what runs is stopped")
          #expect(told.insert(id).inserted, "a node is told once")
        case .skip(let id):
          #expect(!started.contains(id) && skipped.insert(id).inserted)
          deciding.remove(id)
        }
      }
    }

    /// Lets one running node end, or one condition speak.
    mutating func step(_ random: inout SeededRandom, failing: Int) {
      let open = running.sorted() + deciding.sorted()
      let id = open[random.next(below: open.count)]
      if deciding.contains(id) {
        let isBroken = random.next(below: 100) < failing
        return end(isBroken ? .failed(id) : .decided(id, runs: random.next(below: 3) > 0))
      }
      let node = graph.nodes[id]
      let inputsEnded = node.streams.allSatisfy { ends[$0] == .finished }
      let isUnread = !graph.readers[id].isEmpty && graph.readers[id].allSatisfy { schedule.states[$0].isFinal }
      if random.next(below: 100) < failing {
        end(.failed(id))
      } else if told.contains(id) {
        end(random.next(below: 4) > 0 || !inputsEnded ? .cancelled(id) : .finished(id))
      } else if isUnread, random.next(below: 2) == 0 {
        end(.cancelled(id))
      } else if inputsEnded {
        end(.finished(id))
      }
    }

    mutating func end(_ event: RunSchedule.Event) {
      let actions = schedule.handle(event)
      switch event {
      case .finished(let id), .failed(let id), .cancelled(let id):
        running.remove(id)
        deciding.remove(id)
        ends[id] = schedule.states[id]
        #expect(schedule.states[id].isFinal)
        if case .finished = event { #expect(ends[id] == .finished) }
        if case .failed = event { #expect(ends[id] == .failed) }
        if case .cancelled = event { #expect(ends[id] == .cancelled || ends[id] == .skipped) }
      case .decided(let id, let runs):
        deciding.remove(id)
        decided[id] = runs
        if !runs { #expect(schedule.states[id] == .skipped) }
      case .interrupted: isInterrupted = true
      }
      perform(actions)
    }
  }

  @Test func `thousands of runs of random graphs keep the rules of the schedule`() {
    var random = SeededRandom(seed: 2024)
    var seen: Set<RunSchedule.State> = []
    for round in 0..<6000 {
      var run = Simulation(Self.randomGraph(&random))
      let failing = [0, 3, 20][round % 3]
      let interruptAt = round % 5 == 0 ? random.next(below: 20) : -1
      var steps = 0
      while !run.running.isEmpty || !run.deciding.isEmpty, steps < 4000 {
        if steps == interruptAt { run.end(.interrupted) }
        if run.running.isEmpty, run.deciding.isEmpty { break }
        run.step(&random, failing: failing)
        steps += 1
        // Events of nodes that have ended, or never started, change nothing.
        let before = run.schedule.states
        for id in run.graph.nodes.indices where !run.running.contains(id) && !run.deciding.contains(id) {
          let late: [RunSchedule.Event] = [
            .finished(id), .failed(id), .cancelled(id), .decided(id, runs: true), .decided(id, runs: false),
          ]
          #expect(run.schedule.handle(late[random.next(below: late.count)]).isEmpty)
        }
        #expect(run.schedule.states == before)
      }
      #expect(run.schedule.isDone, "round \(round): \(run.schedule.states)")
      #expect(run.schedule.states.allSatisfy { $0.isFinal })
      seen.formUnion(run.schedule.states)
      check(run)
      if failing == 0, interruptAt < 0 {
        #expect(run.schedule.states.allSatisfy { $0 == .finished || $0 == .skipped })
      }
    }
    #expect(seen == [.finished, .failed, .cancelled, .skipped])
  }

  /// What must hold of a run that has ended.
  private func check(_ run: Simulation) {
    let states = run.schedule.states
    let breaks = run.isInterrupted || run.graph.nodes.contains { states[$0.id] == .failed && !$0.toleratesFailure }
    for node in run.graph.nodes {
      let state = states[node.id]
      #expect(
        run.skipped.contains(node.id) || run.started.contains(node.id) || run.decided[node.id] != nil
          || state == .failed)
      if let end = run.ends[node.id] { #expect(state == end) }
      // Nothing is cancelled but for a run that breaks.
      if state == .cancelled { #expect(breaks) }
      if let cause = run.schedule.causes[node.id] {
        #expect(Self.dependents(of: cause, in: run.graph).contains(node.id))
        #expect(states[cause] == .skipped || states[cause] == .failed && run.graph.nodes[cause].toleratesFailure)
      }
      if state == .finished { continue }
      for dependent in Self.dependents(of: node.id, in: run.graph) {
        // A node that had its end before it was told is left at that.
        #expect(states[dependent] != .finished || run.started.contains(dependent))
        #expect(!run.running.contains(dependent))
      }
    }
  }

  @Test func `what waits for a failed node is cancelled, and the rest goes on`() {
    var graph = RunGraph()
    let bad = graph.add(.source, "bad")
    let good = graph.add(.source, "good")
    let kept = graph.add(.keeper, "bad", streams: [bad])
    let query = graph.add(.step, "query", completes: [kept])
    let out = graph.add(.output, "1", streams: [query])
    let other = graph.add(.output, "2", streams: [good])
    var schedule = RunSchedule(graph)
    #expect(schedule.begin() == [.start(bad), .start(good), .start(kept), .start(other)])
    #expect(schedule.handle(.failed(bad)) == [.cancel(kept), .skip(query), .skip(out)])
    #expect(schedule.handle(.cancelled(kept)) == [])
    #expect(schedule.handle(.finished(good)) == [])
    #expect(!schedule.isDone)
    #expect(schedule.handle(.finished(other)) == [])
    #expect(schedule.isDone)
    #expect(schedule.states == [.failed, .finished, .cancelled, .cancelled, .cancelled, .finished])
  }

  @Test func `a failure that the run outlives skips what needs the node, and conditions learn of it`() {
    var graph = RunGraph()
    let bad = graph.add(.source, "bad", toleratesFailure: true)
    let good = graph.add(.source, "good")
    let kept = graph.add(.keeper, "bad", streams: [bad])
    let query = graph.add(.step, "query", completes: [kept])
    let asks = graph.add(.step, "asks", completes: [good], awaits: [query, good], isConditional: true)
    let out = graph.add(.output, "1", streams: [asks])
    var schedule = RunSchedule(graph)
    #expect(schedule.begin() == [.start(bad), .start(good), .start(kept)])
    #expect(schedule.handle(.failed(bad)) == [.cancel(kept), .skip(query)])
    #expect(schedule.handle(.cancelled(kept)) == [])
    #expect(schedule.handle(.finished(good)) == [.decide(asks)])
    #expect(schedule.handle(.decided(asks, runs: true)) == [.start(asks), .start(out)])
    #expect(schedule.handle(.finished(asks)) == [] && schedule.handle(.finished(out)) == [])
    #expect(schedule.isDone)
    #expect(schedule.states == [.failed, .finished, .skipped, .skipped, .finished, .finished])
    #expect(schedule.causes == [nil, nil, bad, bad, nil, nil])
  }

  @Test func `a condition that does not hold skips its node and what needs it, whatever breaks later`() {
    var graph = RunGraph()
    let source = graph.add(.source, "s")
    let kept = graph.add(.keeper, "s", streams: [source])
    let asks = graph.add(.step, "asks", completes: [kept], isConditional: true)
    let out = graph.add(.output, "1", streams: [asks])
    var schedule = RunSchedule(graph)
    #expect(schedule.begin() == [.start(source), .start(kept), .decide(asks)])
    #expect(schedule.handle(.decided(asks, runs: false)) == [.skip(asks), .skip(out)])
    #expect(schedule.handle(.decided(asks, runs: true)) == [])
    #expect(schedule.handle(.failed(source)) == [.cancel(kept)])
    #expect(schedule.handle(.cancelled(kept)) == [])
    #expect(schedule.states == [.failed, .cancelled, .skipped, .skipped])
  }

  @Test func `a node that nobody reads any more is skipped where what read it may fail, and cancelled where not`() {
    for tolerates in [true, false] {
      var graph = RunGraph()
      let source = graph.add(.source, "s")
      let step = graph.add(.step, "t", streams: [source], toleratesFailure: tolerates)
      var schedule = RunSchedule(graph)
      #expect(schedule.begin() == [.start(source), .start(step)])
      #expect(schedule.handle(.failed(step)) == [])
      #expect(schedule.handle(.cancelled(source)) == [])
      #expect(schedule.states == [tolerates ? .skipped : .cancelled, .failed])
    }
  }

  @Test func `an interrupted run starts nothing more, even if a node still finishes`() {
    var graph = RunGraph()
    let source = graph.add(.source, "s")
    let kept = graph.add(.keeper, "s", streams: [source])
    let query = graph.add(.step, "q", completes: [kept])
    var schedule = RunSchedule(graph)
    _ = schedule.begin()
    #expect(schedule.handle(.interrupted) == [.cancel(source), .cancel(kept), .skip(query)])
    #expect(schedule.handle(.finished(source)) == [])
    #expect(schedule.handle(.finished(kept)) == [])
    #expect(schedule.states == [.finished, .finished, .cancelled])
    #expect(schedule.handle(.interrupted) == [])
  }

  @Test(.timeLimit(.minutes(1)))
  func `a chain of ten thousand nodes is scheduled, finished and failed without delay`() {
    var graph = RunGraph()
    var last = graph.add(.source, "n0")
    for id in 1..<10_000 {
      last =
        id % 2 == 0
        ? graph.add(.step, "n\(id)", streams: [last]) : graph.add(.step, "n\(id)", completes: [last])
    }
    var schedule = RunSchedule(graph)
    var open = schedule.begin()
    var starts = 0
    while let action = open.popLast() {
      guard case .start(let id) = action else { continue }
      starts += 1
      open += schedule.handle(.finished(id))
    }
    #expect(starts == 10_000)
    #expect(schedule.isDone)
    var failing = RunSchedule(graph)
    _ = failing.begin()
    #expect(failing.handle(.failed(0)).count == 9999)
    #expect(failing.isDone)
  }
}
