internal import AssayColumns
internal import AssayQuality
internal import AssayStore
internal import Synchronization

/// What the nodes of a run have done so far: written by their tasks, read by whoever shows progress.
package final class RunState: Sendable {
  /// A node as it stands.
  package struct Node: Sendable {
    package var node: RunNode
    package var state = RunSchedule.State.waiting
    package var startedAt: ContinuousClock.Instant?
    package var duration = Duration.zero
    /// Why it failed, or was skipped.
    package var error: String?
    /// It was skipped, since something that it needs failed.
    package var lacksFailed = false
    /// The failure is of a node before this one, which has told it already.
    package var isFollowUp = false
    /// It failed because a budget was used up.
    package var isOutOfBudget = false
    package var counters: NodeCounters

    /// How long it has been running, or ran.
    package var elapsed: Duration {
      state == .running ? startedAt.map { ContinuousClock.now - $0 } ?? .zero : duration
    }
  }

  struct Found: Sendable {
    var measures: [String: MeasureValues] = [:]
    var staged: [Int: StagedOutput] = [:]
    /// Files that sources brought, in any order.
    var files: [FilePublish] = []
    /// How far outputs have come that hand rows to others, by node.
    var deliveries: [Int: DeliveryProgress.Values] = [:]
  }

  private let nodes: Mutex<[Node]>
  private let found = Mutex(Found())

  init(_ graph: RunGraph) {
    nodes = Mutex(graph.nodes.map { Node(node: $0, counters: NodeCounters()) })
  }

  /// All nodes in the order of the graph.
  package var snapshot: [Node] { nodes.withLock { $0 } }

  func update(_ id: Int, _ change: (inout Node) -> Void) { nodes.withLock { change(&$0[id]) } }

  func counters(_ id: Int) -> NodeCounters { nodes.withLock { $0[id].counters } }

  func note(_ change: (inout Found) -> Void) { found.withLock { change(&$0) } }

  var results: Found { found.withLock { $0 } }
}
