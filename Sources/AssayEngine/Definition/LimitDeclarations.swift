package import AssayDefinition
package import AssayHTTP

extension RateLimit.Unit: ConfigChoice {}

/// The `rate_limit` of an API.
package struct RateLimitDeclaration: ConfigObject {
  package var requests = 1
  package var per = Duration.seconds(1)
  package var burst: Int?
  package var unit: RateLimit.Unit?

  package static let schema = Schema(
    "rate limit", RateLimitDeclaration(), summary: "How many requests start in a time.",
    keys: [
      Key(
        "requests", \.requests, required: true, range: 1...1_000_000,
        "How many requests start in each `per`, evenly spread. Retries count too."),
      Key("per", \.per, "The time."),
      Key(
        "burst", \.burst, shown: "requests", range: 1...1_000_000,
        "How many may start at once after a rest. In any time as long as `per` at most `burst` and `requests` together start; 1 keeps them apart."
      ),
      Key(
        "unit", \.unit, shown: "as the provider counts",
        "What counts: each of the `requests` as one, or their `cost` where their provider says what each costs. A request that costs more than `burst` goes after a rest, and the next ones wait for what it was dearer."
      ),
    ],
    rules: [Rule("per") { $0.per <= .zero ? "a rate is per a time longer than 0s" : nil }])
}

/// The `budget` of an API.
package struct BudgetDeclaration: ConfigObject {
  package var requestsPerRun: Int?
  package var requestsPerDay: Int?
  package var costPerRun: Double?
  package var costPerDay: Double?

  package static let schema = Schema(
    "budget", BudgetDeclaration(), summary: "How many requests are sent at the most, and at what cost.",
    keys: [
      Key(
        "requests_per_run", \.requestsPerRun, range: 0...Int.max,
        "Requests in a run. Those that were really sent count, retries among them."),
      Key(
        "requests_per_day", \.requestsPerDay, range: 0...Int.max,
        "Requests on a day (UTC), over all runs of all pipelines that share the store and use an API of this name and address."
      ),
      Key("cost_per_run", \.costPerRun, "Cost in a run; a request costs 1 unless its provider says otherwise."),
      Key("cost_per_day", \.costPerDay, "Cost on a day (UTC), over all runs."),
    ],
    rules: [
      Rule("budget") { budget in
        budget.requestsPerRun == nil && budget.requestsPerDay == nil && budget.costPerRun == nil
          && budget.costPerDay == nil ? "a budget sets at least one limit, such as 'requests_per_run'" : nil
      },
      Rule("cost_per_run") { $0.costPerRun ?? 0 < 0 ? "a cost is not negative" : nil },
      Rule("cost_per_day") { $0.costPerDay ?? 0 < 0 ? "a cost is not negative" : nil },
    ])
}

/// The `circuit_breaker` of an API, where it is not `off`.
package struct CircuitBreakerDeclaration: ConfigObject {
  package var failures = 20
  package var coolDown = Duration.seconds(30)

  package static let schema = Schema(
    "circuit breaker", CircuitBreakerDeclaration(), summary: "When an API that fails again and again is left alone.",
    keys: [
      Key(
        "failures", \.failures, range: 1...1_000_000,
        "So many failures in a row open the breaker: broken connections, time-outs, 408, 425, 500, 502 and above; and 429, once for all requests that were under way together. Any other answer ends the row."
      ),
      Key(
        "cool_down", \.coolDown,
        "How long nothing is sent. Requests wait for it, unless it is longer than their `max_wait`; then one goes first. If that fails too, the API is down: it is left alone for twice as long each time, at most 5 minutes, and requests fail at once meanwhile."
      ),
    ])
}

/// `circuit_breaker: {failures: 20, cool_down: 30s}`, or `off`.
package struct CircuitBreakerSetting: ConfigValue {
  /// Nil for `off`.
  package var declaration: CircuitBreakerDeclaration? = CircuitBreakerDeclaration()

  package init() {}

  package static var shape: Shape { .either([CircuitBreakerDeclaration.shape, .choice(["off"])]) }

  package static func decode(_ node: YAMLNode, _ context: Decoding) -> CircuitBreakerSetting? {
    var setting = CircuitBreakerSetting()
    if case .scalar(let written, _) = node.kind, !written.isEmpty {
      guard let text = context.text(node, expecting: "off, or keys with values") else { return nil }
      guard text == "off" else {
        context.fault(.badValue, at: node.location, "expected off, or {failures: 20, cool_down: 30s}, not '\(text)'")
        return nil
      }
      setting.declaration = nil
      return setting
    }
    guard let declaration = CircuitBreakerDeclaration.decode(node, context) else { return nil }
    setting.declaration = declaration
    return setting
  }

  package static func display(_ value: CircuitBreakerSetting) -> String? { value.declaration == nil ? "off" : nil }
}
