internal import AssayColumns
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
  let store: Store?

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
        if let id = signal.event.ended, schedule.states[id].isFinal { settle(id, schedule, signal.message) }
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
        tasks[id] = Task {
          let readers = runner.readers(of: node)
          feed.yield(await run(node, readers))
          // Only now do others learn of its end by their rows: the schedule has to know why they stop.
          runner.close(node, readers)
        }
      case .decide(let id):
        let node = plan.graph.nodes[id]
        tasks[id] = Task {
          let signal = await decide(node)
          feed.yield(signal)
          if case .failed = signal.event { runner.close(node, runner.readers(of: node)) }
        }
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
      case (.skipped, nil) where node.isConditional && state.snapshot[id].startedAt == nil:
        "its condition does not hold"
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

  /// Asks a node's condition about what came of other nodes.
  private func decide(_ node: RunNode) async -> Signal {
    guard let condition = plan.settings(of: node).condition else {
      return Signal(event: .decided(node.id, runs: true))
    }
    let definition = plan.definition
    let params = definition.params.map { param in
      (name: param.name, value: conform(.text(param.value), to: definition.paramTypes[param.name] ?? .text) ?? .null)
    }
    let nodes = state.snapshot.filter { [.source, .step].contains($0.node.kind) }.map {
      (name: $0.node.name, state: $0)
    }
    do {
      let date = dateText(day: context.clock.day)
      let runs = try await context.workers.run { try condition.holds(params: params, date: date, nodes: nodes) }
      return Signal(event: .decided(node.id, runs: runs))
    } catch {
      return Signal(event: .failed(node.id), message: context.mask.apply(to: "its condition cannot be asked: \(error)"))
    }
  }

  /// Runs a node to its end, in as many attempts as it has, while it holds what it uses.
  private func run(_ node: RunNode, _ readers: [DatasetReader?]) async -> Signal {
    let settings = plan.settings(of: node)
    let claim = claim(of: node, settings)
    do {
      if let claim { try await acquire(claim, node) }
    } catch {
      await release(claim)
      if error is CancellationError { return Signal(event: .cancelled(node.id)) }
      return Signal(event: .failed(node.id), message: context.mask.apply(to: "\(error)"))
    }
    state.update(node.id) {
      $0.state = .running
      $0.startedAt = .now
    }
    context.events(.started(node))
    let (signal, rows) = await attempts(node, readers, settings)
    await release(claim)
    guard let rows, case .finished = signal.event else { return signal }
    do {
      try await runner.handOn(rows, of: node)
      return signal
    } catch {
      let isStopped = Task.isCancelled || error is CancellationError
      return isStopped
        ? Signal(event: .cancelled(node.id))
        : Signal(event: .failed(node.id), message: context.mask.apply(to: "\(error)"))
    }
  }

  private func attempts(
    _ node: RunNode, _ readers: [DatasetReader?], _ settings: NodeSettings
  ) async -> (Signal, KeptDataset?) {
    var number = 1
    while true {
      let (signal, rows, isFinal) = await attempt(node, readers, settings)
      guard !isFinal, let retry = settings.retry, number < retry.maxAttempts else { return (signal, rows) }
      let pause = retry.pause(after: number)
      state.counters(node.id).restart(
        "attempt \(number) of \(retry.maxAttempts) broke: \(signal.message ?? "unknown"); tried again after \(pause.text)"
      )
      try? await Task.sleep(for: pause)
      if Task.isCancelled { return (Signal(event: .cancelled(node.id)), nil) }
      number += 1
    }
  }

  /// - Returns: `isFinal` unless another attempt may do better: not for what ended, was stopped, is left behind, or would
  ///   have to be paid for.
  private func attempt(
    _ node: RunNode, _ readers: [DatasetReader?], _ settings: NodeSettings
  ) async -> (Signal, KeptDataset?, isFinal: Bool) {
    do {
      let rows = try await withTimeLimit(settings.timeout, patience: context.patience) {
        try await runner.run(node, readers)
      }
      return (Signal(event: .finished(node.id)), rows, true)
    } catch is UpstreamFailure {
      return (Signal(event: .cancelled(node.id)), nil, true)
    } catch let failure as GivenUp {
      let message = "it \(failure)"
      if failure.limit != nil {
        return (Signal(event: .failed(node.id), message: message), nil, failure.isLeftBehind || Task.isCancelled)
      }
      state.counters(node.id).warn(message)
      return (Signal(event: .cancelled(node.id)), nil, true)
    } catch {
      // Whatever a task throws once it was told to stop is the stopping's doing.
      guard let error = (error as? NodeFailure)?.cause else { return (Signal(event: .cancelled(node.id)), nil, true) }
      let isOutOfBudget = (error as? HTTPFailure)?.kind == .budget
      if isOutOfBudget { state.update(node.id) { $0.isOutOfBudget = true } }
      let message = context.mask.apply(to: "\(error)")
      return (Signal(event: .failed(node.id), message: message), nil, isOutOfBudget)
    }
  }

  private func claim(of node: RunNode, _ settings: NodeSettings) -> ResourceClaim? {
    let uses = settings.uses.items.compactMap { use in
      plan.definition.resources[use.name].map { ResourceClaim.Use(use.name, amount: use.value, limit: $0) }
    }
    if uses.isEmpty { return nil }
    return ResourceClaim(run: context.runID, node: "\(node.kind.rawValue) \(node.name)", uses: uses)
  }

  /// Waits until a claim holds.
  private func acquire(_ claim: ResourceClaim, _ node: RunNode) async throws {
    guard let store else { return }
    var pause = Duration.milliseconds(50)
    var isTold = false
    while true {
      try Task.checkCancellation()
      // In a task of its own: a write is taken back when its task is cancelled, and then is no failure of the store.
      if try await Task(operation: { try await store.acquire(claim) }).value { return }
      if !isTold { context.events(.waiting(node, resources: claim.uses.map(\.resource))) }
      isTold = true
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(1))
    }
  }

  private func release(_ claim: ResourceClaim?) async {
    guard let store, let claim else { return }
    // Also for a task that was cancelled. A run that ends gives back what could not be given back here.
    await Task { try? await store.release(run: claim.run, node: claim.node) }.value
  }
}

extension RunSchedule.Event {
  /// The node that has come to its end; nil for what is no end.
  fileprivate var ended: Int? {
    switch self {
    case .finished(let id), .failed(let id), .cancelled(let id): id
    case .decided, .interrupted: nil
    }
  }
}
