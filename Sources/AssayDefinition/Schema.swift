/// One key of a component: its name, where its value goes, and what is said about it.
package struct Key<Root: Sendable>: Sendable {
  let name: String
  let reference: @Sendable (Root) -> KeyReference
  let decode: @Sendable (YAMLNode, Decoding, inout Root) -> Void
  let isRequired: Bool

  /// A key whose value goes where the key path points. Its type, and its default, are those of the property.
  /// - Parameters:
  ///   - required: The file must give it, a text with something in it.
  ///   - canBeEmpty: A required text may be empty all the same, as a password may.
  ///   - secret: Its value is masked wherever text leaves the program.
  ///   - shown: The default for the docs, where the property's own says too little.
  ///   - range: Allowed values, for integers.
  package init<Value: ConfigValue>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, required: Bool = false, secret: Bool = false,
    canBeEmpty: Bool = false, shown: String? = nil, range: ClosedRange<Int>? = nil, _ doc: String
  ) {
    self.name = name
    isRequired = required
    let shape: Shape =
      if let range {
        .integer(minimum: range.lowerBound, maximum: range.upperBound == .max ? nil : range.upperBound)
      } else {
        Value.shape
      }
    reference = { root in
      KeyReference(
        name: name, shape: shape, isRequired: required, isSecret: secret,
        defaultText: required ? nil : shown ?? Value.display(root[keyPath: path]), doc: doc)
    }
    decode = { node, context, root in
      let outer = context.isSecret
      context.isSecret = outer || secret
      defer { context.isSecret = outer }
      guard let value = Value.decode(node, context) else { return }
      if let range, let number = (value as? Int) ?? (value as? Int?).flatMap({ $0 }), !range.contains(number) {
        let bounds =
          range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        context.fault(.badValue, at: node.location, "'\(name)' must be \(bounds), not \(number)")
        return
      }
      if required, !canBeEmpty, (value as? String ?? (value as? FilledText)?.text)?.isEmpty == true {
        context.fault(.badValue, at: node.location, "'\(name)' is empty")
        return
      }
      root[keyPath: path] = value
    }
  }
}

extension Key {
  /// The key of a type that holds this one's at a path: types share keys by holding the same value.
  package func lifted<Outer>(to path: any WritableKeyPath<Outer, Root> & Sendable) -> Key<Outer> {
    Key<Outer>(
      name: name, reference: { [reference] in reference($0[keyPath: path]) },
      decode: { [decode] node, context, outer in decode(node, context, &outer[keyPath: path]) },
      isRequired: isRequired)
  }

  private init(
    name: String, reference: @escaping @Sendable (Root) -> KeyReference,
    decode: @escaping @Sendable (YAMLNode, Decoding, inout Root) -> Void, isRequired: Bool
  ) {
    self.name = name
    self.reference = reference
    self.decode = decode
    self.isRequired = isRequired
  }
}

extension Schema {
  /// The keys of this schema as keys of a component that has a part of this type.
  package func keys<Whole>(at path: any WritableKeyPath<Whole, Root> & Sendable) -> [Key<Whole>] {
    keys.map { $0.lifted(to: path) }
  }

  /// The rules of this schema for a component that has a part of this type.
  package func rules<Whole>(at path: any WritableKeyPath<Whole, Root> & Sendable) -> [Rule<Whole>] {
    rules.map { $0.lifted(to: path) }
  }
}

/// What must hold between the keys of a component.
package struct Rule<Root: Sendable>: Sendable {
  let key: String
  let code: DiagnosticCode
  let fault: @Sendable (Root) -> String?

  /// A rule that answers what is wrong, or nil. The fault stands at `key` where the file gives it, else at the component.
  package init(
    _ key: String, code: DiagnosticCode = .conflict, _ fault: @escaping @Sendable (Root) -> String?
  ) {
    self.key = key
    self.code = code
    self.fault = fault
  }
}

extension Rule {
  /// The rule of a type that holds this one's at a path.
  package func lifted<Outer>(to path: any WritableKeyPath<Outer, Root> & Sendable) -> Rule<Outer> {
    Rule<Outer>(key, code: code) { [fault] in fault($0[keyPath: path]) }
  }
}

/// A faulty piece of YAML and what is said about it: documentation and test at once.
package struct FaultExample: Sendable {
  /// YAML in which `⟪` stands right before the place of the fault.
  package var yaml: String
  /// The message, without place and code.
  package var message: String

  package init(_ yaml: String, _ message: String) {
    self.yaml = yaml
    self.message = message
  }
}

/// How a type is written in the pipeline file: the one declaration from which decoding, `explain`, the reference
/// pages, the JSON Schema and the tests of examples come.
package struct Schema<Root: Sendable>: Sendable {
  /// The name in the file: a component's `type`.
  package let kind: String
  /// One sentence.
  package let summary: String
  /// What else a user must know, in Markdown; may be empty.
  package let details: String
  /// The key that a value stands for where the file gives no mapping: `[CA, NY]` for `accepted_values`.
  package let shorthand: String?
  /// YAML of the component, each valid.
  package let examples: [String]
  package let faults: [FaultExample]
  let keys: [Key<Root>]
  let rules: [Rule<Root>]
  let makeRoot: @Sendable () -> Root

  package init(
    _ kind: String, _ makeRoot: @autoclosure @escaping @Sendable () -> Root, summary: String, details: String = "",
    shorthand: String? = nil, keys: [Key<Root>], rules: [Rule<Root>] = [], examples: [String] = [],
    faults: [FaultExample] = []
  ) {
    self.kind = kind
    self.makeRoot = makeRoot
    self.summary = summary
    self.details = details
    self.shorthand = shorthand
    self.keys = keys
    self.rules = rules
    self.examples = examples
    self.faults = faults
  }

  /// The keys for docs and the JSON Schema, with the defaults of a fresh value.
  package var keyReferences: [KeyReference] {
    let root = makeRoot()
    return keys.map { $0.reference(root) }
  }

  package var keyNames: [String] { keys.map(\.name) }

  /// Decodes what the mapping has of this schema's keys, and checks required keys and rules. Other keys are left to
  /// the caller. `place` is where a missing key is reported.
  package func decodeKeys(of pairs: [YAMLNode.Pair], at place: SourceLocation, _ context: Decoding) -> Root {
    var root = makeRoot()
    let before = context.diagnostics.count
    for pair in pairs {
      keys.first { $0.name == pair.key }?.decode(pair.value, context, &root)
    }
    for key in keys where key.isRequired && !pairs.contains(where: { $0.key == key.name }) {
      context.fault(.missingKey, at: place, "\(context.owner) needs '\(key.name)'")
    }
    // A rule sees defaults in place of what could not be read, so it speaks only of what was.
    if context.diagnostics.count == before {
      for rule in rules {
        guard let message = rule.fault(root) else { continue }
        let pair = pairs.first { $0.key == rule.key }
        context.fault(rule.code, at: pair?.keyLocation ?? place, message)
      }
    }
    return root
  }

  /// Decodes a node that holds this schema's keys and nothing else; nil where it is no mapping (a fault).
  package func decode(_ node: YAMLNode, _ context: Decoding, also known: [String] = []) -> Root? {
    if let pairs = node.pairs, shorthand == nil || pairs.allSatisfy({ isKnown($0.key) || known.contains($0.key) }) {
      context.checkKeys(pairs, known: known + keyNames)
      return decodeKeys(of: pairs, at: node.location, context)
    }
    if let shorthand {
      if let pairs = node.pairs, pairs.contains(where: { isKnown($0.key) || nearest($0.key, among: keyNames) != nil }) {
        context.checkKeys(pairs, known: known + keyNames)
        return decodeKeys(of: pairs, at: node.location, context)
      }
      return decodeKeys(
        of: [YAMLNode.Pair(key: shorthand, keyLocation: node.location, value: node)], at: node.location, context)
    }
    if node.isNull { return decodeKeys(of: [], at: node.location, context) }
    context.fault(.wrongType, at: node.location, "\(context.owner) takes keys with values, not \(node.description)")
    return nil
  }

  private func isKnown(_ key: String) -> Bool { keys.contains { $0.name == key } }
}

/// A type that stands in the file as a mapping of its own keys.
package protocol ConfigObject: ConfigValue {
  static var schema: Schema<Self> { get }
}

extension ConfigObject {
  package static var shape: Shape { .object(name: schema.kind, keys: schema.keyReferences) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Self? {
    context.within("\(schema.kind) of \(context.owner)") { schema.decode(node, context) }
  }

  package static func display(_ value: Self) -> String? { nil }
}
