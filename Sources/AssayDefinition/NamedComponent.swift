/// A component chosen by its kind alone, or by `type` with its keys: `provider: google`,
/// `provider: {type: nominatim, accept_policy: true}`.
package struct NamedComponent<Family: ComponentFamily>: ConfigValue where Family.Product: Sendable {
  package var kind: String
  package var value: Family.Product

  /// A component as the default of a key.
  package init(kind: String, value: Family.Product) {
    self.kind = kind
    self.value = value
  }

  package static var shape: Shape { .either([.reference(Family.name), .component(family: Family.name)]) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> NamedComponent? {
    if node.pairs != nil {
      return Choice<Family>.decode(node, context).map { NamedComponent(kind: $0.kind, value: $0.value) }
    }
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
