/// A text with `{column}` in it, filled for each row: `{street}, {city}`.
///
/// `{column?}` may be null and is then empty; a null in `{column}` makes the row skipped. `{{` and `}}` stand for
/// the braces themselves. A text without braces is a constant, and so is all that a variable brings.
package struct Template: ConfigValue, Hashable {
  package enum Part: Sendable, Hashable {
    case literal(String)
    case column(String, optional: Bool)
  }

  package var parts: [Part]
  /// The place of the template in the file, for faults about its columns.
  package var location: SourceLocation = .start

  package init(parts: [Part]) { self.parts = parts }

  package static var shape: Shape { .template }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Template? {
    guard let text = context.filledText(node, expecting: "a text, with {column} for what differs from row to row")
    else {
      return nil
    }
    do {
      var template = try Template(text)
      template.location = node.location
      return template
    } catch {
      context.fault(.badValue, at: node.location, error.message)
      return nil
    }
  }

  package static func display(_ value: Template) -> String? { value.text }

  package struct SyntaxFault: Error {
    package var message: String
  }

  /// The template that a text spells.
  package init(_ text: String) throws(SyntaxFault) { try self.init(FilledText(text)) }

  /// The template that a text spells; braces that variables brought are no more than characters.
  package init(_ text: FilledText) throws(SyntaxFault) {
    parts = []
    var literal = ""
    let characters = text.pieces.flatMap { piece in piece.text.map { (value: $0, isBrought: piece.isBrought) } }
    var rest = characters[...]
    func isNext(_ character: Character) -> Bool { rest.first.map { $0.value == character && !$0.isBrought } ?? false }
    while let character = rest.popFirst() {
      switch character.value {
      case _ where character.isBrought: literal.append(character.value)
      case "{" where isNext("{"), "}" where isNext("}"):
        literal.append(character.value)
        rest.removeFirst()
      case "{":
        guard let end = rest.firstIndex(where: { $0.value == "}" && !$0.isBrought }) else {
          throw SyntaxFault(
            message: "'{' without its '}' in '\(text.unfilled)'; write {{ for the character itself")
        }
        var name = rest[..<end]
        rest = rest[rest.index(after: end)...]
        let optional = name.last.map { $0.value == "?" && !$0.isBrought } ?? false
        if optional { name.removeLast() }
        guard !name.isEmpty else { throw SyntaxFault(message: "'{}' names no column in '\(text.unfilled)'") }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        literal = ""
        parts.append(.column(String(name.map(\.value)), optional: optional))
      case "}":
        throw SyntaxFault(message: "'}' without its '{' in '\(text.unfilled)'; write }} for the character itself")
      default: literal.append(character.value)
      }
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
  }

  /// The columns that it names, in order.
  package var columnNames: [String] {
    parts.compactMap { if case .column(let name, _) = $0 { name } else { nil } }
  }

  /// The template as messages show it: braces of its constants stand once, so that a secret among them is still known.
  package var shown: String {
    parts.map {
      switch $0 {
      case .literal(let text): text
      case .column(let name, let optional): "{\(name)\(optional ? "?" : "")}"
      }
    }.joined()
  }

  /// The template as it is written.
  package var text: String {
    parts.map {
      switch $0 {
      case .literal(let text):
        text.reduce(into: "") { $0 += $1 == "{" || $1 == "}" ? "\($1)\($1)" : String($1) }
      case .column(let name, let optional): "{\(name)\(optional ? "?" : "")}"
      }
    }.joined()
  }

  /// The text for one row; nil where a column that may not be null is null (or blank), so the row is skipped.
  package func fill(_ cell: (String) -> String?) -> String? {
    var filled = ""
    for part in parts {
      switch part {
      case .literal(let text): filled += text
      case .column(let name, let optional):
        guard let text = cell(name) else {
          if optional { continue }
          return nil
        }
        filled += text
      }
    }
    return filled
  }
}
