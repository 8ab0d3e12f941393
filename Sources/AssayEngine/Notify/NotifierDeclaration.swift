package import AssayDefinition

/// The keys that every notifier takes.
package struct NotifierCommon: Sendable {
  package var name: String?
  package var events: [NoticeEvent]?
  package var atMostEvery: Duration?
  package var timeout = Duration.seconds(10)
  package var attempts = 3

  package static let schema = Schema(
    "notifier", NotifierCommon(), summary: "Who is told how runs end.",
    keys: [
      Key("name", \.name, shown: "its type, with a number where there are several", "A name for messages."),
      Key(
        "on", \.events, shown: "[failure, recovery, missed]; of `ping` success",
        "What it is told of: `failure` (the gate failed, the run broke or a budget ran out), `recovery` (the first good run after a failure), `warning`, `missed` (slots of the schedule without a run), `success` (each run that passed, warnings or not)."
      ),
      Key(
        "at_most_every", \.atMostEvery,
        "After a message, others about the same event are held back for so long, and counted in the next one. A recovery is always told, and so is the next failure after it."
      ),
      Key("timeout", \.timeout, "How long one attempt may take."),
      Key("attempts", \.attempts, range: 1...10, "How often a message is sent at the most, where that fails."),
    ],
    rules: [
      Rule("on") { $0.events?.isEmpty == true ? "'on' names no event, so that nothing is ever told" : nil },
      Rule("timeout") { $0.timeout <= .zero ? "'timeout' must be longer than 0s" : nil },
      Rule("at_most_every") {
        ($0.atMostEvery ?? .seconds(1)) <= .zero ? "'at_most_every' must be longer than 0s" : nil
      },
    ])
}

/// A notifier with its place in the file.
package struct NotifierDeclaration: Sendable {
  /// Unique in the file: letters, digits, `-` and `_`.
  package var name: String
  package var kind: String
  package var location: SourceLocation
  package var common: NotifierCommon
  package var notifier: any Notifier

  /// What it is told of.
  package var events: [NoticeEvent] { common.events ?? notifier.defaultEvents }
}

/// Reads what stands under `notify`.
struct NotifierDecoder {
  let context: Decoding

  /// The notifiers; one alone stands for a list of it.
  func decode(_ node: YAMLNode) -> [NotifierDeclaration] {
    if node.isNull { return [] }
    var items = [node]
    if case .sequence(let elements) = node.kind { items = elements }
    var found: [NotifierDeclaration] = []
    var counts: [String: Int] = [:]
    for (index, item) in items.enumerated() {
      context.within("notifier \(index + 1)") {
        guard let declaration = one(item, &counts) else { return }
        if let other = found.first(where: { $0.name == declaration.name }) {
          context.fault(
            .duplicateName, at: item["name"]?.location ?? item.location,
            "two notifiers have the name '\(declaration.name)'; the other is in line \(other.location.line)")
        }
        found.append(declaration)
      }
    }
    return found
  }

  private func one(_ item: YAMLNode, _ counts: inout [String: Int]) -> NotifierDeclaration? {
    let schema = NotifierCommon.schema
    let choice = Choice<NotifierFamily>.decode(item, context, also: schema.keyNames)
    guard let pairs = item.pairs else { return nil }
    let before = context.diagnostics.count
    let common = schema.decodeKeys(of: pairs, at: item.location, context)
    if let name = common.name, !name.unicodeScalars.allSatisfy(isNameScalar) || name.isEmpty {
      context.fault(
        .badValue, at: item["name"]?.location ?? item.location,
        "a notifier's name has letters, digits, '-' and '_', not '\(name)'")
    }
    guard let choice else { return nil }
    counts[choice.kind, default: 0] += 1
    let number = counts[choice.kind] ?? 1
    let declaration = NotifierDeclaration(
      name: common.name ?? (number == 1 ? choice.kind : "\(choice.kind)-\(number)"), kind: choice.kind,
      location: item.location, common: common, notifier: choice.value)
    if context.diagnostics.count == before, let complaint = choice.value.complaint(about: declaration.events) {
      let key = pairs.first { $0.key == "on" }
      context.fault(.conflict, at: key?.keyLocation ?? item.location, complaint)
    }
    return declaration
  }
}
