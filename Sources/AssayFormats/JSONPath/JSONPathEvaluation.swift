/// One evaluation of a path over a document. Patterns that filters use are compiled once.
struct JSONPathEvaluation {
  let root: JSONValue
  private var patterns: [String: RegularPattern?] = [:]

  init(root: JSONValue) { self.root = root }

  /// The values that segments select from a value.
  mutating func select(_ segments: [JSONPathSegment], from start: JSONValue) -> [JSONValue] {
    var nodes = [start]
    for segment in segments {
      var selected: [JSONValue] = []
      for node in nodes {
        switch segment {
        case .child(let selectors): apply(selectors, to: node, &selected)
        case .descendant(let selectors): descend(selectors, from: node, &selected)
        }
      }
      nodes = selected
      if nodes.isEmpty { break }
    }
    return nodes
  }

  private mutating func descend(
    _ selectors: [JSONPathSelector], from node: JSONValue, _ selected: inout [JSONValue]
  ) {
    apply(selectors, to: node, &selected)
    switch node {
    case .array(let elements):
      for element in elements { descend(selectors, from: element, &selected) }
    case .object(let object):
      for member in object.members { descend(selectors, from: member.value, &selected) }
    default: return
    }
  }

  private mutating func apply(
    _ selectors: [JSONPathSelector], to node: JSONValue, _ selected: inout [JSONValue]
  ) {
    switch node {
    case .array(let elements):
      for selector in selectors { pick(selector, of: elements, &selected) }
    case .object(let object):
      for selector in selectors { pick(selector, of: object, &selected) }
    default: return
    }
  }

  private mutating func pick(
    _ selector: JSONPathSelector, of elements: [JSONValue], _ selected: inout [JSONValue]
  ) {
    switch selector {
    case .name: return
    case .wildcard: selected.append(contentsOf: elements)
    case .index(let index):
      let place = index < 0 ? index + elements.count : index
      if elements.indices.contains(place) { selected.append(elements[place]) }
    case .slice(let start, let end, let step):
      for place in Self.places(start: start, end: end, step: step, count: elements.count) {
        selected.append(elements[place])
      }
    case .filter(let condition):
      for element in elements where holds(condition, for: element) { selected.append(element) }
    }
  }

  private mutating func pick(
    _ selector: JSONPathSelector, of object: JSONObject, _ selected: inout [JSONValue]
  ) {
    switch selector {
    case .name(let name): if let value = object[name] { selected.append(value) }
    case .wildcard: selected.append(contentsOf: object.members.lazy.map(\.value))
    case .index, .slice: return
    case .filter(let condition):
      for member in object.members where holds(condition, for: member.value) { selected.append(member.value) }
    }
  }

  /// The places that a slice names, by RFC 9535, 2.3.4.2.2.
  private static func places(start: Int?, end: Int?, step: Int, count: Int) -> StrideTo<Int> {
    func normal(_ index: Int) -> Int { index < 0 ? index + count : index }
    if step > 0 {
      let lower = min(max(normal(start ?? 0), 0), count)
      let upper = min(max(end.map(normal) ?? count, 0), count)
      return stride(from: lower, to: upper, by: step)
    }
    if step == 0 { return stride(from: 0, to: 0, by: 1) }
    let upper = min(max(start.map(normal) ?? count - 1, -1), count - 1)
    let lower = min(max(end.map(normal) ?? -1, -1), count - 1)
    return stride(from: upper, to: lower, by: step)
  }

  private mutating func holds(_ condition: JSONPathCondition, for current: JSONValue) -> Bool {
    switch condition {
    case .any(let terms):
      for term in terms where holds(term, for: current) { return true }
      return false
    case .all(let terms):
      for term in terms where !holds(term, for: current) { return false }
      return true
    case .not(let term): return !holds(term, for: current)
    case .exists(let query): return !nodes(query, current).isEmpty
    case .comparison(let left, let comparison, let right):
      return Self.compare(value(left, current), comparison, value(right, current))
    case .function(let function):
      guard case .string(let text)? = value(function.arguments[0], current),
        case .string(let pattern)? = value(function.arguments[1], current),
        let compiled = compiled(pattern)
      else { return false }
      return compiled.matches(text, anywhere: function.name == .search)
    }
  }

  private mutating func compiled(_ pattern: String) -> RegularPattern? {
    if let known = patterns[pattern] { return known }
    let compiled = RegularPattern(pattern)
    patterns[pattern] = .some(compiled)
    return compiled
  }

  private mutating func nodes(_ query: JSONPathQuery, _ current: JSONValue) -> [JSONValue] {
    select(query.segments, from: query.isRelative ? current : root)
  }

  /// The value of an operand, nil for "nothing".
  private mutating func value(_ operand: JSONPathOperand, _ current: JSONValue) -> JSONValue? {
    switch operand {
    case .literal(let value): return value
    case .query(let query): return nodes(query, current).first
    case .function(let function): return result(of: function, current)
    }
  }

  private mutating func result(of function: JSONPathFunction, _ current: JSONValue) -> JSONValue? {
    if function.name.takesNodes {
      guard case .query(let query) = function.arguments[0] else { return nil }
      let nodes = nodes(query, current)
      if function.name == .count { return .integer(Int64(nodes.count)) }
      return nodes.count == 1 ? nodes[0] : nil
    }
    guard function.name == .length, let argument = value(function.arguments[0], current) else { return nil }
    switch argument {
    case .string(let text): return .integer(Int64(text.unicodeScalars.count))
    case .array(let elements): return .integer(Int64(elements.count))
    case .object(let object): return .integer(Int64(object.members.count))
    case .null, .bool, .integer, .decimal: return nil
    }
  }
}
