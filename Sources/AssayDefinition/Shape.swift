/// What a key takes: the one description from which the docs, `explain` and the JSON Schema are derived.
package indirect enum Shape: Sendable {
  case text
  case integer(minimum: Int?, maximum: Int?)
  case number
  case boolean
  case duration
  case share
  case byteCount
  /// A text with `{column}` in it, filled for each row.
  case template
  /// One of the given words.
  case choice([String])
  case list(Shape)
  /// Names that the author chooses, each with a value.
  case map(Shape)
  /// One of several shapes; the first is the usual one.
  case either([Shape])
  /// A mapping of known keys.
  case object(name: String, keys: [KeyReference])
  /// A component by its `type`, from a family of the catalogue such as `auth`.
  case component(family: String)
  /// Any value that YAML can write, lists and mappings too.
  case anything
  /// The name of something else in the file (`dataset`, `api`, `step`), or of a member of a family of the catalogue.
  case reference(String)

  /// In words, for the reference pages: `duration`, `list of text`.
  package var words: String {
    switch self {
    case .text: "text"
    case .integer(let low, let high):
      switch (low, high) {
      case (nil, nil): "integer"
      case (let low?, nil): "integer, at least \(low)"
      case (nil, let high?): "integer, at most \(high)"
      case (let low?, let high?): "integer, \(low) to \(high)"
      }
    case .number: "number"
    case .boolean: "`true` or `false`"
    case .duration: "duration (`500ms`, `10s`, `5m`, `2h`, `1d`)"
    case .share: "share (`95%`)"
    case .byteCount: "bytes (`16MiB`)"
    case .template: "template (`{column}`)"
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
    case .list(.reference(let kind)): "names of \(kind)s"
    case .list(let item): "list of \(item.words)"
    case .map(let value): "mapping of names to \(value.words)"
    case .either(let shapes): shapes.map(\.words).joined(separator: "; or ")
    case .object(let name, _): name
    case .component(let family): "\(family) (by `type`)"
    case .anything: "any value"
    case .reference(let kind): "name of \(article(of: kind))"
    }
  }
}

/// What is known of one key of a component: for docs, `explain` and the JSON Schema.
package struct KeyReference: Sendable {
  package var name: String
  package var shape: Shape
  package var isRequired: Bool
  package var isSecret: Bool
  /// The default as it would stand in the file; nil where there is none.
  package var defaultText: String?
  /// One sentence or more, in Markdown.
  package var doc: String

  package init(
    name: String, shape: Shape, isRequired: Bool = false, isSecret: Bool = false, defaultText: String? = nil,
    doc: String
  ) {
    self.name = name
    self.shape = shape
    self.isRequired = isRequired
    self.isSecret = isSecret
    self.defaultText = defaultText
    self.doc = doc
  }
}
