package import AssayFormats

/// Holds JSON against a JSON Schema: the keywords that the project's own schemas use, and no others.
///
/// A keyword that it does not know is a fault, so that no part of a schema is passed over in silence.
package struct JSONSchemaValidator {
  let root: JSONValue
  /// Whether the members of an object must also stand in the order of `properties`.
  let isOrdered: Bool

  package init(_ schema: JSONValue, ordered: Bool = false) {
    root = schema
    isOrdered = ordered
  }

  /// What is wrong with a value, each fault with its place; empty for a valid one.
  package func faults(of value: JSONValue) -> [String] { faults(of: value, root, at: "$") }

  private static let annotations: Set<String> = [
    "$schema", "$defs", "$comment", "title", "description", "markdownDescription", "default",
  ]

  private func faults(of value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    guard case .object(let keywords) = schema else {
      if case .bool(let allowed) = schema { return allowed ? [] : ["\(place): nothing is allowed here"] }
      return ["\(place): a schema is an object or a boolean"]
    }
    return keywords.members.flatMap { keyword -> [String] in
      if Self.annotations.contains(keyword.name) { return [] }
      return faults(of: value, keyword.name, keyword.value, within: keywords, at: place)
    }
  }

  private func faults(
    of value: JSONValue, _ keyword: String, _ argument: JSONValue, within schema: JSONObject, at place: String
  ) -> [String] {
    switch keyword {
    case "$ref": return resolve(argument).map { faults(of: value, $0, at: place) } ?? ["\(place): no \(argument.text)"]
    case "type":
      let types = argument.elements ?? [argument]
      return types.contains { isType(value, $0) } ? [] : ["\(place): \(value.kind) is no \(argument.text)"]
    case "const": return value == argument ? [] : ["\(place): \(value.text) is not \(argument.text)"]
    case "enum":
      return argument.elements?.contains(value) == true ? [] : ["\(place): \(value.text) is none of \(argument.text)"]
    case "pattern":
      guard case .string(let text) = value, case .string(let pattern) = argument else { return [] }
      guard let regex = try? Regex(pattern) else { return ["\(place): '\(pattern)' is no pattern"] }
      return text.firstMatch(of: regex) == nil ? ["\(place): '\(text)' does not match \(pattern)"] : []
    case "minimum", "maximum":
      guard let number = number(value), let bound = self.number(argument) else { return [] }
      return (keyword == "minimum" ? number >= bound : number <= bound)
        ? [] : ["\(place): \(number) is beyond \(bound)"]
    case "required":
      guard case .object(let object) = value else { return [] }
      return (argument.elements ?? []).compactMap { name in
        if case .string(let name) = name, object[name] == nil { "\(place): '\(name)' is missing" } else { nil }
      }
    case "properties": return propertyFaults(of: value, argument, at: place)
    case "additionalProperties":
      guard case .object(let object) = value else { return [] }
      return object.members.filter { schema["properties"]?[$0.name] == nil }
        .flatMap { faults(of: $0.value, argument, at: "\(place).\($0.name)") }
    case "items":
      return (value.elements ?? []).enumerated().flatMap { faults(of: $1, argument, at: "\(place)[\($0)]") }
    case "allOf": return (argument.elements ?? []).flatMap { faults(of: value, $0, at: place) }
    case "anyOf", "oneOf":
      let attempts = (argument.elements ?? []).map { faults(of: value, $0, at: place) }
      let fitting = attempts.count(where: \.isEmpty)
      if keyword == "oneOf" ? fitting == 1 : fitting > 0 { return [] }
      return ["\(place): fits \(fitting) of \(keyword)"] + attempts.flatMap(\.self)
    case "if":
      let isMet = faults(of: value, argument, at: place).isEmpty
      return schema[isMet ? "then" : "else"].map { faults(of: value, $0, at: place) } ?? []
    case "then", "else": return []
    default: return ["\(place): the keyword '\(keyword)' is not known"]
    }
  }

  private func propertyFaults(of value: JSONValue, _ properties: JSONValue, at place: String) -> [String] {
    guard case .object(let object) = value, case .object(let known) = properties else { return [] }
    var faults = known.members.flatMap { property in
      object[property.name].map { self.faults(of: $0, property.value, at: "\(place).\(property.name)") } ?? []
    }
    let names = object.members.map(\.name).filter { known[$0] != nil }
    if isOrdered, names != known.members.map(\.name).filter(names.contains) {
      faults.append("\(place): the members stand in the order \(names.joined(separator: ", "))")
    }
    return faults
  }

  private func resolve(_ reference: JSONValue) -> JSONValue? {
    guard case .string(let text) = reference, text.hasPrefix("#/") else { return nil }
    return text.dropFirst(2).split(separator: "/").reduce(root as JSONValue?) { $0?[String($1)] }
  }

  private func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .decimal(let number): number
    default: nil
    }
  }

  private func isType(_ value: JSONValue, _ name: JSONValue) -> Bool {
    switch (value, name) {
    case (.null, "null"), (.bool, "boolean"), (.integer, "integer"), (.integer, "number"), (.decimal, "number"),
      (.string, "string"), (.array, "array"), (.object, "object"):
      true
    case (.decimal(let number), "integer"): number.rounded() == number
    default: false
    }
  }
}
