import AssayTestSupport
import Testing

import AssayComponents

/// The drawing of a graph: layers, distances, limits.
@Suite struct GraphLayoutTests {
  @Test func `a node stands right of all that feeds it`() throws {
    // A chain 0 → 1 → 2, and 3 made of 0 and 2.
    let layout = try #require(GraphLayout(inputs: [[], [0], [1], [0, 2]]))
    let columns = layout.nodes.map { Int($0.x / (GraphLayout.nodeWidth + 1)) }
    #expect(columns == [0, 1, 2, 3])
    #expect(layout.edges.map(\.from) == [0, 1, 0, 2])
    #expect(layout.edges.map(\.points.count) == [2, 2, 4, 2])
  }

  @Test(arguments: 1...40)
  func `nodes of random graphs do not overlap, and edges run forward within the drawing`(_ seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let inputs = (0..<random.next(below: 25) + 1).map { node in
      node == 0 ? [] : Array(Set((0..<random.next(below: 3)).map { _ in random.next(below: node) })).sorted()
    }
    let layout = try #require(GraphLayout(inputs: inputs))
    #expect(layout == GraphLayout(inputs: inputs))
    for (index, node) in layout.nodes.enumerated() {
      #expect(node.x >= 0 && node.x + GraphLayout.nodeWidth <= layout.width + 0.001)
      #expect(node.y >= 0 && node.y + GraphLayout.nodeHeight <= layout.height + 0.001)
      for other in layout.nodes.dropFirst(index + 1) where other.x == node.x {
        #expect((other.y - node.y).magnitude >= GraphLayout.nodeHeight)
      }
    }
    #expect(layout.edges.count == inputs.reduce(0) { $0 + $1.count })
    for edge in layout.edges {
      #expect(zip(edge.points, edge.points.dropFirst()).allSatisfy { $0.x < $1.x })
    }
  }

  @Test func `what is too large to draw has no layout`() {
    #expect(GraphLayout(inputs: []) == nil)
    #expect(GraphLayout(inputs: [[]])?.height == GraphLayout.nodeHeight)
    #expect(GraphLayout(inputs: (0..<61).map { $0 == 0 ? [] : [0] }) == nil)
    // Few nodes, but each feeds all that follow.
    #expect(GraphLayout(inputs: (0..<40).map { Array(0..<$0) }) == nil)
  }
}
