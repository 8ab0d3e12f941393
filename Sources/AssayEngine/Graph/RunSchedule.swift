/// Decides when the nodes of a run start and which are stopped: a pure state machine over lifecycle events, without
/// clock, task or queue.
///
/// A node whose failure the run outlives takes what needs it along: those nodes are skipped, and count as neither failed
/// nor cancelled. A node with a condition is decided once all that the condition asks about has come to its end.
package struct RunSchedule: Sendable {
  package enum State: String, Sendable, Codable, CaseIterable {
    case waiting, running, finished, failed, cancelled
    /// It did not run, or not to its end, and the run is none the worse for it.
    case skipped

    package var isFinal: Bool { self != .waiting && self != .running }
  }

  package enum Event: Sendable, Hashable {
    case finished(Int)
    /// A node broke; one that waits may break in its decision.
    case failed(Int)
    /// A node stopped before its end: it was told to, what it reads failed, or nobody reads it any more.
    case cancelled(Int)
    /// What a condition said: whether its node runs.
    case decided(Int, runs: Bool)
    /// The whole run is to stop.
    case interrupted
  }

  package enum Action: Sendable, Hashable {
    case start(Int)
    /// Ask the node's condition; a `decided` or a `failed` follows.
    case decide(Int)
    /// Stop a node that is running; a `cancelled` (or a late `finished` or `failed`) follows.
    case cancel(Int)
    /// A node that will never start: its readers leave their logs.
    case skip(Int)
  }

  /// Why a running node was told to stop.
  private enum Notice { case none, skip, cancel }

  package private(set) var states: [State]
  /// For each node that was skipped, the one whose failure or condition is why; nil for that one itself, and for a node
  /// whose rows nobody reads any more.
  package private(set) var causes: [Int?]
  private let nodes: [RunNode]
  /// For each node, those that need it, and those whose conditions only ask about it.
  private let dependents: [[Int]]
  private let askers: [[Int]]
  private let readers: [[Int]]
  private var notices: [Notice]
  /// Nodes whose conditions have been asked, and those that may run.
  private var asked: [Bool]
  private var isAllowed: [Bool]
  private var wasInterrupted = false
  /// Nodes that have not come to their end.
  private var openCount: Int

  package init(_ graph: RunGraph) {
    nodes = graph.nodes
    let count = graph.nodes.count
    states = [State](repeating: .waiting, count: count)
    causes = [Int?](repeating: nil, count: count)
    notices = [Notice](repeating: .none, count: count)
    asked = [Bool](repeating: false, count: count)
    isAllowed = graph.nodes.map { !$0.isConditional }
    var dependents = [[Int]](repeating: [], count: count)
    var askers = [[Int]](repeating: [], count: count)
    for node in graph.nodes {
      for input in Set(node.streams + node.completes) { dependents[input].append(node.id) }
      for input in Set(node.awaits) { askers[input].append(node.id) }
    }
    self.dependents = dependents
    self.askers = askers
    readers = graph.readers
    openCount = count
  }

  /// Whether every node has come to its end.
  package var isDone: Bool { openCount == 0 }

  /// The first actions of the run. O(nodes + edges).
  package mutating func begin() -> [Action] { start(nodes.map(\.id)) + ask(nodes.map(\.id)) }

  /// What is to be done after an event. Events of nodes that do not wait for them change nothing. O(what it touches).
  package mutating func handle(_ event: Event) -> [Action] {
    switch event {
    case .finished(let id):
      guard states[id] == .running else { return [] }
      end(id, .finished)
      return wasInterrupted ? [] : start(dependents[id]) + ask(askers[id])
    case .failed(let id):
      guard states[id] == .running || isBeingDecided(id) else { return [] }
      end(id, .failed)
      return nodes[id].toleratesFailure && !wasInterrupted ? skipDependents(of: id) : stopDependents(of: id)
    case .cancelled(let id):
      guard states[id] == .running else { return [] }
      let isSkipped = !wasInterrupted && (notices[id] == .skip || notices[id] == .none && isUnwanted(id))
      end(id, isSkipped ? .skipped : .cancelled)
      return isSkipped ? skipDependents(of: id) : stopDependents(of: id)
    case .decided(let id, let runs):
      guard isBeingDecided(id) else { return [] }
      isAllowed[id] = runs
      if runs { return start([id]) }
      end(id, .skipped)
      return [.skip(id)] + skipDependents(of: id)
    case .interrupted:
      wasInterrupted = true
      return nodes.map(\.id).compactMap { stop($0) }
    }
  }

  private func isBeingDecided(_ id: Int) -> Bool { states[id] == .waiting && asked[id] && !isAllowed[id] }

  /// Whether all readers of a node are gone, and none of them because the run breaks.
  private func isUnwanted(_ id: Int) -> Bool {
    !readers[id].isEmpty
      && readers[id].allSatisfy { reader in
        switch states[reader] {
        case .finished, .skipped: true
        case .failed: nodes[reader].toleratesFailure
        case .waiting, .running, .cancelled: false
        }
      }
  }

  /// Starts what can start among the nodes, and what their start lets start.
  private mutating func start(_ candidates: [Int]) -> [Action] {
    var actions: [Action] = []
    var open = candidates[...]
    while let id = open.popFirst() {
      let node = nodes[id]
      guard states[id] == .waiting, isAllowed[id],
        node.streams.allSatisfy({ states[$0] == .running || states[$0] == .finished }),
        node.completes.allSatisfy({ states[$0] == .finished })
      else { continue }
      states[id] = .running
      actions.append(.start(id))
      open += dependents[id]
    }
    return actions
  }

  /// Asks the conditions among the nodes' that can be asked now.
  private mutating func ask(_ candidates: [Int]) -> [Action] {
    if wasInterrupted { return [] }
    var actions: [Action] = []
    for id in candidates where states[id] == .waiting && nodes[id].isConditional && !asked[id] {
      guard nodes[id].awaits.allSatisfy({ states[$0].isFinal }) else { continue }
      asked[id] = true
      actions.append(.decide(id))
    }
    return actions
  }

  private mutating func end(_ id: Int, _ state: State) {
    states[id] = state
    openCount -= 1
  }

  private mutating func stop(_ id: Int) -> Action? {
    switch states[id] {
    case .waiting:
      end(id, .cancelled)
      return .skip(id)
    case .running:
      defer { notices[id] = .cancel }
      return notices[id] == .none ? .cancel(id) : nil
    default: return nil
    }
  }

  /// Cancels what needs a node, and what only asks about it.
  private mutating func stopDependents(of id: Int) -> [Action] {
    var actions: [Action] = []
    var seen: Set<Int> = []
    var open = (dependents[id] + askers[id])[...]
    while let next = open.popFirst() {
      guard seen.insert(next).inserted else { continue }
      if let action = stop(next) { actions.append(action) }
      open += dependents[next] + askers[next]
    }
    return actions
  }

  /// Skips what needs a node; what only asks about it is told.
  private mutating func skipDependents(of id: Int) -> [Action] {
    var actions: [Action] = []
    let root = causes[id] ?? id
    var seen: Set<Int> = []
    var told = askers[id]
    var open = dependents[id][...]
    while let next = open.popFirst() {
      guard seen.insert(next).inserted else { continue }
      switch states[next] {
      case .waiting:
        end(next, .skipped)
        causes[next] = root
        actions.append(.skip(next))
        told += askers[next]
      case .running where notices[next] == .none:
        notices[next] = .skip
        causes[next] = root
        actions.append(.cancel(next))
      default: break
      }
      open += dependents[next]
    }
    return actions + ask(told)
  }
}
