package import AssayDefinition
package import AssayFormats

/// The JSON Schema (draft 2020-12) of the pipeline file, for editors.
///
/// It accepts whatever the decoder accepts. What needs more than the shape of values (names that refer, rules between
/// keys, SQL and paths) is left to `assay validate`.
package struct PipelineJSONSchema {
  let catalogue: Catalogue

  package init(catalogue: Catalogue) { self.catalogue = catalogue }

  /// The schema as the text of its file, with a line break at its end.
  package var text: String { json.prettyText + "\n" }

  package var json: JSONValue {
    var schema = object(PipelineReference.keys, extra: [])
    // Unlike lists elsewhere, one output alone does not stand for a list of it.
    if case .object(var properties)? = schema["properties"], case .object(var outputs)? = properties["outputs"],
      let list = outputs["anyOf"]?.elements?.prefix(2)
    {
      outputs.set("anyOf", to: .array(Array(list)))
      properties.set("outputs", to: .object(outputs))
      schema.set("properties", to: .object(properties))
    }
    var root: JSONObject = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Assay pipeline",
      "description": "A pipeline of assay: sources, steps, checks and outputs.",
    ]
    for member in schema.members { root.set(member.name, to: member.value) }
    root.set("$defs", to: .object(definitions))
    return .object(root)
  }

  private var definitions: JSONObject {
    var all = Self.valueDefinitions
    for family in catalogue.families {
      switch family.name {
      case CheckFamily.name: addChecks(family, to: &all)
      case ReportFamily.name: all.set(family.name, to: reports(family))
      default: addComponents(family, to: &all)
      }
    }
    return all
  }

  /// Components chosen by `type`: the family, and a definition for each kind that it leads to.
  private func addComponents(_ family: FamilyReference, to all: inout JSONObject) {
    let name = definitionName(family.name)
    all.set(
      name,
      to: [
        "type": "object",
        "properties": [
          "type": [
            "enum": .array(family.components.map { .string($0.kind) }),
            "description": .string("Which \(family.name) it is."),
          ]
        ],
        "required": ["type"],
        "allOf": .array(
          family.components.map { component in
            [
              "if": ["properties": ["type": ["const": .string(component.kind)]], "required": ["type"]],
              "then": ["$ref": .string("#/$defs/\(name).\(component.kind)")],
            ]
          }),
      ])
    for component in family.components {
      var schema: JSONObject = ["title": .string("\(family.name): \(component.kind)")]
      describe(
        component.details.isEmpty ? component.summary : "\(component.summary)\n\n\(component.details)", in: &schema)
      let type = JSONValue.object(["const": .string(component.kind)])
      for member in object(component.keys + family.commonKeys, extra: [("type", type)]).members {
        schema.set(member.name, to: member.value)
      }
      all.set("\(name).\(component.kind)", to: .object(schema))
    }
  }

  /// A check is a bare name, or its name with parameters and the common keys beside it.
  private func addChecks(_ family: FamilyReference, to all: inout JSONObject) {
    let kinds = family.components.map(\.kind)
    var properties = JSONObject()
    for component in family.components {
      var property: JSONObject = ["$ref": .string("#/$defs/check.\(component.kind)")]
      describe(component.summary, in: &property)
      properties.set(component.kind, to: .object(property))
    }
    for key in family.commonKeys { properties.set(key.name, to: property(key)) }
    all.set(
      family.name,
      to: [
        "anyOf": [
          ["enum": .array(kindsWithoutParameters.map { .string($0) })],
          [
            "type": "object",
            "properties": .object(properties),
            "additionalProperties": false,
            "oneOf": .array(kinds.map { ["required": [.string($0)]] }),
          ],
        ]
      ])
    for component in family.components {
      var schema: JSONObject = ["title": .string("check: \(component.kind)")]
      describe(
        component.details.isEmpty ? component.summary : "\(component.summary)\n\n\(component.details)", in: &schema)
      setParameters(of: component, in: &schema)
      all.set("check.\(component.kind)", to: .object(schema))
    }
  }

  /// What may stand behind a component's name: its keys, or the value of its shorthand alone.
  private func setParameters(of component: ComponentReference, in schema: inout JSONObject) {
    let parameters = object(component.keys, extra: [])
    if let key = component.keys.first(where: { $0.name == component.shorthand }) {
      schema.set("anyOf", to: .array([.object(parameters)] + alternatives(key.shape)))
    } else {
      for member in parameters.members { schema.set(member.name, to: member.value) }
    }
  }

  /// The checks that may be a bare name: those that decode from nothing.
  private var kindsWithoutParameters: [String] {
    catalogue.entries(CheckFamily.self).filter { entry in
      let context = Decoding(variables: Variables(), catalogue: catalogue)
      _ = entry.decode(YAMLNode(.mapping([]), at: .start), context, [])
      return !context.hasErrors
    }.map(\.kind)
  }

  /// Reports by their kinds.
  private func reports(_ family: FamilyReference) -> JSONValue {
    var properties = JSONObject()
    for component in family.components {
      var property: JSONObject = [:]
      describe(component.summary, in: &property)
      setParameters(of: component, in: &property)
      properties.set(component.kind, to: .object(property))
    }
    return ["type": ["object", "null"], "properties": .object(properties), "additionalProperties": false]
  }
}
