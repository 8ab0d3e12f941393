internal import AssayColumns
package import AssayDefinition
package import AssayEngine

/// Amounts in another currency.
package struct ExchangeRateStep: Step, Component {
  private static let openERAPI = NamedComponent<ExchangeRateFamily>(kind: OpenERAPI.schema.kind, value: OpenERAPI())

  var selection = ProviderSelection(usual: openERAPI)
  var amount = Template(parts: [])
  var currency = Template(parts: [])
  var to = "USD"
  var date: Template?
  var maxAge: Duration?
  var into: String?
  var rateInto: String?
  var dateInto: String?
  var settings = LookupSettings()

  /// How many days a rate may be carried forward.
  var mostDays: Int { Int(maxAge?.seconds ?? 7 * 86_400) / 86_400 }

  package static let schema = Schema(
    "exchange_rate", ExchangeRateStep(), summary: "Converts amounts to another currency.",
    details: """
      Without `date` the newest rates are taken, which are fetched once a run. With it, each row gets the rate of its day; a day
      without one (a weekend, a holiday) gets that of the last day before it, if it is no older than `max_age`. The day is that of a date,
      or of a datetime in its own zone. `date_into` tells the day of the rate that was really used.

      `STEP_status` is `ok`; `not_found` for a currency without a rate, for a day that is yet to come (in UTC), is no date, or has no rate
      within `max_age`; or `skipped` where currency or date is null. An amount in the currency of `to` is taken as it is, at the rate 1, and
      an amount that is no number gives null. With `date`, the quality of an answer is `exact`, or `carried_back` for the rate of an
      earlier day.

      The rates of a past day are remembered for ten years, since they never change; those of the last two days, and those that are not
      there yet, for an hour; newest ones until the service says that it has newer ones, else for an hour.
      """,
    keys: ProviderSelection.schema(usual: openERAPI).keys(at: \.selection) + [
      Key("amount", \.amount, required: true, "The amount."),
      Key("currency", \.currency, required: true, "The amount's currency (ISO 4217); a bare word for one currency."),
      Key("to", \.to, "The currency to convert to (ISO 4217)."),
      Key(
        "date", \.date,
        "The day whose rate is wanted: a date or datetime such as `{ordered_at}`; without it, the newest rates."),
      Key(
        "max_age", \.maxAge, shown: "7d",
        "With `date`: how far back the rate of a day without one may come from, in whole days up to 90."),
      Key("into", \.into, required: true, "The new column with the converted amount."),
      Key("rate_into", \.rateInto, "A further column with the rate that was used."),
      Key("date_into", \.dateInto, "A further column with the day of the rate that was used."),
    ] + LookupSettings.schema.keys(at: \.settings),
    rules: ProviderSelection.schema(usual: openERAPI).rules(at: \.selection) + [
      Rule("to") {
        $0.to.utf8.count == 3 && $0.to.utf8.allSatisfy { (65...90).contains($0) }
          ? nil : "'\($0.to)' is no currency; write its three capital letters, such as USD"
      },
      Rule("date") { step in
        guard step.date != nil, let unknowing = step.selection.chosen.first(where: { $0.value.history == nil }) else {
          return nil
        }
        return "'\(unknowing.kind)' knows no historic rates; 'frankfurter' and 'exchangerate_api' do"
      },
      Rule("max_age") { step in
        guard let age = step.maxAge else { return nil }
        if step.date == nil { return "'max_age' needs 'date'" }
        return age.seconds.truncatingRemainder(dividingBy: 86_400) == 0 && age.seconds <= 90 * 86_400
          ? nil : "'max_age' counts whole days, up to 90d"
      },
      keyRule("provider"), keyRule("providers"),
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
      """,
      """
      type: exchange_rate
      from: example
      providers: [frankfurter, {type: exchangerate_api, key: "${secret:RATES_KEY}"}]
      amount: "{revenue}"
      currency: "{currency}"
      date: "{order_date}"
      to: USD
      into: revenue_usd
      rate_into: rate
      date_into: rate_date
      """,
    ],
    faults: [
      FaultExample(
        "type: exchange_rate\nfrom: example\namount: \"{a}\"\ncurrency: EUR\ninto: b\n⟪to: usd",
        "'usd' is no currency; write its three capital letters, such as USD"),
      FaultExample(
        "type: exchange_rate\nfrom: example\namount: \"{a}\"\ncurrency: EUR\ninto: b\n⟪date: \"{day}\"",
        "'open_er_api' knows no historic rates; 'frankfurter' and 'exchangerate_api' do"),
      FaultExample(
        "type: exchange_rate\nfrom: example\nprovider: frankfurter\namount: \"{a}\"\ncurrency: EUR\ninto: b\n"
          + "date: \"{day}\"\n⟪max_age: 12h",
        "'max_age' counts whole days, up to 90d"),
    ])

  /// A provider that takes a key must have one, from the file's place for it or from an api.
  private static func keyRule(_ place: String) -> Rule<ExchangeRateStep> {
    Rule(place) { step in
      guard (place == "providers") != step.selection.providers.isEmpty else { return nil }
      return step.selection.chosen.first { $0.value.needsKey && step.selection.api(for: $0) == nil }.map {
        "'\($0.kind)' needs a key: give it as 'key', or an 'api' whose auth brings it"
      }
    }
  }

  package var work: StepWork {
    let chosen = selection.chosen
    let lookups = chosen.indices.map { place in
      ExchangeRateLookup(step: self, provider: chosen[place], isLast: place == chosen.count - 1)
    }
    return .lookup(lookups[0], fallbacks: Array(lookups.dropFirst()))
  }
}
