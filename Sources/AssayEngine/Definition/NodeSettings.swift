package import AssayDefinition

/// What becomes of the run when a node breaks.
package enum OnFailure: String, ConfigChoice {
  /// The run breaks.
  case stop
  /// The run goes on without the node, and without what needs it.
  case goOn = "continue"
}

/// A word that `--only` finds nodes by.
package struct Tag: ConfigValue, Hashable {
  package var name: String

  package init(_ name: String) { self.name = name }

  package static var shape: Shape { .text }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Tag? {
    guard let name = context.text(node, expecting: "a tag") else { return nil }
    guard !name.isEmpty, name.unicodeScalars.allSatisfy(isNameScalar) else {
      context.fault(.badValue, at: node.location, "a tag has letters, digits, '-' and '_', not '\(name)'")
      return nil
    }
    return Tag(name)
  }

  package static func display(_ value: Tag) -> String? { value.name }
}

/// How a node is run: the keys that sources, steps and outputs share.
package struct NodeSettings: Sendable {
  /// The longest time that one attempt takes; nil for any.
  package var timeout: Duration?
  package var onFailure = OnFailure.stop
  package var tags: [Tag] = []

  package init() {}

  private static let keys: [Key<NodeSettings>] = [
    Key(
      "timeout", \.timeout,
      "The longest time that it takes, waiting for its rows included; one that takes longer is stopped, and has failed."
    ),
    Key(
      "on_failure", \.onFailure,
      "What happens when it breaks. `stop`: the run breaks, and publishes nothing. `continue`: what needs it is skipped, the rest of the run goes on and is published, and the outcome is `warned`."
    ),
    Key("tags", \.tags, "Words that `--only` finds it by."),
  ]

  private static let rules: [Rule<NodeSettings>] = [
    Rule("timeout") { $0.timeout.map { $0 <= .zero } == true ? "'timeout' must be longer than 0s" : nil }
  ]

  /// The keys of sources and steps.
  package static let schema = Schema(
    "node", NodeSettings(), summary: "How a source or a step is run.", keys: keys, rules: rules)

  /// The keys of outputs.
  package static let outputSchema = Schema(
    "node", NodeSettings(), summary: "How an output is run.", keys: keys, rules: rules)
}
