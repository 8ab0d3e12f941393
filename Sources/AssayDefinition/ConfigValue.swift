/// A type that the value of a key can have. Decoding notes faults in the pass and returns nil; it never throws, so
/// that every fault of a file is found at once.
package protocol ConfigValue: Sendable {
  /// What the key takes, for docs and the JSON Schema.
  static var shape: Shape { get }
  /// The value of a node, or nil: a fault was noted, or a variable has no value yet.
  static func decode(_ node: YAMLNode, _ context: Decoding) -> Self?
  /// The value as it would stand in the file, or nil where it says nothing (an absent optional).
  static func display(_ value: Self) -> String?
}

extension ConfigValue {
  package static func display(_ value: Self) -> String? { "\(value)" }
}

extension String: ConfigValue {
  package static var shape: Shape { .text }

  /// Takes the scalar as written: `NO` is a text, and so is `00501`.
  package static func decode(_ node: YAMLNode, _ context: Decoding) -> String? {
    context.text(node, expecting: "a text")
  }

  package static func display(_ value: String) -> String? { value.isEmpty ? nil : value }
}

extension Int: ConfigValue {
  package static var shape: Shape { .integer(minimum: nil, maximum: nil) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Int? {
    guard let text = context.text(node, expecting: "an integer") else { return nil }
    if let value = Int(text.filter { $0 != "_" }) { return value }
    context.fault(.wrongType, at: node.location, "expected an integer, not '\(text)'")
    return nil
  }
}

extension Double: ConfigValue {
  package static var shape: Shape { .number }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Double? {
    guard let text = context.text(node, expecting: "a number") else { return nil }
    if let value = Double(text.filter { $0 != "_" }), value.isFinite { return value }
    context.fault(.wrongType, at: node.location, "expected a number, not '\(text)'")
    return nil
  }

  package static func display(_ value: Double) -> String? {
    value.rounded() == value && abs(value) < 1e15 ? String(Int(value)) : value.description
  }
}

extension Bool: ConfigValue {
  package static var shape: Shape { .boolean }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Bool? {
    guard let text = context.text(node, expecting: "true or false") else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default:
      context.fault(.wrongType, at: node.location, "expected true or false, not '\(text)'")
      return nil
    }
  }
}

extension Optional: ConfigValue where Wrapped: ConfigValue {
  package static var shape: Shape { Wrapped.shape }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Wrapped?? {
    Wrapped.decode(node, context).map { .some($0) }
  }

  package static func display(_ value: Wrapped?) -> String? { value.flatMap(Wrapped.display) }
}

extension Array: ConfigValue where Element: ConfigValue {
  package static var shape: Shape { .list(Element.shape) }

  /// A list; one value alone stands for a list of it.
  package static func decode(_ node: YAMLNode, _ context: Decoding) -> [Element]? {
    guard case .sequence(let items) = node.kind else {
      if node.isNull { return [] }
      return Element.decode(node, context).map { [$0] }
    }
    let decoded = items.map { Element.decode($0, context) }
    let values = decoded.compactMap(\.self)
    return values.count == decoded.count ? values : nil
  }

  package static func display(_ value: [Element]) -> String? {
    value.isEmpty ? nil : "[\(value.compactMap(Element.display).joined(separator: ", "))]"
  }
}

/// Names that the author chose, each with a value, in the order of the file.
package struct Named<Value: ConfigValue>: ConfigValue {
  package struct Item: Sendable {
    package var name: String
    package var location: SourceLocation
    package var value: Value

    package init(name: String, location: SourceLocation, value: Value) {
      self.name = name
      self.location = location
      self.value = value
    }
  }

  package var items: [Item]

  package init(_ items: [Item] = []) { self.items = items }

  package static var shape: Shape { .map(Value.shape) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Named? {
    if node.isNull { return Named() }
    guard let pairs = node.pairs else {
      context.fault(.wrongType, at: node.location, "expected names with values, not \(node.description)")
      return nil
    }
    let items = pairs.map { pair in
      Value.decode(pair.value, context).map { Item(name: pair.key, location: pair.keyLocation, value: $0) }
    }
    let complete = items.compactMap(\.self)
    return complete.count == items.count ? Named(complete) : nil
  }

  package static func display(_ value: Named) -> String? {
    value.items.isEmpty
      ? nil : "{\(value.items.map { "\($0.name): \(Value.display($0.value) ?? "")" }.joined(separator: ", "))}"
  }

  /// The value of a name, or nil. O(items).
  package subscript(_ name: String) -> Value? { items.first { $0.name == name }?.value }
}

/// A value with its place in the file, for faults that are found only later.
package struct Located<Value: ConfigValue>: ConfigValue {
  package var value: Value
  package var location: SourceLocation

  package init(_ value: Value, at location: SourceLocation = .start) {
    self.value = value
    self.location = location
  }

  package static var shape: Shape { Value.shape }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Located? {
    Value.decode(node, context).map { Located($0, at: node.location) }
  }

  package static func display(_ value: Located) -> String? { Value.display(value.value) }
}

/// A closed set of words: an enum whose raw values are what the author writes.
package protocol ConfigChoice: ConfigValue, CaseIterable, RawRepresentable where RawValue == String {}

extension ConfigChoice {
  package static var shape: Shape { .choice(allCases.map(\.rawValue)) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Self? {
    let words = allCases.map(\.rawValue)
    guard let text = context.text(node, expecting: "one of \(words.joined(separator: ", "))") else { return nil }
    if let value = Self(rawValue: text) { return value }
    let hint = nearest(text, among: words).map { "; did you mean '\($0)'?" } ?? ""
    context.fault(
      .badValue, at: node.location, "expected one of \(words.joined(separator: ", ")), not '\(text)'\(hint)")
    return nil
  }

  package static func display(_ value: Self) -> String? { value.rawValue }
}
