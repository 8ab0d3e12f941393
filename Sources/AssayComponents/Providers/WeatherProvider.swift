package import AssayColumns
internal import AssayDefinition
package import AssayEngine
package import AssayFormats
package import AssayHTTP

/// The units of a weather look-up's values.
package enum WeatherUnits: String, ConfigChoice {
  /// °C, mm, km/h; snow in cm.
  case metric
  /// °F, inches, mph.
  case us
}

/// A value that a provider can tell of a day.
package struct WeatherField: Sendable, Hashable {
  /// The name under `columns`.
  package var name: String
  /// The provider's own name for it.
  package var own: String
  /// Nil for values whose type is not known here.
  package var type: ValueType?

  package init(_ name: String, _ own: String? = nil, type: ValueType? = .decimal) {
    self.name = name
    self.own = own ?? name
    self.type = type
  }
}

/// Days of one place, one after the other, that are asked for together.
package struct WeatherSpan: Sendable, Hashable {
  package var place: WeatherPlace
  /// Since 1970-01-01, in the place's own time.
  package var days: ClosedRange<Int>

  package init(_ place: WeatherPlace, _ days: ClosedRange<Int>) {
    self.place = place
    self.days = days
  }
}

/// What is asked of each day.
package struct WeatherQuestion: Sendable, Hashable {
  /// By the provider's own names, each once.
  package var variables: [String]
  package var units: WeatherUnits

  package init(_ variables: [String], _ units: WeatherUnits) {
    self.variables = variables
    self.units = units
  }
}

/// The facts of a service that knows the weather of days that are over: how it is asked, and what its answers mean.
package protocol WeatherProvider: Sendable {
  var defaults: ProviderDefaults { get }
  /// What it can tell, by all names that `columns` may have.
  var fields: [WeatherField] { get }
  /// Whether a place may be given by its name.
  var takesNames: Bool { get }
  /// Before it there is nothing to ask for, in days since 1970-01-01; nil where that is not known.
  var firstDay: Int? { get }
  /// How many spans one request may hold.
  var spansPerRequest: Int { get }

  /// What is asked for, by the provider's own names, where these are wanted. Remembered answers hold as much.
  func variables(for wanted: [String]) -> [String]
  /// Divides the days of one place, in their order, into those that are asked for together. Every day is in one span;
  /// spans may hold days that nobody wants.
  func spans(of days: [Int], variables: Int) -> [ClosedRange<Int>]
  /// What days that are asked for together cost.
  func cost(of days: ClosedRange<Int>, variables: Int) -> Double
  /// What a request has cost by what its answer says; nil where it does not say.
  func cost(of exchange: HTTPExchange) -> Double?
  func request(_ spans: [WeatherSpan], _ question: WeatherQuestion, _ client: APIClient) throws -> HTTPRequest
  /// What an answer must look like before it is used.
  func expectation(_ clock: any RetryClock) -> BodyExpectation
  /// The values of each span's days by their own names; a day that the service leaves out is missing. Runs on a worker.
  func days(
    _ spans: [WeatherSpan], _ question: WeatherQuestion, in body: [UInt8]
  ) throws -> [[Int: JSONObject]]
}

extension WeatherProvider {
  package func cost(of exchange: HTTPExchange) -> Double? { nil }
}

/// The services, which a `weather` step names.
package enum WeatherFamily: ComponentFamily {
  package typealias Product = any WeatherProvider
  package static let name = "weather provider"
  package static let introduction =
    "A service that knows the weather of past days. It stands by its name under `provider` of a step of type `weather`."
}
