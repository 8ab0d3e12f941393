internal import AssayEngine
internal import AssayFormats

/// What an output would send, at the most: a run that is gone on with sends less.
struct SendPlan {
  var target: String
  var rows: Int
  var requests: Int

  /// Those of the outputs whose rows were counted.
  static func all(_ definition: PipelineDefinition, _ rows: Previews?) -> [SendPlan] {
    definition.outputs.compactMap { output in
      guard let size = output.output.rowsPerRequest, let count = rows?[output.common.from.name]?.rows else {
        return nil
      }
      return SendPlan(target: output.output.target, rows: count, requests: (count + size - 1) / size)
    }
  }

  /// Lines for people; none where nothing would be sent.
  static func lines(_ plans: [SendPlan], _ style: TerminalStyle) -> [String] {
    if plans.isEmpty { return [] }
    let rows = plans.map { plan in
      [
        TextTable.Cell(style.safe(plan.target), .strong),
        TextTable.Cell(NumberText.count(plan.rows, "row"), right: true),
        TextTable.Cell("at most \(NumberText.count(plan.requests, "request"))", right: true),
      ]
    }
    return ["", "sends"] + TextTable(style: style, rows: rows).lines().map { "  \($0.text)" }
  }

  var json: JSONValue {
    .object([
      "output": .string(target), "rows": .integer(Int64(rows)), "requests": .integer(Int64(requests)),
    ])
  }
}
