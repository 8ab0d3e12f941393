internal import AssayHTTP
internal import AssayStore

/// Hands staged rows to others at the end of a run, one output after the other.
struct DeliveryRun: Sendable {
  /// An output whose rows are to be delivered.
  struct Item: Sendable {
    var node: RunNode
    /// The output's place in the file, from 1.
    var number: Int
    var delivery: any Delivery
    /// The longest time that delivering takes; nil for any.
    var timeout: Duration?
  }

  let state: RunState
  let context: RunContext
  let book: SentBook

  /// Delivers until all is done, something breaks, or the task is cancelled; what came of it is in the run's state.
  func run(_ items: [Item]) async {
    for item in items {
      await run(item)
      let state = state.snapshot[item.node.id].state
      if state == .finished || state == .failed && item.node.toleratesFailure { continue }
      return
    }
  }

  private func run(_ item: Item) async {
    let id = item.node.id
    let start = ContinuousClock.now
    state.update(id) { node in
      // Staging and delivering are one work of the output: it goes on where it stopped.
      node.startedAt = start - node.duration
      node.state = .running
    }
    context.events(.started(item.node))
    let progress = DeliveryProgress()
    let node = NodeContext(name: "output-\(item.number)", run: context, counters: state.counters(id))
    let ended: RunSchedule.State
    var message: String?
    do {
      let delivery = DeliveryContext(node: node, number: item.number, book: book, progress: progress)
      try await withTimeLimit(item.timeout, patience: context.patience) {
        try await item.delivery.deliver(delivery)
      }
      ended = .finished
    } catch {
      if let late = error as? GivenUp, late.limit != nil {
        ended = .failed
        message = "it \(late)"
      } else if Task.isCancelled || error is CancellationError {
        ended = .cancelled
      } else {
        ended = .failed
        if (error as? HTTPFailure)?.kind == .budget { state.update(id) { $0.isOutOfBudget = true } }
        message = context.mask.apply(to: "\(error)")
      }
    }
    state.note { $0.deliveries[id] = progress.values }
    let (outcome, reason) = (ended, message)
    state.update(id) { node in
      node.duration += context.clock.length(ContinuousClock.now - start)
      node.state = outcome
      node.error = reason
    }
    context.events(.ended(item.node, outcome, message: reason))
  }
}
