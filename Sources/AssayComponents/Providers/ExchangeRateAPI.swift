package import AssayDefinition
package import AssayEngine
package import AssayHTTP
internal import AssayStore

/// The facts of exchangerate-api.com, v6 (https://www.exchangerate-api.com/docs): a key in the path or as a bearer token,
/// the rates of a day for each request, historic ones with a paid plan.
package struct ExchangeRateAPI: ExchangeRateProvider, Component {
  /// The account's key; a file may give one whose variable has no value yet.
  struct AccountKey: ConfigValue {
    var text: String?

    static var shape: Shape { String.shape }

    static func decode(_ node: YAMLNode, _ context: Decoding) -> AccountKey? {
      let text = context.text(node, expecting: "a key")
      if text?.isEmpty == true { context.fault(.badValue, at: node.location, "'key' is empty") }
      return AccountKey(text: text)
    }

    static func display(_ value: AccountKey) -> String? { nil }
  }

  var key: AccountKey?

  package static let schema = Schema(
    "exchangerate_api", ExchangeRateAPI(), summary: "The rates of exchangerate-api.com (v6), with a key.",
    details: """
      The key goes into the path (`key`), or stays out of the address as the token of an `api` with
      `auth: {type: bearer, token: …}`; either way it is masked wherever it might show. A free account has 1,500 requests a month, and
      no historic rates; with a paid one a `date` costs a request for each day, from 1990 on (of about 35 currencies before 2021).
      """,
    keys: [Key("key", \.key, secret: true, "The account's key, sent in the path.")],
    examples: [
      """
      type: exchange_rate
      from: example
      provider: {type: exchangerate_api, key: "${secret:RATES_KEY}"}
      amount: "{total}"
      currency: "{currency}"
      to: EUR
      into: total_eur
      """
    ],
    faults: [
      FaultExample(
        "type: exchange_rate\nfrom: example\n⟪provider: exchangerate_api\namount: \"{a}\"\ncurrency: EUR\ninto: b",
        "'exchangerate_api' needs a key: give it as 'key', or an 'api' whose auth brings it")
    ])

  package let defaults = ProviderDefaults(
    name: "exchangerate_api", baseURL: "https://v6.exchangerate-api.com", concurrency: 4,
    age: AnswerAge(found: .seconds(2 * 86_400), notFound: .seconds(2 * 86_400)))

  private let answers = ExchangeRateAPIAnswers(
    member: "conversion_rates",
    keyHint: "check the provider's 'key', or the auth of the api: {type: bearer, token: …}")

  package var needsKey: Bool { key == nil }
  package var history: (any RateHistory)? { self }
  package var expectation: BodyExpectation { answers.expectation }

  package func latestRequest(_ client: APIClient) throws -> HTTPRequest {
    try client.request(path: "\(start)/latest/\(ExchangeRateAPIAnswers.base)")
  }

  package func latestRates(in body: [UInt8]) throws -> LatestRates { try answers.latest(in: body) }

  private var start: String { key?.text.map { "/v6/\(PercentEncoding.segment($0))" } ?? "/v6" }
}

extension ExchangeRateAPI: RateHistory {
  package var firstDay: CalendarDay { CalendarDay(1990, 1, 1) }
  package var tellsSpans: Bool { false }
  package func span(of day: CalendarDay) -> ClosedRange<CalendarDay> { day...day }

  package func request(_ days: ClosedRange<CalendarDay>, _ client: APIClient) throws -> HTTPRequest {
    // Months and days without leading zeros.
    let (year, month, day) = days.lowerBound.parts
    return try client.request(path: "\(start)/history/\(ExchangeRateAPIAnswers.base)/\(year)/\(month)/\(day)")
  }

  package func tables(in body: [UInt8]) throws -> [RateTable] { try answers.historic(in: body) }
}
