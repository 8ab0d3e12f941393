package import AssayDefinition
package import AssayEngine
internal import AssayFormats
package import AssayHTTP
internal import AssayStore

/// The facts of open.er-api.com: no key, one table for a base currency, updated once a day.
package struct OpenERAPI: ExchangeRateProvider, Component {
  package static let schema = Schema(
    "open_er_api", OpenERAPI(), summary: "The rates of open.er-api.com, updated once a day.",
    details: "It needs no key.", keys: [],
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
        "there is no exchange rate provider 'open_er'; known here: open_er_api")
    ])

  package let defaults = ProviderDefaults(
    name: "open_er_api", baseURL: "https://open.er-api.com", concurrency: 1,
    age: AnswerAge(found: .seconds(6 * 3600), notFound: .seconds(6 * 3600)))

  package func request(to currency: String, _ client: APIClient) throws -> HTTPRequest {
    try client.request(path: "/v6/latest/\(PercentEncoding.segment(currency))")
  }

  package var expectation: BodyExpectation {
    BodyExpectation(.json) { response in
      guard let body = try? JSONParser.parse(response.body), case .string(let result)? = body["result"] else {
        return .fail(.data, reason: "answered JSON without a 'result'", hint: "check the api's base_url")
      }
      if result == "success" { return .accept }
      let type = if case .string(let text)? = body["error-type"] { text } else { result }
      return .fail(.config, reason: "answered the error '\(type)'")
    }
  }

  package func rates(_ response: HTTPResponse) throws -> [String: Double] {
    guard case .object(let table)? = try JSONParser.parse(response.body)["rates"] else {
      throw RunFailure("\(defaults.name) answered no table of rates")
    }
    // The table says what one unit of the base buys, so the worth of each currency is its reciprocal.
    var rates: [String: Double] = [:]
    for member in table.members {
      let perBase: Double? =
        switch member.value {
        case .integer(let number): Double(number)
        case .decimal(let number): number
        default: nil
        }
      if let perBase, perBase > 0 { rates[member.name] = 1 / perBase }
    }
    return rates
  }
}
