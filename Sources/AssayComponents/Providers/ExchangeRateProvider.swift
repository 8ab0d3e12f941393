internal import AssayDefinition
package import AssayEngine
package import AssayHTTP

/// The facts of a service that tells exchange rates: how it is asked, and what its answers mean.
package protocol ExchangeRateProvider: Sendable {
  var defaults: ProviderDefaults { get }
  /// What an answer must look like before it is used.
  var expectation: BodyExpectation { get }
  func request(to currency: String, _ client: APIClient) throws -> HTTPRequest
  /// What one unit of each currency is worth in the one that was asked for, by ISO 4217 code.
  func rates(_ response: HTTPResponse) throws -> [String: Double]
}

/// The services, which an `exchange_rate` step names.
package enum ExchangeRateFamily: ComponentFamily {
  package typealias Product = any ExchangeRateProvider
  package static let name = "exchange rate provider"
  package static let introduction =
    "A service that knows exchange rates. It stands by its name under `provider` of a step of type `exchange_rate`."
}
