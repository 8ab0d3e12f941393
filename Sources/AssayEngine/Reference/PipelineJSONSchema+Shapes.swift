internal import AssayDefinition
internal import AssayFormats

extension PipelineJSONSchema {
  /// Values that stand in many places. Every scalar may be a text with `${…}`, which is filled before it is read.
  static var valueDefinitions: JSONObject {
    let filled: JSONValue = ["$ref": "#/$defs/filled"]
    return [
      "filled": ["type": "string", "pattern": "\\$\\{"],
      "text": ["type": ["string", "number", "boolean"]],
      "boolean": [
        "anyOf": [["type": "boolean"], ["type": "string", "pattern": "^([Tt]rue|TRUE|[Ff]alse|FALSE)$"], filled]
      ],
      "integerText": ["anyOf": [["type": "string", "pattern": "^[-+]?[0-9_]+$"], filled]],
      "integer": ["anyOf": [["type": "integer"], ["$ref": "#/$defs/integerText"]]],
      "number": [
        "anyOf": [
          ["type": "number"], ["type": "string", "pattern": "^[-+]?[0-9._]+([eE][-+]?[0-9]+)?$"], filled,
        ]
      ],
      "duration": ["anyOf": [["type": "string", "pattern": "^([0-9.]+(ms|s|m|h|d))+$"], filled]],
      "share": ["anyOf": [["type": "string", "pattern": "^[0-9.]+([eE][-+]?[0-9]+)?%$"], filled]],
      "byteCount": [
        "anyOf": [["type": "string", "pattern": "^[0-9.]+([eE][-+]?[0-9]+)?([GMK]iB|GB|MB|kB|B)$"], filled]
      ],
    ]
  }

  /// A mapping of known keys. `extra` are properties that are required and described already.
  func object(_ keys: [KeyReference], extra: [(name: String, schema: JSONValue)]) -> JSONObject {
    var properties = JSONObject()
    for (name, schema) in extra { properties.set(name, to: schema) }
    for key in keys { properties.set(key.name, to: property(key)) }
    let required = extra.map(\.name) + keys.filter(\.isRequired).map(\.name)
    var object: JSONObject = ["type": required.isEmpty ? ["object", "null"] : "object"]
    object.set("properties", to: .object(properties))
    if !required.isEmpty { object.set("required", to: .array(required.map { .string($0) })) }
    object.set("additionalProperties", to: false)
    return object
  }

  /// The schema of a key's value, with what is said of it.
  func property(_ key: KeyReference) -> JSONValue {
    var schema = JSONObject()
    describe(key.isSecret ? "\(key.doc) Secret: it is masked wherever text leaves the program." : key.doc, in: &schema)
    if let value = key.defaultText.flatMap({ defaultValue($0, key.shape) }) { schema.set("default", to: value) }
    let choices = alternatives(key.shape)
    if choices.count == 1, case .object(let only) = choices[0] {
      for member in only.members { schema.set(member.name, to: member.value) }
    } else {
      schema.set("anyOf", to: .array(choices))
    }
    return .object(schema)
  }

  /// Sets the description: plain, and in Markdown for the editors that show it.
  func describe(_ doc: String, in schema: inout JSONObject) {
    schema.set("description", to: .string(doc.filter { $0 != "`" }))
    schema.set("markdownDescription", to: .string(doc))
  }

  private func reference(_ name: String) -> JSONValue { ["$ref": .string("#/$defs/\(name)")] }

  /// The name of a family's definition: a reference is an address, which holds no blanks.
  func definitionName(_ family: String) -> String { family.map { $0 == " " ? "_" : String($0) }.joined() }

  /// The schemas of which a value must satisfy one.
  func alternatives(_ shape: Shape) -> [JSONValue] {
    switch shape {
    case .reference(let name):
      guard let kinds = kinds(of: name) else { return [reference("text")] }
      return alternatives(.choice(kinds))
    case .text, .template: return [reference("text")]
    case .integer(nil, nil): return [reference("integer")]
    case .integer(let low, let high):
      var schema: JSONObject = ["type": "integer"]
      if let low { schema.set("minimum", to: .integer(Int64(low))) }
      if let high { schema.set("maximum", to: .integer(Int64(high))) }
      return [.object(schema), reference("integerText")]
    case .number: return [reference("number")]
    case .boolean: return [reference("boolean")]
    case .duration: return [reference("duration")]
    case .share: return [reference("share")]
    case .byteCount: return [reference("byteCount")]
    case .choice(let words): return [["enum": .array(words.map { .string($0) })], reference("filled")]
    case .list(let item):
      // One value alone stands for a list of it.
      let items = alternatives(item)
      return [["type": "array", "items": one(of: items)], ["type": "null"]] + items
    case .map(let value):
      return [["type": ["object", "null"], "additionalProperties": one(of: alternatives(value))]]
    case .either(let shapes): return shapes.flatMap(alternatives)
    case .object(_, let keys): return [.object(object(keys, extra: []))]
    case .component(let family): return [reference(definitionName(family))]
    case .anything: return [[:]]
    }
  }

  /// The names of a family's members; nil where the name is of no family.
  private func kinds(of family: String) -> [String]? {
    catalogue.families.first { $0.name == family }?.components.map(\.kind)
  }

  private func one(of choices: [JSONValue]) -> JSONValue {
    choices.count == 1 ? choices[0] : ["anyOf": .array(choices)]
  }

  /// A default as a JSON value; nil where its text only describes it.
  private func defaultValue(_ text: String, _ shape: Shape) -> JSONValue? {
    switch shape {
    case .boolean: return text == "true" ? true : text == "false" ? false : nil
    case .integer: return Int64(text).map { .integer($0) }
    case .number: return Double(text).map { number in Int64(exactly: number).map { .integer($0) } ?? .decimal(number) }
    case .choice(let words): return words.contains(text) ? .string(text) : nil
    case .reference(let name): return kinds(of: name)?.contains(text) == true ? .string(text) : nil
    case .either(let shapes): return shapes.lazy.compactMap { defaultValue(text, $0) }.first
    case .text, .template, .duration, .share, .byteCount: return .string(text)
    case .list:
      do throws(FormatFault) { return try JSONParser.parse(text) } catch { return nil }
    default: return nil
    }
  }
}
