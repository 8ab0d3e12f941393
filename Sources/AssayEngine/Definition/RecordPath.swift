package import AssayDefinition
package import AssayFormats

/// A JSONPath (RFC 9535) in the pipeline file: `$.items[*]`.
package struct RecordPath: ConfigValue {
  package var path: JSONPath
  package var text: String

  package init(path: JSONPath, text: String) {
    self.path = path
    self.text = text
  }

  package static var shape: Shape { .text }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> RecordPath? {
    guard let text = context.text(node, expecting: "a JSONPath such as $.items[*]") else { return nil }
    do throws(JSONPathFault) {
      return RecordPath(path: try JSONPath(text), text: text)
    } catch {
      context.fault(.badExpression, at: node.location, "'\(text)' is no JSONPath: \(error)")
      return nil
    }
  }

  package static func display(_ value: RecordPath) -> String? { value.text }
}
