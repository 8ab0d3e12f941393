import AssayDefinition
import AssayFormats
import Testing

/// The JSON that an editor sees in a YAML text: plain scalars are resolved by YAML 1.2's core schema.
func json(ofYAML text: String) throws -> JSONValue {
  let (root, diagnostics) = YAMLReader.read(text)
  #expect(diagnostics.isEmpty)
  return try JSONValue(#require(root))
}

extension JSONValue {
  fileprivate init(_ node: YAMLNode) throws {
    switch node.kind {
    case .scalar(let text, quoted: true): self = .string(text)
    case .scalar(let text, quoted: false): self = Self.resolved(text)
    case .sequence(let items): self = .array(try items.map(JSONValue.init))
    case .mapping(let pairs): self = .object(JSONObject(try pairs.map { ($0.key, try JSONValue($0.value)) }))
    }
  }

  private static func resolved(_ text: String) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default:
      if let integer = Int64(text) { return .integer(integer) }
      let isNumber = text.wholeMatch(of: /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/) != nil
      if isNumber, let number = Double(text) { return .decimal(number) }
      return .string(text)
    }
  }
}
