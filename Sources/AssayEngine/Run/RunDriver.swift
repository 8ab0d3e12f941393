internal import AssayDefinition
internal import AssayHTTP
internal import AssayStore
internal import Synchronization

/// Runs the nodes of a plan as its schedule says: performs the state machine's actions and tells it what happened.
struct RunDriver: Sendable {
  let plan: RunPlan
  let runner: NodeRunner
  let state: RunState
  let context: RunContext

  /// Something that happened, with what there is to say about it.
  private struct Signal: Sendable {
    var event: RunSchedule.Event
    var message: String?
  }

  /// Runs all nodes to their ends. `interruptions` gives an element when the run is to stop.
  ///
  /// A node that does not stop when it is told to is not waited for without end: see ``withTimeLimit``.
  func run(interruptions: AsyncStream<Void>) async {
    let (signals, feed) = AsyncStream.makeStream(of: Signal.self)
    let watcher = Task {
      for await _ in interruptions { feed.yield(Signal(event: .interrupted)) }
    }
    defer { watcher.cancel() }
    var schedule = RunSchedule(plan.graph)
    var tasks: [Int: Task<Void, Never>] = [:]
    let first = schedule.begin()
    perform(first, schedule, &tasks, feed)
    if !schedule.isDone {
      for await signal in signals {
        let actions = schedule.handle(signal.event)
        if let id = signal.event.node, schedule.states[id].isFinal { settle(id, schedule, signal.message) }
        perform(actions, schedule, &tasks, feed)
        if schedule.isDone { break }
      }
    }
    for task in tasks.values { await task.value }
  }

  private func perform(
    _ actions: [RunSchedule.Action], _ schedule: RunSchedule, _ tasks: inout [Int: Task<Void, Never>],
    _ feed: AsyncStream<Signal>.Continuation
  ) {
    for action in actions {
      switch action {
      case .start(let id):
        let node = plan.graph.nodes[id]
        state.update(id) {
          $0.state = .running
          $0.startedAt = .now
        }
        context.events(.started(node))
        tasks[id] = Task {
          let readers = runner.readers(of: node)
          feed.yield(await run(node, readers))
          // Only now do others learn of its end by their rows: the schedule has to know why they stop.
          runner.close(node, readers)
        }
      case .decide: break
      case .cancel(let id): tasks[id]?.cancel()
      case .skip(let id):
        let node = plan.graph.nodes[id]
        runner.close(node, runner.readers(of: node))
        settle(id, schedule, nil)
      }
    }
  }

  /// Notes a node's end.
  private func settle(_ id: Int, _ schedule: RunSchedule, _ message: String?) {
    let node = plan.graph.nodes[id]
    let ended = schedule.states[id]
    let cause = schedule.causes[id].map { (plan.graph.nodes[$0], schedule.states[$0]) }
    let reason =
      switch (ended, cause) {
      case (.skipped, (let root, let state)?): "\(Self.name(root)) \(state == .failed ? "failed" : "was skipped")"
      case (.skipped, nil): "nothing reads its rows any more"
      default: message
      }
    state.update(id) {
      $0.duration = context.clock.length($0.startedAt.map { ContinuousClock.now - $0 } ?? .zero)
      $0.state = ended
      $0.error = reason
      $0.lacksFailed = ended == .skipped && cause?.1 == .failed
    }
    context.events(.ended(node, ended, message: reason))
  }

  private static func name(_ node: RunNode) -> String {
    node.kind == .output ? "output \(node.name)" : "'\(node.name)'"
  }

  private func run(_ node: RunNode, _ readers: [DatasetReader?]) async -> Signal {
    do {
      try await withTimeLimit(plan.settings(of: node).timeout, patience: context.patience) {
        try await runner.run(node, readers)
      }
      return Signal(event: .finished(node.id))
    } catch is UpstreamFailure {
      return Signal(event: .cancelled(node.id))
    } catch let failure as GivenUp {
      let message = "it \(failure)"
      if failure.limit != nil { return Signal(event: .failed(node.id), message: message) }
      state.counters(node.id).warn(message)
      return Signal(event: .cancelled(node.id))
    } catch {
      // Whatever a task throws once it was told to stop is the stopping's doing.
      guard let error = (error as? NodeFailure)?.cause else { return Signal(event: .cancelled(node.id)) }
      if (error as? HTTPFailure)?.kind == .budget { state.update(node.id) { $0.isOutOfBudget = true } }
      return Signal(event: .failed(node.id), message: context.mask.apply(to: "\(error)"))
    }
  }
}

extension RunSchedule.Event {
  /// The node that it happened to; nil for what happens to the whole run.
  fileprivate var node: Int? {
    switch self {
    case .finished(let id), .failed(let id), .cancelled(let id), .decided(let id, _): id
    case .interrupted: nil
    }
  }
}
