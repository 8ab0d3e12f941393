package import AssayDefinition
package import AssayFormats

/// The name of a text encoding in the pipeline file: `windows-1252`.
package struct TextEncodingName: ConfigValue {
  package var encoding: TextEncoding

  package static var shape: Shape {
    // Other spellings are known too: `UTF-8`, `latin1`.
    .either([.choice(TextEncoding.allCases.map(\.rawValue)), .text])
  }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> TextEncodingName? {
    guard let name = context.text(node, expecting: "the name of an encoding") else { return nil }
    do throws(FormatFault) {
      return TextEncodingName(encoding: try TextEncoding(named: name))
    } catch {
      context.fault(.badValue, at: node.location, error.message)
      return nil
    }
  }

  package static func display(_ value: TextEncodingName) -> String? { value.encoding.rawValue }
}
