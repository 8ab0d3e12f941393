/// The names of the elements and attributes within records, as a tree, each with the name of its column.
///
/// Most records have the same names in the same order, so a node knows which one followed it last time, and a name is
/// found by comparing one address. The nodes are in memory managed by hand, freed in `deinit`.
struct XMLNameTree: ~Copyable {
  /// The record element.
  static let root: Int32 = 0
  /// The node of the record's own text.
  static let value: Int32 = 1

  private struct Node {
    /// The element's or attribute's name; nil for the first two.
    var name: XMLName?
    /// The nodes that came first below this one last time, or -1.
    var firstChild: Int32 = -1
    var firstAttribute: Int32 = -1
    /// The sibling that followed last time, or -1.
    var next: Int32 = -1
    /// The node's column in the piece.
    var column: Int32 = 0
    var piece: Int32 = -1
  }

  private struct Key: Hashable {
    var parent: Int32
    var isAttribute: Bool
    var name: XMLName
  }

  private var nodes: UnsafeMutablePointer<Node>
  private var capacity = 32
  /// The names of the columns.
  private var names = ["", "value"]
  private var places: [Key: Int32] = [:]

  init() {
    nodes = .allocate(capacity: capacity)
    nodes.initialize(repeating: Node(), count: 2)
  }

  deinit { nodes.deallocate() }

  /// The node of a child element; `previous` is the one that came before it in the same parent, or -1.
  @inline(__always)
  mutating func child(of parent: Int32, after previous: Int32, _ name: XMLName) -> Int32 {
    let expected = previous < 0 ? nodes[Int(parent)].firstChild : nodes[Int(previous)].next
    if expected >= 0, nodes[Int(expected)].name == name { return expected }
    if previous >= 0, nodes[Int(previous)].name == name { return previous }
    return find(Key(parent: parent, isAttribute: false, name: name), after: previous)
  }

  /// The node of an attribute; `previous` is the one that came before it in the same element, or -1.
  @inline(__always)
  mutating func attribute(of parent: Int32, after previous: Int32, _ name: XMLName) -> Int32 {
    let expected = previous < 0 ? nodes[Int(parent)].firstAttribute : nodes[Int(previous)].next
    if expected >= 0, nodes[Int(expected)].name == name { return expected }
    return find(Key(parent: parent, isAttribute: true, name: name), after: previous)
  }

  @inline(never)
  private mutating func find(_ key: Key, after previous: Int32) -> Int32 {
    let node = places[key] ?? add(key)
    if previous >= 0 {
      nodes[Int(previous)].next = node
    } else if key.isAttribute {
      nodes[Int(key.parent)].firstAttribute = node
    } else {
      nodes[Int(key.parent)].firstChild = node
    }
    return node
  }

  private mutating func add(_ key: Key) -> Int32 {
    if names.count == capacity {
      let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: nodes, count: capacity)
      nodes.deallocate()
      nodes = larger
      capacity *= 2
    }
    let node = Int32(names.count)
    (nodes + names.count).initialize(to: Node(name: key.name))
    let above = names[Int(key.parent)]
    let name = key.isAttribute ? "@" + key.name.string : key.name.string
    names.append(above.isEmpty ? name : above + "." + name)
    places[key] = node
    return node
  }

  /// The column of a node in the piece at hand. Nodes of equal names share one.
  @inline(__always)
  mutating func column(of node: Int32, in cells: inout XMLCells) -> Int {
    let place = nodes + Int(node)
    if place.pointee.piece == cells.piece { return Int(place.pointee.column) }
    return addColumn(of: node, to: &cells)
  }

  @inline(never)
  private mutating func addColumn(of node: Int32, to cells: inout XMLCells) -> Int {
    let column = cells.column(named: names[Int(node)])
    nodes[Int(node)].column = Int32(column)
    nodes[Int(node)].piece = cells.piece
    return column
  }
}
