internal import AssayColumns
package import AssayDefinition
package import AssayStore

/// The `when` of a node: an SQL expression over params, the run's date, and what came of other nodes.
package struct RunCondition: ConfigValue, Hashable {
  package var expression: ConditionSQL
  /// The sources and steps that it asks about, in the order of the text.
  package var datasets: [DatasetName] = []

  /// What it can ask of a source or step.
  static let fields = ["rows", "status", "requests"]

  package static var shape: Shape { .text }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> RunCondition? {
    guard let text = context.text(node, expecting: "an SQL condition") else { return nil }
    var condition = RunCondition(expression: ConditionSQL(text))
    var isKnown = true
    func fault(_ message: String) {
      context.fault(.missingReference, at: node.location, message)
      isKnown = false
    }
    let params = Array((context.variables.params ?? [:]).keys) + Array(context.variables.unsetParams)
    for name in condition.expression.names {
      switch name.owner {
      case "param":
        if params.contains(name.field) { continue }
        fault("there is no param '\(name.field)'\(suggestion(for: name.field, among: params.sorted()))")
      case "run":
        if name.field != "date" { fault("of the run a condition knows 'run.date' alone, not 'run.\(name.field)'") }
      default:
        if !condition.datasets.contains(where: { $0.name == name.owner }) {
          context.refer(to: "dataset", name.owner, at: node.location)
          condition.datasets.append(DatasetName(name.owner, at: node.location))
        }
        if fields.contains(name.field) { continue }
        fault(
          "a condition asks for \(fields.joined(separator: ", ")) of a source or step, not for '\(name.field)'"
            + suggestion(for: name.field, among: fields, listing: 0))
      }
    }
    if let wrong = condition.expression.fault {
      context.fault(
        .badExpression, at: node.location,
        "'\(text)' is no condition: \(wrong); it may name param.NAME, run.date, and NAME.rows, NAME.status, NAME.requests"
      )
      isKnown = false
    }
    return isKnown ? condition : nil
  }

  package static func display(_ value: RunCondition) -> String? { value.expression.sql }

  /// Whether it holds.
  func holds(
    params: [(name: String, value: Cell)], date: String, nodes: [(name: String, state: RunState.Node)]
  ) throws -> Bool {
    var tables = [ConditionSQL.Table("param", params), ConditionSQL.Table("run", [("date", .text(date))])]
    for (name, node) in nodes {
      let counters = node.counters.values
      let values: [(name: String, value: Cell)] = [
        ("rows", .integer(Int64(counters.rowsOut))), ("status", .text(node.state.rawValue)),
        ("requests", .integer(Int64(counters.requests))),
      ]
      tables.append(ConditionSQL.Table(name, values))
    }
    return try expression.holds(tables)
  }
}
