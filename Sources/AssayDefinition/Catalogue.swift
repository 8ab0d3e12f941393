/// A component: a type that the file names by a kind, with its keys declared beside its behaviour.
package protocol Component: Sendable {
  static var schema: Schema<Self> { get }
}

/// A family of components: sources, checks, paginators …
package protocol ComponentFamily {
  /// What the engine sees of a component.
  associatedtype Product
  /// The family's name in docs and messages: `source`, `auth`.
  static var name: String { get }
  /// What the family is and where its members stand in the file, in a few sentences of Markdown.
  static var introduction: String { get }
  /// Keys that the family's every member takes beside its own, for docs; empty for most.
  static var commonKeys: [KeyReference] { get }
}

extension ComponentFamily {
  package static var commonKeys: [KeyReference] { [] }
}

/// A component with its type erased: how it is decoded, and what is said of it.
package struct Entry<Product>: Sendable {
  package let reference: ComponentReference
  /// Decodes the component from a node; keys in `also` belong to the family and are left alone.
  package let decode: @Sendable (_ node: YAMLNode, _ context: Decoding, _ also: [String]) -> Product?
  /// The component with the defaults of its keys, required ones too.
  package let makeDefault: @Sendable () -> Product

  /// The catalogue's line for a component: `Entry(CSVSource.self) { $0 }`.
  package init<C: Component>(_ type: C.Type, _ erase: @escaping @Sendable (C) -> Product) {
    let schema = C.schema
    reference = ComponentReference(
      kind: schema.kind, summary: schema.summary, details: schema.details, shorthand: schema.shorthand,
      keys: schema.keyReferences, examples: schema.examples, faults: schema.faults)
    decode = { node, context, also in
      C.schema.decode(node, context, also: also).map(erase)
    }
    makeDefault = { erase(schema.makeRoot()) }
  }

  package var kind: String { reference.kind }
}

/// What is said of a component: for `explain`, the reference pages and the JSON Schema.
package struct ComponentReference: Sendable {
  package var kind: String
  package var summary: String
  package var details: String
  package var shorthand: String?
  package var keys: [KeyReference]
  package var examples: [String]
  package var faults: [FaultExample]
}

/// A family with what is said of its members, in the order of the catalogue.
package struct FamilyReference: Sendable {
  package var name: String
  package var introduction: String
  package var commonKeys: [KeyReference]
  package var components: [ComponentReference]
}

/// The components that pipeline files may use: an immutable value, handed to the decoder.
package struct Catalogue: Sendable {
  private var entries: [ObjectIdentifier: any Sendable] = [:]
  /// The families in the order in which they were added.
  package private(set) var families: [FamilyReference] = []

  package init() {}

  /// Adds a family. Kinds must be unique within it.
  package func adding<F: ComponentFamily>(_ family: F.Type, _ added: [Entry<F.Product>]) -> Catalogue {
    var copy = self
    copy.entries[ObjectIdentifier(family)] = added
    copy.families.append(
      FamilyReference(
        name: F.name, introduction: F.introduction, commonKeys: F.commonKeys,
        components: added.map(\.reference)))
    precondition(Set(added.map(\.kind)).count == added.count, "two \(F.name)s of one kind in the catalogue")
    return copy
  }

  /// The members of a family.
  package func entries<F: ComponentFamily>(_ family: F.Type) -> [Entry<F.Product>] {
    entries[ObjectIdentifier(family)] as? [Entry<F.Product>] ?? []
  }
}

/// A component chosen by `type:` within a mapping: `auth: {type: basic, …}`.
package struct Choice<Family: ComponentFamily>: ConfigValue where Family.Product: Sendable {
  package var kind: String
  package var value: Family.Product
  package var location: SourceLocation

  package static var shape: Shape { .component(family: Family.name) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Choice? {
    let outer = context.owner
    return context.within("\(Family.name) of \(outer)") {
      decode(node, context, also: []) { "\($0) \(Family.name) of \(outer)" }
    }
  }

  /// Decodes the component, leaving keys in `also` to the caller.
  package static func decode(_ node: YAMLNode, _ context: Decoding, also: [String]) -> Choice? {
    decode(node, context, also: also) { [owner = context.owner] in "\(owner) (\($0))" }
  }

  /// `title` names the component for messages, once its kind is known.
  private static func decode(
    _ node: YAMLNode, _ context: Decoding, also: [String], title: (_ kind: String) -> String
  ) -> Choice? {
    guard let pairs = node.pairs else {
      context.fault(
        .wrongType, at: node.location, "\(context.owner) takes a mapping with a 'type', not \(node.description)")
      return nil
    }
    let entries = context.catalogue.entries(Family.self)
    let kinds = entries.map(\.kind)
    guard let type = pairs.first(where: { $0.key == "type" }) else {
      context.fault(
        .missingKey, at: node.location,
        "\(context.owner) needs a 'type' that says which \(Family.name) it is: \(kinds.joined(separator: ", "))")
      return nil
    }
    guard let kind = context.text(type.value, expecting: "the name of a \(Family.name)") else { return nil }
    guard let entry = entries.first(where: { $0.kind == kind }) else {
      context.fault(
        .unknownKind, at: type.value.location,
        "there is no \(Family.name) '\(kind)'\(suggestion(for: kind, among: kinds, listing: 40))")
      return nil
    }
    return context.within(title(kind)) {
      entry.decode(node, context, also + ["type"])
    }.map { Choice(kind: kind, value: $0, location: node.location) }
  }

  package static func display(_ value: Choice) -> String? { value.kind }
}
