/// A component without keys, chosen by its kind alone: `provider: google`.
package struct NamedComponent<Family: ComponentFamily>: ConfigValue where Family.Product: Sendable {
  package var kind: String
  package var value: Family.Product

  /// A component as the default of a key.
  package init(kind: String, value: Family.Product) {
    self.kind = kind
    self.value = value
  }

  package static var shape: Shape { .reference(Family.name) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> NamedComponent? {
    guard let kind = context.text(node, expecting: "the name of \(article(of: Family.name))") else { return nil }
    let entries = context.catalogue.entries(Family.self)
    guard let entry = entries.first(where: { $0.kind == kind }) else {
      context.fault(
        .unknownKind, at: node.location,
        "there is no \(Family.name) '\(kind)'\(suggestion(for: kind, among: entries.map(\.kind), listing: 40))")
      return nil
    }
    return entry.decode(YAMLNode(.mapping([]), at: node.location), context, []).map {
      NamedComponent(kind: kind, value: $0)
    }
  }

  package static func display(_ value: NamedComponent) -> String? { value.kind }
}

/// A noun with its article: `an api`, `a dataset`.
func article(of noun: String) -> String { noun.first.map { "aeiou".contains($0) } == true ? "an \(noun)" : "a \(noun)" }
