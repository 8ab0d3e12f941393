package import AssayDefinition
package import AssayEngine
internal import AssayFormats
package import AssayHTTP
internal import AssayStore

/// The facts of Frankfurter, v1 (https://frankfurter.dev): the reference rates of the European Central Bank for working
/// days since 1999, without a key.
///
/// Rates are asked for euros, in which the bank sets them: what Frankfurter converts to another base it rounds again. No
/// currencies are named (`symbols`), since an unknown one would spoil the answer for all others.
package struct FrankfurterRates: ExchangeRateProvider, Component {
  private static let base = "EUR"

  package init() {}

  package static let schema = Schema(
    "frankfurter", FrankfurterRates(), summary: "The European Central Bank's rates from frankfurter.dev, back to 1999.",
    details: """
      It needs no key. It knows the 30 or so currencies for which the bank sets rates on working days, at about 16:00 CET. With a
      `date`, the rates of half a year come with one request.
      """,
    keys: [],
    examples: [
      """
      type: exchange_rate
      from: example
      provider: frankfurter
      amount: "{total}"
      currency: "{currency}"
      date: "{ordered_on}"
      max_age: 5d
      to: EUR
      into: total_eur
      date_into: rate_date
      """
    ],
    faults: [
      FaultExample(
        "type: exchange_rate\nfrom: example\nprovider: {type: frankfurter, ⟪base: USD}\namount: \"{a}\"\ncurrency: EUR\ninto: b",
        "unknown key 'base' in frankfurter exchange rate provider")
    ])

  // The bank's day ends while others begin: an hour is brief, and polite.
  package let defaults = ProviderDefaults(
    name: "frankfurter", baseURL: "https://api.frankfurter.dev", concurrency: 2,
    age: AnswerAge(found: .seconds(3600), notFound: .seconds(3600)))

  package var history: (any RateHistory)? { self }

  package func latestRequest(_ client: APIClient) throws -> HTTPRequest {
    try client.request(path: "/v1/latest", query: [RequestURL.QueryItem("base", Self.base)])
  }

  package func latestRates(in body: [UInt8]) throws -> LatestRates {
    let answer = try JSONParser.parse(body)
    guard case .object(let rates)? = answer["rates"], case .string(let text)? = answer["date"],
      let day = CalendarDay(text)
    else { throw RunFailure("the service has no rates at the moment, or does not say of when they are") }
    return LatestRates(table: RateTable(rates, base: Self.base, day: day))
  }

  package var expectation: BodyExpectation {
    BodyExpectation(.json, acceptedStatuses: [404]) { response in
      let body = try? JSONParser.parse(response.body)
      if response.status == 404 {
        // Days without any rates; a path that does not exist says its status in the body, too.
        if case .string("not found")? = body?["message"], body?["status"] == nil { return .accept }
        return .fail(.config, reason: "answered \(statusText(404))", hint: "check the api's base_url")
      }
      guard case .object? = body?["rates"], case .string(Self.base)? = body?["base"] else {
        return .fail(.data, reason: "answered JSON without rates of \(Self.base)", hint: "check the api's base_url")
      }
      return .accept
    }
  }
}

extension FrankfurterRates: RateHistory {
  package var firstDay: CalendarDay { CalendarDay(1999, 1, 4) }
  package var tellsSpans: Bool { true }

  /// Half a year: of more than a year, older versions of the service answer averages of weeks.
  package func span(of day: CalendarDay) -> ClosedRange<CalendarDay> {
    let (year, month, _) = day.parts
    return month <= 6
      ? CalendarDay(year, 1, 1)...CalendarDay(year, 6, 30) : CalendarDay(year, 7, 1)...CalendarDay(year, 12, 31)
  }

  package func request(_ days: ClosedRange<CalendarDay>, _ client: APIClient) throws -> HTTPRequest {
    try client.request(
      path: "/v1/\(days.lowerBound.text)..\(days.upperBound.text)",
      query: [RequestURL.QueryItem("base", Self.base)])
  }

  package func tables(in body: [UInt8]) throws -> [RateTable] {
    guard case .object(let days)? = try JSONParser.parse(body)["rates"] else { return [] }
    return try days.members.map { member in
      guard let day = CalendarDay(member.name), case .object(let rates) = member.value else {
        throw RunFailure("the service answered rates of '\(member.name)', which is no day")
      }
      return RateTable(rates, base: Self.base, day: day)
    }
  }
}
