package import AssayDefinition
package import AssayQuality

extension Severity: ConfigChoice {}

extension Amount: ConfigValue {
  package static var shape: Shape { .either([.share, .integer(minimum: 0, maximum: nil)]) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Amount? {
    guard let text = context.text(node, expecting: "a share such as 95%, or a count of rows") else { return nil }
    if let share = Share(text: text) { return .share(share.fraction) }
    if let count = Int(text), count >= 0 { return .count(count) }
    context.fault(
      .wrongType, at: node.location, "expected a share from 0% to 100%, or a count of rows, not '\(text)'")
    return nil
  }

  package static func display(_ value: Amount) -> String? {
    switch value {
    case .share(let fraction): Share(fraction).text
    case .count(let count): String(count)
    }
  }
}

/// Bounds for a warning and for a failure: `{warn: 99%, fail: 95%}`; or one bound, of the check's severity.
extension Graded: ConfigValue where Value: ConfigValue {
  private struct Pair: Sendable {
    var warn: Value?
    var fail: Value?

    static var schema: Schema<Pair> {
      Schema(
        "limits", Pair(), summary: "Bounds for a warning and for a failure.",
        keys: [
          Key("warn", \.warn, "Beyond it the check warns."),
          Key("fail", \.fail, "Beyond it the check fails."),
        ])
    }
  }

  package static var shape: Shape {
    .either([Value.shape, .object(name: "`{warn: …, fail: …}`", keys: Pair.schema.keyReferences)])
  }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> Graded? {
    if node.pairs != nil {
      return Pair.schema.decode(node, context).map { .pair(warn: $0.warn, fail: $0.fail) }
    }
    return Value.decode(node, context).map { .one($0) }
  }

  package static func display(_ value: Graded) -> String? {
    if case .one(let bound) = value { return Value.display(bound) }
    return nil
  }
}

/// The keys that stand beside a check's name.
package struct CheckCommon: Sendable {
  package var severity = Severity.fail
  package var filter: SQLPredicate?
  package var name: String?
  package var atLeast: Graded<Amount>?
  package var atMost: Graded<Amount>?

  package static let schema = Schema(
    "check", CheckCommon(), summary: "What must hold of rows.",
    keys: [
      Key("severity", \.severity, "Whether the gate fails, or warns, when the check does not hold."),
      Key("where", \.filter, "An SQL predicate: only rows for which it is true are evaluated."),
      Key("name", \.name, "A name of its own for reports, where two checks would have one name."),
      Key(
        "at_least", \.atLeast,
        "Rows that must hold: a share of the rows evaluated, a count, or `{warn: 99%, fail: 95%}`."),
      Key("at_most", \.atMost, "Rows that may fail: a share, a count, or `{warn: …, fail: …}`."),
    ])
}

/// A check with its place in the file.
package struct CheckDeclaration: Sendable {
  package var kind: String
  /// The column it stands under; nil for a check of the dataset.
  package var column: String?
  package var location: SourceLocation
  package var common: CheckCommon
  package var check: any Check

  /// The check's name in reports: its own, or its kind.
  package var name: String { common.name ?? kind }

  /// Where it stands.
  package var place: CheckPlace { CheckPlace(column: column, common: common) }

  /// The query that it asks, if any.
  var query: QueryMeasure? {
    check.measures(place).lazy.compactMap { if case .query(let query) = $0 { query } else { nil } }.first
  }

  /// The datasets that it compares with.
  var foreignDatasets: [String] { check.foreignMeasures(place).map(\.dataset) + (query?.inputs ?? []) }

  /// Whether it says of single rows of its own dataset that they fail the gate.
  var splitsRows: Bool {
    common.severity == .fail && check.judgesRows && query == nil
      && check.failingRows(place).contains { $0.dataset == nil }
  }
}
