/// A value of a pipeline file with its place, as written: nothing has been guessed about scalars.
package struct YAMLNode: Sendable {
  package enum Kind: Sendable {
    /// A scalar's text; `quoted` if it stood in quotes or as a block.
    case scalar(String, quoted: Bool)
    case sequence([YAMLNode])
    /// The pairs in the order of the file; keys are unique scalars.
    case mapping([Pair])
  }

  /// A key with its value.
  package struct Pair: Sendable {
    package var key: String
    package var keyLocation: SourceLocation
    package var value: YAMLNode
  }

  package var kind: Kind
  package var location: SourceLocation

  package init(_ kind: Kind, at location: SourceLocation) {
    self.kind = kind
    self.location = location
  }

  /// Whether the value is missing: `key:` with nothing behind it, or an unquoted `~` or `null`.
  package var isNull: Bool {
    if case .scalar(let text, quoted: false) = kind { return text.isEmpty || text == "~" || text == "null" }
    return false
  }

  /// The pairs of a mapping, or nil.
  package var pairs: [Pair]? {
    if case .mapping(let pairs) = kind { return pairs }
    return nil
  }

  /// The value of a mapping's key, or nil.
  package subscript(_ key: String) -> YAMLNode? {
    pairs?.first { $0.key == key }?.value
  }

  /// The column named in `{column}`, where the author left out the quotes and YAML read a mapping.
  var unquotedTemplate: String? {
    guard case .mapping(let pairs) = kind, pairs.count == 1, let pair = pairs.first, pair.value.isNull else {
      return nil
    }
    return pair.key
  }

  /// What the value is, for messages.
  package var description: String {
    switch kind {
    case .scalar(let text, let quoted): isNull && !quoted ? "nothing" : "'\(text.prefix(60))'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
