internal import AssayDefinition
package import AssayEngine
package import AssayFormats
package import AssayHTTP

/// What one unit of a currency buys of the others on a day.
package struct RateTable: Sendable, Hashable {
  package var day: CalendarDay
  private var perBase: [String: Double]

  /// The rates of a JSON object by ISO 4217 code; what is no positive number is left out.
  package init(_ rates: JSONObject, base: String, day: CalendarDay) {
    self.day = day
    perBase = [base: 1]
    for member in rates.members {
      if let rate = number(member.value), rate > 0 { perBase[member.name] = rate }
    }
  }

  /// Whether a currency has a rate.
  package func has(_ currency: String) -> Bool { perBase[currency] != nil }

  /// What one unit of a currency is worth in another; nil where one of them has no rate.
  package func rate(from currency: String, to other: String) -> Double? {
    guard let own = perBase[currency], let wanted = perBase[other] else { return nil }
    return wanted / own
  }
}

/// A JSON number, whether it is written as an integer or not.
func number(_ value: JSONValue?) -> Double? {
  switch value {
  case .integer(let number): Double(number)
  case .decimal(let number): number
  default: nil
  }
}

/// The newest rates.
package struct LatestRates: Sendable {
  package var table: RateTable
  /// When newer ones come, in Unix seconds, where the service says so.
  package var nextUpdate: Int64?

  package init(table: RateTable, nextUpdate: Int64? = nil) {
    self.table = table
    self.nextUpdate = nextUpdate
  }
}

/// The facts of a service that tells exchange rates: how it is asked, and what its answers mean.
///
/// It is always asked for the worth of one currency, whatever the amounts are converted to: tables are rounded to a few
/// places, so the reciprocal of a small rate has lost digits that the quotient of two large ones still has.
package protocol ExchangeRateProvider: Sendable {
  var defaults: ProviderDefaults { get }
  /// Whether it takes a key that the file has not given with it: then an `api` has to bring one.
  var needsKey: Bool { get }
  /// What an answer must look like before it is used.
  var expectation: BodyExpectation { get }
  /// Asks for the newest rates.
  func latestRequest(_ client: APIClient) throws -> HTTPRequest
  /// What the answer to `latestRequest` says.
  func latestRates(in body: [UInt8]) throws -> LatestRates
  /// How it is asked for rates of the past; nil where it knows none.
  var history: (any RateHistory)? { get }
}

extension ExchangeRateProvider {
  package var needsKey: Bool { false }
  package var history: (any RateHistory)? { nil }
}

/// How a service is asked for rates of the past.
package protocol RateHistory: Sendable {
  /// The first day that it knows.
  var firstDay: CalendarDay { get }
  /// Whether one request brings the rates of many days; else each day is asked for by itself.
  var tellsSpans: Bool { get }
  /// The days that are asked for together with a day. Spans do not overlap, so that no order of days asks for one twice.
  func span(of day: CalendarDay) -> ClosedRange<CalendarDay>
  /// Asks for days, all of one span and those before it that may be carried into it.
  func request(_ days: ClosedRange<CalendarDay>, _ client: APIClient) throws -> HTTPRequest
  /// The tables in an answer, one for each day that has rates, and none where there are none.
  func tables(in body: [UInt8]) throws -> [RateTable]
}

/// The services, which an `exchange_rate` step names.
package enum ExchangeRateFamily: ComponentFamily {
  package typealias Product = any ExchangeRateProvider
  package static let name = "exchange rate provider"
  package static let introduction =
    "A service that knows exchange rates. It stands by its name under `provider` of a step of type `exchange_rate`."
}
