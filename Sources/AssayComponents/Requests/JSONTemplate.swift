package import AssayDefinition
package import AssayFormats

/// A JSON value in the pipeline file: any YAML, whose texts may be filled for each row.
///
/// `null`, `true`, `false` and numbers as JSON writes them keep their kinds where they are not quoted; all else is text:
/// `NO`, `00501` and `"5"`. What is filled into a text stays within it, whatever it holds, and never becomes a number.
package indirect enum JSONTemplate<Text: RequestText>: ConfigValue {
  case constant(JSONValue)
  case text(Text)
  case list([JSONTemplate])
  case object([(name: String, value: JSONTemplate)])

  package static var shape: Shape { .anything }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> JSONTemplate? {
    switch node.kind {
    case .scalar(_, let quoted):
      if node.isNull { return .constant(.null) }
      if !quoted, let written = context.text(node, expecting: "a value") {
        switch plainScalar(written) {
        case .value(let value): return .constant(value)
        case .text: break
        case .tooLarge:
          context.fault(
            .badValue, at: node.location, "'\(written)' is beyond the numbers that can be kept; quote it to send a text"
          )
          return nil
        }
      } else if !quoted {
        return nil
      }
      return Text.decode(node, context).map { .text($0) }
    case .sequence(let items):
      let values = items.map { decode($0, context) }
      return values.contains { $0 == nil } ? nil : .list(values.compactMap(\.self))
    case .mapping(let pairs):
      if Text.isTemplate, pairs.count == 1, case .scalar("", quoted: false) = pairs[0].value.kind {
        context.fault(
          .unquotedTemplate, at: node.location,
          "YAML reads {\(pairs[0].key)} without quotes as a mapping; write \"{\(pairs[0].key)}\", "
            + "or {\(pairs[0].key): null} for an object")
        return nil
      }
      let members = pairs.map { pair in decode(pair.value, context).map { (name: pair.key, value: $0) } }
      return members.contains { $0 == nil } ? nil : .object(members.compactMap(\.self))
    }
  }

  package static func display(_ value: JSONTemplate) -> String? { nil }

  /// The columns that the texts name.
  package var columns: [(name: String, isOptional: Bool)] {
    switch self {
    case .constant: []
    case .text(let text): text.columns
    case .list(let items): items.flatMap(\.columns)
    case .object(let members): members.flatMap(\.value.columns)
    }
  }

  /// The columns within texts that are more than the column.
  package var innerColumns: [String] {
    switch self {
    case .constant: []
    case .text(let text): text.soleColumn == nil ? text.columns.map(\.name) : []
    case .list(let items): items.flatMap(\.innerColumns)
    case .object(let members): members.flatMap(\.value.innerColumns)
    }
  }

  /// The value with its texts filled; nil where a column that may not be null is null.
  /// - Parameter list: The texts that a column stands for in the place of a text that is nothing but it; nil for one.
  package func filled(
    _ cell: (String) -> String?, list: (String) -> [String]? = { _ in nil }
  ) -> JSONValue? {
    switch self {
    case .constant(let value): return value
    case .text(let text):
      if let texts = text.soleColumn.flatMap(list) { return .array(texts.map { .string($0) }) }
      return text.filled(cell).map { .string($0) }
    case .list(let items):
      var values: [JSONValue] = []
      for item in items {
        guard let value = item.filled(cell, list: list) else { return nil }
        values.append(value)
      }
      return .array(values)
    case .object(let members):
      var object = JSONObject()
      for (name, item) in members {
        guard let value = item.filled(cell, list: list) else { return nil }
        object.set(name, to: value)
      }
      return .object(object)
    }
  }

  private enum PlainScalar {
    case value(JSONValue)
    case text
    case tooLarge
  }

  /// What an unquoted scalar is in a JSON body.
  private static func plainScalar(_ written: String) -> PlainScalar {
    switch written {
    case "true": return .value(true)
    case "false": return .value(false)
    case "null": return .value(.null)
    default: break
    }
    // Only what a JSON document could hold is a number: a leading zero is a code, `.5` and `1_000` are texts.
    guard let first = written.utf8.first, first == UInt8(ascii: "-") || (48...57).contains(first) else { return .text }
    let isWhole = written.utf8.dropFirst(first == UInt8(ascii: "-") ? 1 : 0).allSatisfy { (48...57).contains($0) }
    do throws(FormatFault) {
      let value = try JSONParser.parse(written)
      if case .decimal = value, isWhole { return .tooLarge }
      return .value(value)
    } catch {
      return !isWhole && Double(written)?.isInfinite == true ? .tooLarge : .text
    }
  }
}
