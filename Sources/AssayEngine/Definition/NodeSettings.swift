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

/// The `retry` of a source or step: it is tried again as a whole.
package struct NodeRetry: ConfigObject {
  package var maxAttempts = 3
  package var initial = Duration.seconds(10)
  package var factor = 2.0
  package var max = Duration.seconds(600)

  package static let schema = Schema(
    "node retry", NodeRetry(), summary: "How often a source or step is tried again, as a whole, when it breaks.",
    keys: [
      Key("max_attempts", \.maxAttempts, range: 1...100, "How often it is tried at the most, the first time included."),
      Key("initial", \.initial, "The wait after the first attempt."),
      Key("factor", \.factor, "By what each further wait is longer."),
      Key("max", \.max, "The longest wait."),
    ],
    rules: [Rule("factor") { $0.factor < 1 ? "'factor' is at least 1" : nil }])

  /// The wait after an attempt, counted from 1.
  func pause(after attempt: Int) -> Duration {
    var pause = initial
    for _ in 1..<Swift.max(attempt, 1) where pause < max { pause = pause * factor }
    return min(pause, max)
  }
}

/// How a node is run: the keys that sources, steps and outputs share.
package struct NodeSettings: Sendable {
  /// The longest time that an attempt takes; nil for any.
  package var timeout: Duration?
  package var onFailure = OnFailure.stop
  package var tags: [Tag] = []
  package var retry: NodeRetry?
  package var condition: RunCondition?
  package var uses = Named<Int>()

  package init() {}

  /// Whether it may wait while others go on, or begin again: then it reads rows that are kept.
  var isHeld: Bool { retry != nil || condition != nil || !uses.items.isEmpty }

  /// The sources and steps that its condition asks about.
  var awaited: [String] { condition?.datasets.map(\.name) ?? [] }

  private static let keys: [Key<NodeSettings>] = [
    Key(
      "timeout", \.timeout,
      "The longest time that an attempt takes, waiting for its rows included; one that takes longer is stopped, and has failed."
    ),
    Key(
      "on_failure", \.onFailure,
      "What happens when it breaks. `stop`: the run breaks, and publishes nothing. `continue`: what needs it is skipped, the rest of the run goes on and is published, and the outcome is `warned`."
    ),
    Key("tags", \.tags, "Words that `--only` finds it by."),
    Key(
      "when", \.condition,
      "An SQL expression over `param.NAME`, `run.date`, and `NAME.rows`, `NAME.status` and `NAME.requests` of sources and steps, asked once these have ended. Unless it is true, the node and what needs it are skipped."
    ),
    Key("uses", \.uses, "How much of each of the `resources` it holds while it runs; it waits until there is as much."),
  ]

  private static let retryKey = Key<NodeSettings>(
    "retry", \.retry, "How often it is tried again, as a whole, when it breaks; its rows are handed on once it has not."
  )

  private static let rules: [Rule<NodeSettings>] = [
    Rule("timeout") { $0.timeout.map { $0 <= .zero } == true ? "'timeout' must be longer than 0s" : nil },
    Rule("uses") { settings in
      settings.uses.items.first { $0.value < 1 }.map { "'uses' of '\($0.name)' is at least 1, not \($0.value)" }
    },
  ]

  /// The keys of sources and steps.
  package static let schema = Schema(
    "node", NodeSettings(), summary: "How a source or a step is run.", keys: keys + [retryKey], rules: rules)

  /// The keys of outputs.
  package static let outputSchema = Schema(
    "node", NodeSettings(), summary: "How an output is run.", keys: keys, rules: rules)
}
