internal import AssayHTTP
internal import AssayStore
internal import Synchronization

/// Runs the nodes of a plan as its schedule says: performs the state machine's actions and tells it what happened.
struct RunDriver: Sendable {
  let plan: RunPlan
  let runner: NodeRunner
  let state: RunState
  let context: RunContext

  /// Runs all nodes to their ends. `interruptions` gives an element when the run is to stop.
  func run(interruptions: AsyncStream<Void>) async {
    let (events, feed) = AsyncStream.makeStream(of: RunSchedule.Event.self)
    let watcher = Task {
      for await _ in interruptions { feed.yield(.interrupted) }
    }
    defer { watcher.cancel() }
    var schedule = RunSchedule(plan.graph)
    var tasks: [Int: Task<Void, Never>] = [:]
    perform(schedule.begin(), &tasks, feed)
    if !schedule.isDone {
      for await event in events {
        let actions = schedule.handle(event)
        perform(actions, &tasks, feed)
        if schedule.isDone { break }
      }
    }
    for task in tasks.values { await task.value }
  }

  private func perform(
    _ actions: [RunSchedule.Action], _ tasks: inout [Int: Task<Void, Never>],
    _ feed: AsyncStream<RunSchedule.Event>.Continuation
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
        tasks[id] = Task { feed.yield(await run(node)) }
      case .cancel(let id): tasks[id]?.cancel()
      case .skip(let id):
        let node = plan.graph.nodes[id]
        runner.skip(node)
        state.update(id) { $0.state = .cancelled }
        context.events(.ended(node, .cancelled, message: nil))
      }
    }
  }

  private func run(_ node: RunNode) async -> RunSchedule.Event {
    let (event, ended, message) = await outcome(of: node)
    state.update(node.id) {
      $0.duration = context.clock.length($0.startedAt.map { ContinuousClock.now - $0 } ?? .zero)
      $0.state = ended
      $0.error = message
    }
    context.events(.ended(node, ended, message: message))
    return event
  }

  private func outcome(of node: RunNode) async -> (RunSchedule.Event, RunSchedule.State, String?) {
    do {
      try await runner.run(node)
      return (.finished(node.id), .finished, nil)
    } catch is UpstreamFailure {
      return (.cancelled(node.id), .cancelled, nil)
    } catch {
      // Whatever a task throws once it was told to stop is the stopping's doing.
      guard let error = (error as? NodeFailure)?.cause else { return (.cancelled(node.id), .cancelled, nil) }
      if (error as? HTTPFailure)?.kind == .budget { state.update(node.id) { $0.isOutOfBudget = true } }
      return (.failed(node.id), .failed, context.mask.apply(to: "\(error)"))
    }
  }
}
