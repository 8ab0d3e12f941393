package import AssayColumns
package import AssayDefinition

extension ValueType: ConfigChoice {}

/// The name of a dataset (a source or a step) that must exist in the file.
package struct DatasetName: ConfigValue, Hashable {
  package var name: String
  package var location: SourceLocation

  package init(_ name: String, at location: SourceLocation = .start) {
    self.name = name
    self.location = location
  }

  package static var shape: Shape { .reference("dataset") }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> DatasetName? {
    guard let name = context.text(node, expecting: "the name of a dataset") else { return nil }
    context.refer(to: "dataset", name, at: node.location)
    return DatasetName(name, at: node.location)
  }

  package static func display(_ value: DatasetName) -> String? { value.name }
}

/// The name of an entry under `apis` that must exist in the file.
package struct APIName: ConfigValue, Hashable {
  package var name: String
  package var location: SourceLocation

  package static var shape: Shape { .reference("api") }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> APIName? {
    guard let name = context.text(node, expecting: "the name of an api") else { return nil }
    context.refer(to: "api", name, at: node.location)
    return APIName(name: name, location: node.location)
  }

  package static func display(_ value: APIName) -> String? { value.name }
}

/// What happens when a dataset has no rows.
package enum OnEmpty: String, ConfigChoice {
  case fail, warn, pass
}

/// What happens to a column that the file does not declare.
package enum OnNewColumn: String, ConfigChoice {
  case add, ignore, fail
}

/// Which rows of its dataset an output takes.
package enum RowSelection: String, ConfigChoice {
  case all, failed, passed
}

/// Whether an output is published although the gate failed. Never if the run broke.
package enum PublishPolicy: String, ConfigChoice {
  case whenPassed = "when_passed"
  case always
}
