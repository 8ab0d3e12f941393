/// A JSON value in memory.
///
/// Integers within 64 bits are kept exactly; all other numbers are the nearest double, and never infinite or NaN
/// when they come from a parser.
package enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int64)
  case decimal(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The member of that name, or nil where the value is no object or has none.
  package subscript(_ name: String) -> JSONValue? {
    if case .object(let object) = self { object[name] } else { nil }
  }

  /// The elements of an array, or nil.
  package var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// What the value is, with its article, for messages: `an object`, `null`.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .decimal: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// The members of a JSON object in the order of first appearance; of duplicate names, the last value counts.
///
/// Names are compared code point by code point, as RFC 8259 asks: `é` in one scalar and in two are two names.
package struct JSONObject: Sendable, Hashable {
  /// A name with its value.
  package struct Member: Sendable, Hashable {
    package var name: String
    package var value: JSONValue
  }

  package private(set) var members: [Member] = []
  /// The places of all names, once there are more than a few.
  private var places: [JSONName: Int] = [:]

  /// An object without members.
  package init() {}

  /// An object of the given members in their order.
  package init(_ members: some Sequence<(String, JSONValue)>) {
    for (name, value) in members { set(name, to: value) }
  }

  /// The value of a name, or nil. O(1) for large objects.
  package subscript(_ name: String) -> JSONValue? { place(of: name).map { members[$0].value } }

  /// Sets a member: a name that is there already keeps its place.
  package mutating func set(_ name: String, to value: JSONValue) {
    if let place = place(of: name) {
      members[place].value = value
      return
    }
    members.append(Member(name: name, value: value))
    if members.count == Self.linearLimit + 1 {
      for (place, member) in members.enumerated() { places[JSONName(text: member.name)] = place }
    } else if members.count > Self.linearLimit {
      places[JSONName(text: name)] = members.count - 1
    }
  }

  private static let linearLimit = 12

  private func place(of name: String) -> Int? {
    if members.count > Self.linearLimit { return places[JSONName(text: name)] }
    return members.firstIndex { sameScalars($0.name, name) }
  }

  package static func == (left: JSONObject, right: JSONObject) -> Bool { left.members == right.members }

  package func hash(into hasher: inout Hasher) { hasher.combine(members) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }
}

/// A name that equals another only where all of its scalars do.
struct JSONName: Hashable, Sendable {
  let text: String

  static func == (left: JSONName, right: JSONName) -> Bool { sameScalars(left.text, right.text) }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

/// Whether two strings are the same scalars; `==` holds for canonically equivalent ones too.
func sameScalars(_ left: String, _ right: String) -> Bool {
  left == right && left.utf8.elementsEqual(right.utf8)
}
