/// Where the nodes of a graph without circles are drawn: in layers from left to right, each behind all that feeds it.
///
/// An edge over several layers passes them between their nodes, at places of its own. The same graph always gets the
/// same layout.
package struct GraphLayout: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    package var x: Double
    package var y: Double
  }

  /// An edge from one node to another, by the middles of the places that it passes, ends included.
  package struct Edge: Sendable, Hashable {
    package var from: Int
    package var to: Int
    package var points: [Point]
  }

  package static let (nodeWidth, nodeHeight) = (192.0, 66.0)
  private static let (gapX, gapY, passHeight) = (40.0, 16.0, 10.0)
  /// Nodes and passed layers beyond which a drawing tells nothing any more.
  private static let (mostNodes, mostPlaces) = (60, 240)

  /// The upper left corners of the nodes.
  package let nodes: [Point]
  package let edges: [Edge]
  package let width: Double
  package let height: Double

  /// A node, or a place where an edge passes a layer.
  private struct Place {
    var layer: Int
    var inputs: [Int]
    var readers: [Int] = []
    var isNode: Bool
    var y = 0.0

    var height: Double { isNode ? GraphLayout.nodeHeight : GraphLayout.passHeight }
  }

  /// - Parameter inputs: For each node the nodes that feed it, each of which stands before it.
  /// - Returns: Nil for a graph without nodes, and for one that is too large to draw.
  package init?(inputs: [[Int]]) {
    if inputs.isEmpty || inputs.count > Self.mostNodes { return nil }
    var layers: [Int] = []
    for fed in inputs { layers.append(fed.reduce(0) { max($0, layers[$1] + 1) }) }
    var places = layers.map { Place(layer: $0, inputs: [], isNode: true) }
    var paths: [[Int]] = []
    for (node, fed) in inputs.enumerated() {
      for input in fed {
        var path = [input]
        for layer in layers[input] + 1..<layers[node] {
          path.append(places.count)
          places.append(Place(layer: layer, inputs: [], isNode: false))
          if places.count > Self.mostPlaces { return nil }
        }
        path.append(node)
        paths.append(path)
        for (from, to) in zip(path, path.dropFirst()) {
          places[to].inputs.append(from)
          places[from].readers.append(to)
        }
      }
    }
    var rows = [[Int]](repeating: [], count: (layers.max() ?? 0) + 1)
    for place in places.indices { rows[places[place].layer].append(place) }
    Self.untangle(&rows, places)
    Self.spread(rows, &places)
    let top = places.map(\.y).min() ?? 0
    func x(_ place: Int) -> Double { Double(places[place].layer) * (Self.nodeWidth + Self.gapX) }
    nodes = inputs.indices.map { Point(x: x($0), y: places[$0].y - top) }
    edges = paths.map { path in
      let middles = path.map { Point(x: x($0), y: places[$0].y - top + places[$0].height / 2) }
      return Edge(from: path[0], to: path[path.count - 1], points: middles)
    }
    width = Double(rows.count) * (Self.nodeWidth + Self.gapX) - Self.gapX
    height = (places.map { $0.y + $0.height }.max() ?? 0) - top
  }

  /// Orders each layer by the mean place of the neighbours, from both sides in turn, which leaves few crossings.
  private static func untangle(_ rows: inout [[Int]], _ places: [Place]) {
    var rank = [Double](repeating: 0, count: places.count)
    func note(_ row: [Int]) {
      for (index, place) in row.enumerated() { rank[place] = Double(index) - Double(row.count - 1) / 2 }
    }
    rows.forEach(note)
    for sweep in 0..<6 {
      let isForward = sweep.isMultiple(of: 2)
      for index in isForward ? Array(rows.indices) : rows.indices.reversed() {
        let means = rows[index].enumerated().map { position, place in
          let near = isForward ? places[place].inputs : places[place].readers
          let mean = near.isEmpty ? rank[place] : near.reduce(0) { $0 + rank[$1] } / Double(near.count)
          return (place: place, mean: mean, position: position)
        }
        rows[index] = means.sorted { ($0.mean, $0.position) < ($1.mean, $1.position) }.map(\.place)
        note(rows[index])
      }
    }
  }

  /// Places each layer as near to what feeds it as its order and the distances allow.
  private static func spread(_ rows: [[Int]], _ places: inout [Place]) {
    for row in rows {
      var end = -Double.infinity
      var off = 0.0
      for place in row {
        let fed = places[place].inputs
        let wanted =
          fed.isEmpty
          ? (end.isFinite ? end + gapY : 0)
          : fed.reduce(0) { $0 + places[$1].y + places[$1].height / 2 } / Double(fed.count) - places[place].height / 2
        places[place].y = max(wanted, end + gapY)
        off += places[place].y - wanted
        end = places[place].y + places[place].height
      }
      // What pushed the lower ones down is shared by all.
      let shift = off / Double(max(row.count, 1))
      for place in row { places[place].y -= shift }
    }
  }
}
