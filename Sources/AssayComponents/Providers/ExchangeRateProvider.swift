internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// The facts of a service that tells exchange rates.
protocol ExchangeRateProvider: Sendable {
  var defaults: ProviderDefaults { get }
  /// What one unit of each currency is worth in the given one, by ISO 4217 code.
  func rates(to currency: String, _ client: APIClient) async throws -> [String: Double]
}

/// The services, by the name under which the file names them.
enum ExchangeRateProviders: String, ConfigChoice {
  case openERAPI = "open_er_api"

  var provider: any ExchangeRateProvider {
    switch self {
    case .openERAPI: OpenERAPI()
    }
  }
}

/// The facts of open.er-api.com: no key, one table for a base currency, updated once a day.
struct OpenERAPI: ExchangeRateProvider {
  let defaults = ProviderDefaults(name: "open_er_api", baseURL: "https://open.er-api.com", concurrency: 1)

  func rates(to currency: String, _ client: APIClient) async throws -> [String: Double] {
    let request = try client.request(path: "/v6/latest/\(PercentEncoding.segment(currency))")
    let exchange = try await client.send(
      request,
      expecting: BodyExpectation(.json) { response in
        guard let body = try? JSONParser.parse(response.body), case .string(let result)? = body["result"] else {
          return .fail(.data, reason: "answered JSON without a 'result'", hint: "check the api's base_url")
        }
        if result == "success" { return .accept }
        let type = if case .string(let text)? = body["error-type"] { text } else { result }
        return .fail(.config, reason: "answered the error '\(type)'")
      })
    guard case .object(let table)? = try JSONParser.parse(exchange.response.body)["rates"] else {
      throw RunFailure("\(client.name) answered no table of rates")
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
