package import AssayDefinition
package import AssayEngine
package import AssayHTTP
internal import AssayStore

/// The facts of open.er-api.com (https://www.exchangerate-api.com/docs/free): no key, updated once a day, the time of the
/// next update in the answer, and an address that asks too often is left out for 20 minutes.
package struct OpenERAPI: ExchangeRateProvider, Component {
  package init() {}

  package static let schema = Schema(
    "open_er_api", OpenERAPI(), summary: "The rates of open.er-api.com, updated once a day.",
    details: """
      It needs no key, and asks for attribution. It knows about 160 currencies, and no historic rates. An answer is used again until
      the service says that the next one comes.
      """,
    keys: [],
    examples: [
      """
      type: exchange_rate
      from: example
      provider: open_er_api
      amount: "{total}"
      currency: EUR
      to: USD
      into: total_usd
      """
    ],
    faults: [
      FaultExample(
        "type: exchange_rate\nfrom: example\nprovider: ⟪open_er\namount: \"{a}\"\ncurrency: EUR\ninto: b",
        "there is no exchange rate provider 'open_er'; known here: exchangerate_api, frankfurter, open_er_api")
    ])

  package let defaults = ProviderDefaults(
    name: "open_er_api", baseURL: "https://open.er-api.com", concurrency: 1,
    age: AnswerAge(found: .seconds(2 * 86_400), notFound: .seconds(2 * 86_400)))

  private let answers = ExchangeRateAPIAnswers(
    member: "rates", keyHint: "open.er-api.com takes no key: check the api's base_url", pause: .seconds(20 * 60))

  package var expectation: BodyExpectation { answers.expectation }

  package func latestRequest(_ client: APIClient) throws -> HTTPRequest {
    try client.request(path: "/v6/latest/\(ExchangeRateAPIAnswers.base)")
  }

  package func latestRates(in body: [UInt8]) throws -> LatestRates { try answers.latest(in: body) }
}
