package import AssayDefinition
internal import AssayFormats

/// Members of a JWT's header or payload: texts, numbers, booleans, and lists of them.
///
/// A text that is not quoted and spells a JSON number, `true` or `false` is that; with variables in it, what they fill
/// in counts.
package struct JWTFields: ConfigValue {
  var object = JSONObject()

  package static var shape: Shape { .map(.either([.text, .number, .boolean, .list(.text)])) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> JWTFields? {
    if node.isNull { return JWTFields() }
    guard let pairs = node.pairs else {
      context.fault(.wrongType, at: node.location, "expected names with values, not \(node.description)")
      return nil
    }
    var fields: JWTFields? = JWTFields()
    for pair in pairs {
      if let value = value(pair.value, context) { fields?.object.set(pair.key, to: value) } else { fields = nil }
    }
    return fields
  }

  package static func display(_ value: JWTFields) -> String? {
    value.object.members.isEmpty ? nil : JSONValue.object(value.object).text
  }

  func has(_ name: String) -> Bool { object[name] != nil }

  private static func value(_ node: YAMLNode, _ context: Decoding) -> JSONValue? {
    if case .sequence(let items) = node.kind {
      let values = items.map { scalar($0, context) }
      let known = values.compactMap(\.self)
      return known.count == values.count ? .array(known) : nil
    }
    return scalar(node, context)
  }

  private static func scalar(_ node: YAMLNode, _ context: Decoding) -> JSONValue? {
    guard let text = context.text(node, expecting: "a text, a number, true, false, or a list of these") else {
      return nil
    }
    if case .scalar(_, quoted: true) = node.kind { return .string(text) }
    do throws(FormatFault) {
      switch try JSONParser.parse(text) {
      case .bool(let flag): return .bool(flag)
      case .integer(let number): return .integer(number)
      case .decimal(let number): return .decimal(number)
      default: return .string(text)
      }
    } catch {
      return .string(text)
    }
  }
}
