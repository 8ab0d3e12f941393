package import AssayEngine

/// A node of a run as progress shows it.
package struct NodeProgress: Sendable {
  package var node: RunNode
  package var state: RunSchedule.State
  package var seconds: Double
  package var counters: NodeCounters.Values

  package init(
    node: RunNode, state: RunSchedule.State, seconds: Double, counters: NodeCounters.Values = NodeCounters().values
  ) {
    self.node = node
    self.state = state
    self.seconds = seconds
    self.counters = counters
  }

  /// The node as the run's state has it now.
  package init(_ node: RunState.Node) {
    let (seconds, attoseconds) = node.elapsed.components
    self.init(
      node: node.node, state: node.state, seconds: Double(seconds) + Double(attoseconds) / 1e18,
      counters: node.counters.values)
  }

  /// Rows that it has made so far, or read where it makes none.
  var rows: Int { node.kind == .source || node.kind == .step ? counters.rowsOut : counters.rowsIn }

  /// `customers (csv)`; an output has its place in the file for a name.
  var title: String { NodeProgress.title(node) }

  static func title(_ node: RunNode) -> String {
    switch node.kind {
    case .source, .step: "\(node.name) (\(node.type))"
    case .keeper: "keeping \(node.name)"
    case .grader, .matcher, .query: "checks of \(node.name)"
    case .output: "output \(node.name) (\(node.type))"
    }
  }

  /// Whether a person thinks of it as a part of the pipeline; what keeps rows for others is an inner affair.
  var isShown: Bool { node.kind != .keeper || state == .failed }
}
