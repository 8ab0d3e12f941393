/// The names of the elements and attributes within records, as a tree, each with the name of its column.
struct XMLNameTree {
  /// The record element.
  static let root = 0

  /// Names below one node.
  private struct Names {
    private var keys: [XMLName] = []
    private var nodes: [Int] = []
    private var places: [XMLName: Int] = [:]
    private var last = 0

    /// The node of a name: most records have the same names in the same order, so the next one is tried first.
    mutating func find(_ name: XMLName) -> Int? {
      if keys.isEmpty { return nil }
      let next = last + 1 < keys.count ? last + 1 : 0
      if keys[next] == name {
        last = next
        return nodes[next]
      }
      if keys[last] == name { return nodes[last] }
      guard let place = places[name] else { return nil }
      last = place
      return nodes[place]
    }

    mutating func add(_ name: XMLName, _ node: Int) {
      places[name] = keys.count
      last = keys.count
      keys.append(name)
      nodes.append(node)
    }
  }

  private struct Node {
    var name: String
    var children = Names()
    var attributes = Names()
  }

  /// The column of a node, and the piece it belongs to.
  private struct Place {
    var column = 0
    var piece = -1
  }

  private var nodes = [Node(name: ""), Node(name: "value")]
  private var places = [Place(), Place()]

  /// The node of the record's own text.
  let value = 1

  mutating func child(of parent: Int, _ name: XMLName) -> Int {
    if let known = nodes[parent].children.find(name) { return known }
    let node = add(below: parent, name.string)
    nodes[parent].children.add(name, node)
    return node
  }

  mutating func attribute(of parent: Int, _ name: XMLName) -> Int {
    if let known = nodes[parent].attributes.find(name) { return known }
    let node = add(below: parent, "@" + name.string)
    nodes[parent].attributes.add(name, node)
    return node
  }

  private mutating func add(below parent: Int, _ name: String) -> Int {
    let above = nodes[parent].name
    nodes.append(Node(name: above.isEmpty ? name : above + "." + name))
    places.append(Place())
    return nodes.count - 1
  }

  /// The column of a node in the piece at hand. Nodes of equal names share one.
  mutating func column(of node: Int, in cells: inout XMLCells) -> Int {
    if places[node].piece == cells.piece { return places[node].column }
    let column = cells.column(named: nodes[node].name)
    places[node] = Place(column: column, piece: cells.piece)
    return column
  }
}
