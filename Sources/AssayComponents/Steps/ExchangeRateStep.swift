internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayHTTP
internal import AssayStore

/// Amounts in another currency.
package struct ExchangeRateStep: Step, Component {
  var provider = NamedComponent<ExchangeRateFamily>(kind: OpenERAPI.schema.kind, value: OpenERAPI())
  var api: APIName?
  var amount = Template(parts: [])
  var currency = Template(parts: [])
  var to = "USD"
  var into: String?
  var rateInto: String?
  var settings = LookupSettings()

  package static let schema = Schema(
    "exchange_rate", ExchangeRateStep(), summary: "Converts amounts to another currency.",
    details: """
      The rates are fetched once a run. `STEP_status` is `ok`, `not_found` for a currency without a rate, or `skipped` where the
      currency is null. An amount that is no number gives null.
      """,
    keys: [
      Key("provider", \.provider, "The service that tells the rates."),
      Key("api", \.api, "An entry under `apis`: its auth and limits, and its address in place of the provider's."),
      Key("amount", \.amount, required: true, "The amount."),
      Key("currency", \.currency, required: true, "The amount's currency (ISO 4217); a bare word for one currency."),
      Key("to", \.to, "The currency to convert to (ISO 4217)."),
      Key("into", \.into, required: true, "The new column with the converted amount."),
      Key("rate_into", \.rateInto, "A further column with the rate that was used."),
    ] + LookupSettings.schema.keys(at: \.settings),
    rules: [
      Rule("to") {
        $0.to.utf8.count == 3 && $0.to.utf8.allSatisfy { (65...90).contains($0) }
          ? nil : "'\($0.to)' is no currency; write its three capital letters, such as USD"
      }
    ] + LookupSettings.schema.rules(at: \.settings),
    examples: [
      """
      type: exchange_rate
      from: example
      provider: open_er_api
      amount: "{revenue}"
      currency: "{currency}"
      to: USD
      into: revenue_usd
      """
    ],
    faults: [
      FaultExample(
        "type: exchange_rate\nfrom: example\namount: \"{a}\"\ncurrency: EUR\ninto: b\n⟪to: usd",
        "'usd' is no currency; write its three capital letters, such as USD")
    ])

  package var work: StepWork { .lookup(ExchangeRateLookup(step: self)) }
}

private struct ExchangeRateLookup: Lookup {
  let step: ExchangeRateStep

  var inputs: [Template] { [step.currency] }
  var carried: [Template] { [step.amount] }
  var answerColumns: [LookupColumn] { [LookupColumn("rate", type: .decimal)] }
  var addedColumns: [LookupColumn] {
    [step.into, step.rateInto].compactMap { $0.map { LookupColumn($0, type: .decimal) } }
  }
  // The provider's table holds all currencies, so one request serves any number of them.
  var keysPerRequest: Int { .max }
  var settings: LookupSettings { step.settings }

  func key(_ inputs: [String]) -> LookupKey? {
    let code = collapsed(inputs[0]).uppercased()
    return code.isEmpty ? nil : LookupKey([code])
  }

  func ask(_ keys: [LookupKey], _ context: NodeContext) async throws -> [LookupAnswer] {
    let step = step
    let provider = step.provider.value
    let client = try context.client(step.api, provider: provider.defaults)
    let workers = context.run.workers
    // Two steps that convert to one currency share the table, unless they ask different services.
    let table = [step.provider.kind, client.base?.description ?? "", step.api?.name ?? "", step.to]
    let (rates, exchange) = try await context.run.once("exchange_rate \(table.joined(separator: " "))") {
      let exchange = try await client.send(
        try provider.request(to: step.to, client), expecting: provider.expectation)
      return (exchange.isFound ? try await workers.run { try provider.rates(exchange.response) } : [:], exchange)
    }
    return keys.map { key in
      guard let rate = key.parts[0] == step.to ? 1 : rates[key.parts[0]] else {
        return LookupAnswer(.notFound, cells: [.null], origin: AnswerOrigin(exchange, payload: []))
      }
      let payload = Array("\(rate)".utf8)
      return LookupAnswer(.ok, cells: [.decimal(rate)], origin: AnswerOrigin(exchange, payload: payload))
    }
  }

  var usualAge: AnswerAge { step.provider.value.defaults.age }

  func client(_ context: NodeContext) throws -> APIClient? {
    try context.client(step.api, provider: step.provider.value.defaults)
  }
  var mostRequests: Int? { 1 }

  func memoryScope(_ context: NodeContext) throws -> AnswerScope? {
    let client = try context.client(step.api, provider: step.provider.value.defaults)
    return AnswerScope(
      api: client.name, text: "exchange_rate \(step.provider.kind) \(client.base?.description ?? "") to \(step.to)")
  }

  func recall(_ remembered: RememberedAnswer, of key: LookupKey) throws -> LookupAnswer {
    if remembered.payload.isEmpty { return LookupAnswer(.notFound, cells: [.null]) }
    guard let rate = parseDecimal(remembered.payload.span) else {
      throw RunFailure("'\(String(decoding: remembered.payload, as: UTF8.self))' is no rate")
    }
    return LookupAnswer(.ok, cells: [.decimal(rate)])
  }

  func cells(_ answer: LookupAnswer, carried: [String?]) -> [Cell] {
    guard case .decimal(let rate)? = answer.cells.first else { return addedColumns.map { _ in .null } }
    let bytes = Array((carried[0] ?? "").utf8)
    let converted = parseDecimal(bytes.span).map { Cell.decimal($0 * rate) } ?? .null
    return step.rateInto == nil ? [converted] : [converted, .decimal(rate)]
  }
}
