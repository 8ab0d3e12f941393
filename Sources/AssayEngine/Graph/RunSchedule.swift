/// Decides when the nodes of a run start and which are stopped: a pure state machine over lifecycle events, without
/// clock, task or queue.
package struct RunSchedule: Sendable {
  package enum State: String, Sendable, Codable {
    case waiting, running, finished, failed, cancelled

    package var isFinal: Bool { self == .finished || self == .failed || self == .cancelled }
  }

  package enum Event: Sendable, Hashable {
    case finished(Int)
    case failed(Int)
    /// A node stopped before its end: it was told to, or what it reads failed.
    case cancelled(Int)
    /// The whole run is to stop.
    case interrupted
  }

  package enum Action: Sendable, Hashable {
    case start(Int)
    /// Stop a node that is running; a `cancelled` (or a late `finished` or `failed`) follows.
    case cancel(Int)
    /// A node that will never start: its readers leave their logs.
    case skip(Int)
  }

  package private(set) var states: [State]
  private let nodes: [RunNode]
  private let dependents: [[Int]]
  private var wasInterrupted = false
  /// Nodes that have not come to their end.
  private var openCount: Int

  package init(_ graph: RunGraph) {
    nodes = graph.nodes
    states = [State](repeating: .waiting, count: graph.nodes.count)
    var dependents = [[Int]](repeating: [], count: graph.nodes.count)
    for node in graph.nodes {
      for input in Set(node.streams + node.completes) { dependents[input].append(node.id) }
    }
    self.dependents = dependents
    openCount = graph.nodes.count
  }

  /// Whether every node has come to its end.
  package var isDone: Bool { openCount == 0 }

  /// The first actions of the run. O(nodes + edges).
  package mutating func begin() -> [Action] { start(nodes.map(\.id)) }

  /// What is to be done after an event. Events of nodes that are not running change nothing. O(what it touches).
  package mutating func handle(_ event: Event) -> [Action] {
    switch event {
    case .finished(let id):
      guard states[id] == .running else { return [] }
      end(id, .finished)
      return wasInterrupted ? [] : start(dependents[id])
    case .failed(let id):
      guard states[id] == .running else { return [] }
      end(id, .failed)
      return stopDependents(of: id)
    case .cancelled(let id):
      guard states[id] == .running else { return [] }
      end(id, .cancelled)
      return stopDependents(of: id)
    case .interrupted:
      wasInterrupted = true
      return nodes.map(\.id).compactMap { stop($0) }
    }
  }

  /// Starts what can start among the nodes, and what their start lets start.
  private mutating func start(_ candidates: [Int]) -> [Action] {
    var actions: [Action] = []
    var open = candidates[...]
    while let id = open.popFirst() {
      let node = nodes[id]
      guard states[id] == .waiting,
        node.streams.allSatisfy({ states[$0] == .running || states[$0] == .finished }),
        node.completes.allSatisfy({ states[$0] == .finished })
      else { continue }
      states[id] = .running
      actions.append(.start(id))
      open += dependents[id]
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
    case .running: return .cancel(id)
    default: return nil
    }
  }

  private mutating func stopDependents(of id: Int) -> [Action] {
    var actions: [Action] = []
    var seen: Set<Int> = []
    var open = dependents[id][...]
    while let next = open.popFirst() {
      guard seen.insert(next).inserted else { continue }
      if let action = stop(next) { actions.append(action) }
      open += dependents[next]
    }
    return actions
  }
}
