/// A step of a path: to children, or to the value itself and all that is below it.
enum JSONPathSegment: Sendable, Hashable {
  case child([JSONPathSelector])
  case descendant([JSONPathSelector])

  /// Whether it selects at most one value of one value (RFC 9535, 2.3.5.1).
  var isSingular: Bool {
    guard case .child(let selectors) = self, selectors.count == 1 else { return false }
    switch selectors[0] {
    case .name, .index: return true
    case .wildcard, .slice, .filter: return false
    }
  }
}

/// What a segment picks of a value's children (RFC 9535, 2.3).
enum JSONPathSelector: Sendable, Hashable {
  case name(String)
  case wildcard
  case index(Int)
  case slice(start: Int?, end: Int?, step: Int)
  case filter(JSONPathCondition)
}

/// A logical expression of a filter.
indirect enum JSONPathCondition: Sendable, Hashable {
  case any([JSONPathCondition])
  case all([JSONPathCondition])
  case not(JSONPathCondition)
  /// Holds if the query selects anything.
  case exists(JSONPathQuery)
  case comparison(JSONPathOperand, JSONPathComparison, JSONPathOperand)
  /// `match` or `search`.
  case function(JSONPathFunction)
}

enum JSONPathComparison: Sendable, Hashable {
  case equal, unequal, less, lessOrEqual, greater, greaterOrEqual
}

/// A query inside a filter: from the current value (`@`) or the root (`$`).
struct JSONPathQuery: Sendable, Hashable {
  var isRelative: Bool
  var segments: [JSONPathSegment]

  var isSingular: Bool { segments.allSatisfy(\.isSingular) }
}

/// One side of a comparison or an argument of a function.
indirect enum JSONPathOperand: Sendable, Hashable {
  case literal(JSONValue)
  case query(JSONPathQuery)
  case function(JSONPathFunction)
}

/// A call of one of the functions of RFC 9535, 2.4, its arguments checked.
struct JSONPathFunction: Sendable, Hashable {
  enum Name: String, Sendable, Hashable, CaseIterable {
    case length, count, match, search, value

    var argumentCount: Int { self == .match || self == .search ? 2 : 1 }
    /// Whether the result is true or false, which cannot be compared, rather than a value.
    var isLogical: Bool { self == .match || self == .search }
    /// Whether the argument is the whole list of selected values, rather than one value.
    var takesNodes: Bool { self == .count || self == .value }
  }

  var name: Name
  var arguments: [JSONPathOperand]
}
