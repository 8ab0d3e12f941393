/// One task of a run: a source, a step, what keeps or grades a dataset, or an output.
package struct RunNode: Sendable, Hashable, Codable {
  package enum Kind: String, Sendable, Codable {
    case source, step, output
    /// Keeps a dataset's rows for steps that need them all.
    case keeper
    /// Measures a dataset for its metrics and checks.
    case grader
    /// Looks for keys of a dataset in others, once all are measured.
    case matcher
    /// Asks the queries of a dataset's checks, once all that they read is complete.
    case query
  }

  package var id: Int
  package var kind: Kind
  /// The dataset it makes, keeps or grades; an output's place in the file (from 1) for outputs.
  package var name: String
  /// The component's kind: `csv`, `geocode`; empty for keepers and graders.
  package var type: String
  /// Nodes whose rows it reads as they come.
  package var streams: [Int]
  /// Nodes that must have finished before it starts.
  package var completes: [Int]
  /// Nodes that its condition asks about: they must have come to an end, whichever, before it is asked.
  package var awaits: [Int] = []
  /// Whether it has a condition, which decides if it runs.
  package var isConditional = false
  /// Whether it reads rows that are kept, and not as they come: for a node that may wait, or be tried again, nobody else has to.
  package var isHeld = false
  /// Whether the run outlives its failure.
  package var toleratesFailure = false
}

/// The tasks of a run and what they wait for: a value without closures, in the order of the file.
package struct RunGraph: Sendable, Codable {
  package private(set) var nodes: [RunNode] = []

  package init() {}

  /// Appends a node and returns its id. Inputs must stand before it, so a graph has no circles.
  @discardableResult
  package mutating func add(
    _ kind: RunNode.Kind, _ name: String, type: String = "", streams: [Int] = [], completes: [Int] = [],
    awaits: [Int] = [], isConditional: Bool = false, isHeld: Bool = false, toleratesFailure: Bool = false
  ) -> Int {
    precondition((streams + completes + awaits).allSatisfy { $0 < nodes.count }, "a node's inputs stand before it")
    nodes.append(
      RunNode(
        id: nodes.count, kind: kind, name: name, type: type, streams: streams, completes: completes, awaits: awaits,
        isConditional: isConditional, isHeld: isHeld, toleratesFailure: toleratesFailure))
    return nodes.count - 1
  }

  /// Appends a node of the pipeline file, which is run as its settings say.
  /// - Parameter makers: The nodes of the datasets that its condition may ask about.
  @discardableResult
  mutating func add(
    _ kind: RunNode.Kind, _ name: String, type: String, streams: [Int] = [], completes: [Int] = [],
    _ settings: NodeSettings, makers: [String: Int]
  ) -> Int {
    add(
      kind, name, type: type, streams: streams, completes: completes,
      awaits: settings.awaited.compactMap { makers[$0] }, isConditional: settings.condition != nil,
      isHeld: settings.isHeld, toleratesFailure: settings.onFailure == .goOn)
  }

  /// For each node, the nodes that read its rows as they come. O(nodes + edges).
  package var readers: [[Int]] {
    var readers = [[Int]](repeating: [], count: nodes.count)
    for node in nodes {
      for input in node.streams { readers[input].append(node.id) }
    }
    return readers
  }
}
