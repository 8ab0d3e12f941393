package import AssayEngine
package import AssayFormats
internal import AssayHTTP

/// What a run would do, before it does: the graph, and what its look-ups would ask for.
package struct PlanText {
  private let definition: PipelineDefinition
  private let lookups: [LookupPlan]
  private let sends: [SendPlan]

  /// What a request takes where nothing is known of the service.
  private static let secondsPerRequest = 0.25

  /// - Parameter rows: The rows that datasets have, as far as they were counted.
  package init(_ definition: PipelineDefinition, _ plans: LookupPlans, rows: Previews? = nil) {
    self.definition = definition
    lookups = definition.steps.flatMap { plans[$0.name] }
    sends = SendPlan.all(definition, rows)
  }

  /// Lines for people.
  package func text(_ style: TerminalStyle) -> String {
    var lines = ["graph"]
    var table = TextTable(style: style)
    let graph = RunPlan(definition).graph
    for node in graph.nodes where [.source, .step, .output].contains(node.kind) {
      let isOutput = node.kind == .output
      var inputs: [String] = []
      for name in (node.streams + node.completes).map({ graph.nodes[$0].name }) where !inputs.contains(name) {
        inputs.append(name)
      }
      let name = isOutput ? Int(node.name).map { definition.outputs[$0 - 1].output.target } ?? "" : node.name
      table.rows.append([
        TextTable.Cell(node.kind.rawValue, .faint), TextTable.Cell(style.safe(name), .strong),
        TextTable.Cell(node.type),
        TextTable.Cell(inputs.isEmpty ? "" : "from " + inputs.joined(separator: ", ")),
      ])
    }
    lines += table.lines().map { "  \($0.text)" }
    if lookups.isEmpty {
      return (lines + ["", "no look-ups"] + SendPlan.lines(sends, style)).joined(separator: "\n") + "\n"
    }
    lines += ["", "look-ups"]
    var counts = TextTable(style: style)
    counts.rows.append(
      ["step", "api", "rows", "keys", "remembered", "to ask", "a request", "requests"].enumerated().map {
        TextTable.Cell($1, .faint, right: $0 > 1)
      })
    for plan in lookups {
      let batch = plan.batch.map { NumberText.grouped($0) } ?? "all"
      counts.rows.append(
        [TextTable.Cell(plan.title, .strong), TextTable.Cell(plan.api)]
          + [plan.rows, plan.keys, plan.remembered, plan.keysToAsk].map {
            TextTable.Cell(NumberText.grouped($0), right: true)
          } + [TextTable.Cell(batch, right: true), TextTable.Cell(NumberText.grouped(plan.requests), right: true)])
    }
    lines += counts.lines().map { "  \($0.text)" }
    for plan in lookups where plan.provider != nil {
      lines.append("  \(plan.title): at the most, if those before it find nothing")
    }
    for plan in lookups where plan.openRows > 0 {
      lines.append(
        "  \(plan.step): \(NumberText.count(plan.openRows, "row")) more, whose keys come of look-ups before it: up to as many keys"
      )
    }
    lines += ["", "apis"]
    for api in apis {
      if api.requests == 0 {
        lines.append("  \(api.name): nothing to ask")
        continue
      }
      var line = "  \(api.name): \(NumberText.count(api.requests, "request"))"
      line += ", \(api.concurrency) at once"
      if let rate = api.rate {
        line +=
          ", \(rate.unit == .cost ? "a cost of " : "")\(NumberText.grouped(rate.requests)) per \(NumberText.duration(rate.per / .seconds(1)))"
      }
      lines.append(line + ", about \(Self.duration(api.seconds))")
      for limit in api.budget {
        let need = api.need(of: limit)
        let share = "\(NumberText.short(need)) of the \(NumberText.short(limit.left)) \(limit.name) that are left"
        lines.append("    \(need > limit.left ? "more than its budget allows" : "within its budget"): \(share)")
      }
    }
    lines += SendPlan.lines(sends, style)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same for programs.
  package var json: JSONValue {
    .object([
      "pipeline": .string(definition.name),
      "graph": .array(
        RunPlan(definition).graph.nodes.map { node in
          .object([
            "kind": .string(node.kind.rawValue), "name": .string(node.name), "type": .string(node.type),
            "inputs": .array((node.streams + node.completes).map { .integer(Int64($0)) }),
          ])
        }),
      "lookups": .array(
        lookups.map { plan in
          .object([
            "step": .string(plan.step), "fallback": .optional(plan.provider), "api": .string(plan.api),
            "rows": .integer(Int64(plan.rows)),
            "skipped_rows": .integer(Int64(plan.skippedRows)), "open_rows": .integer(Int64(plan.openRows)),
            "keys": .integer(Int64(plan.keys)), "remembered": .integer(Int64(plan.remembered)),
            "keys_to_ask": .integer(Int64(plan.keysToAsk)),
            "keys_per_request": plan.batch.map { .integer(Int64($0)) } ?? .null,
            "requests": .integer(Int64(plan.requests)),
          ])
        }),
      "apis": .array(
        apis.map { api in
          .object([
            "api": .string(api.name), "requests": .integer(Int64(api.requests)),
            "concurrency": .integer(Int64(api.concurrency)), "seconds": .decimal(api.seconds),
            "budget": .array(
              api.budget.map { limit in
                .object([
                  "limit": .string(limit.name), "left": .decimal(limit.left), "needed": .decimal(api.need(of: limit)),
                ])
              }),
          ])
        }),
      "sends": .array(sends.map(\.json)),
    ])
  }

  private struct API {
    var name: String
    var requests = 0
    var cost = 0.0
    var concurrency: Int
    var rate: RateLimit?
    var budget: [RequestBudget.Remainder]

    init(_ plan: LookupPlan) {
      name = plan.api
      concurrency = plan.concurrency
      rate = plan.rate
      budget = plan.budget
      add(plan)
    }

    mutating func add(_ plan: LookupPlan) {
      requests += plan.requests
      cost += plan.totalCost
    }

    func need(of limit: RequestBudget.Remainder) -> Double { limit.isCost ? cost : Double(requests) }

    /// What the latency of requests or their rate takes, whichever is longer.
    var seconds: Double {
      let answers = (Double(requests) / Double(max(1, concurrency))).rounded(.up) * PlanText.secondsPerRequest
      guard let rate else { return answers }
      let load = rate.unit == .cost ? cost : Double(requests)
      return max(answers, max(0, load - Double(rate.burst)) / Double(rate.requests) * (rate.per / .seconds(1)))
    }
  }

  private var apis: [API] {
    var apis: [API] = []
    for plan in lookups {
      if let place = apis.firstIndex(where: { $0.name == plan.api }) {
        apis[place].add(plan)
      } else {
        apis.append(API(plan))
      }
    }
    return apis
  }

  /// `10 a second`, `6 a minute`.
  private static func rate(_ perSecond: Double) -> String {
    let (number, unit) =
      perSecond >= 1
      ? (perSecond, "second") : perSecond * 60 >= 1 ? (perSecond * 60, "minute") : (perSecond * 3600, "hour")
    let rounded = (number * 10).rounded() / 10
    return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + " a \(unit)"
  }

  private static func duration(_ seconds: Double) -> String {
    if seconds < 1 { return "1 s" }
    if seconds < 120 { return "\(Int(seconds.rounded(.up))) s" }
    if seconds < 7200 { return "\(Int((seconds / 60).rounded(.up))) min" }
    if seconds < 360_000 { return "\(Int((seconds / 3600).rounded(.up))) h" }
    return seconds < 86_400e6 ? "\(NumberText.grouped(Int((seconds / 86_400).rounded(.up)))) days" : "for ever"
  }
}

extension LookupPlan {
  /// The step, and the provider where it is not the first that is asked.
  fileprivate var title: String { provider.map { "\(step) (\($0))" } ?? step }

  /// The most keys of a request; nil where one takes them all.
  fileprivate var batch: Int? { keysPerRequest > 1_000_000 ? nil : keysPerRequest }
}
