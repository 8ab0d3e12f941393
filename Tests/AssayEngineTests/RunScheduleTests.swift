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
      for input in 0..<id where random.next(below: id + 1) < 2 {
        if random.next(below: 3) == 0 { completes.append(input) } else { streams.append(input) }
      }
      graph.add(id % 5 == 0 ? .source : .step, "n\(id)", streams: streams, completes: completes)
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

  /// A run in which nodes end in random order and in random ways, as tasks do that are told to stop.
  struct Simulation {
    let graph: RunGraph
    var schedule: RunSchedule
    var started: [Int] = []
    var running: Set<Int> = []
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
          started.append(id)
          running.insert(id)
        case .cancel(let id):
          #expect(running.contains(id), "only what runs is stopped")
          told.insert(id)
        case .skip(let id):
          #expect(!started.contains(id) && skipped.insert(id).inserted)
        }
      }
    }

    /// Lets one running node end.
    mutating func step(_ random: inout SeededRandom, failing: Int) {
      let id = running.sorted()[random.next(below: running.count)]
      let node = graph.nodes[id]
      let inputsEnded = node.streams.allSatisfy { ends[$0] == .finished }
      let event: RunSchedule.Event
      if random.next(below: 100) < failing {
        event = .failed(id)
      } else if told.contains(id) {
        event = random.next(below: 4) > 0 || !inputsEnded ? .cancelled(id) : .finished(id)
      } else if inputsEnded {
        event = .finished(id)
      } else {
        return
      }
      end(event)
    }

    mutating func end(_ event: RunSchedule.Event) {
      switch event {
      case .finished(let id): (ends[id], _) = (.finished, running.remove(id))
      case .failed(let id): (ends[id], _) = (.failed, running.remove(id))
      case .cancelled(let id): (ends[id], _) = (.cancelled, running.remove(id))
      case .interrupted: isInterrupted = true
      }
      perform(schedule.handle(event))
    }
  }

  @Test func `thousands of runs of random graphs keep the rules of the schedule`() {
    var random = SeededRandom(seed: 2024)
    for round in 0..<4000 {
      var run = Simulation(Self.randomGraph(&random))
      let failing = [0, 3, 20][round % 3]
      let interruptAt = round % 5 == 0 ? random.next(below: 20) : -1
      var steps = 0
      while !run.running.isEmpty, steps < 2000 {
        if steps == interruptAt { run.end(.interrupted) }
        run.step(&random, failing: failing)
        steps += 1
        // Events of nodes that have ended, or never started, change nothing.
        let before = run.schedule.states
        for id in run.graph.nodes.indices where !run.running.contains(id) {
          #expect(run.schedule.handle([.finished(id), .failed(id), .cancelled(id)][random.next(below: 3)]).isEmpty)
        }
        #expect(run.schedule.states == before)
      }
      #expect(run.schedule.isDone, "round \(round): \(run.schedule.states)")
      for node in run.graph.nodes {
        #expect(run.schedule.states[node.id] == run.ends[node.id] ?? .cancelled)
        #expect(run.skipped.contains(node.id) == !run.started.contains(node.id))
        guard run.ends[node.id] == .failed || run.schedule.states[node.id] == .cancelled else { continue }
        for dependent in Self.dependents(of: node.id, in: run.graph) {
          let state = run.schedule.states[dependent]
          // A node that had its end before it was told is left at that.
          #expect(state == .cancelled || state == .failed || run.started.contains(dependent))
          #expect(!run.running.contains(dependent))
        }
      }
      if failing == 0, interruptAt < 0 { #expect(run.schedule.states.allSatisfy { $0 == .finished }) }
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
