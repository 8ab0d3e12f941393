internal import AssayColumns
package import AssayDefinition
package import AssayEngine
package import AssayFormats
package import AssayHTTP
internal import AssayStore

/// The facts of Open-Meteo's archive (`/v1/archive`): reanalysed weather since 1940, by coordinates; many places in a
/// request, each with days of its own; limits by what a request costs.
package struct OpenMeteo: WeatherProvider, Component {
  /// Places with their days in one request.
  var locations = 100
  /// Variables that are not listed here.
  var further: [String] = []

  package init() {}

  package static let schema = Schema(
    "open_meteo", OpenMeteo(), summary: "Open-Meteo's archive: weather since 1940, by coordinates.",
    details: """
      It needs no key; its terms ask for attribution, and for a subscription where the use is commercial. A subscriber names
      an entry under `apis` with `base_url: https://customer-archive-api.open-meteo.com` and
      `auth: {type: api_key, in: query, name: apikey, value: …}`.

      Many places stand in one request, and days of a place that are near each other are asked for together: days between
      them that nobody wants are asked for only where that costs less. A place with its days costs 1, or
      `variables / 10 × days / 14` where that is more, or `variables / 10`; budgets and the rate count it. Without a key an address
      may ask for 600 in a minute, 5,000 in an hour and 10,000 on a day. The minute is kept here; where the
      service says that an hour or a day is used up, the run ends, and `--resume` goes on later. To wait instead, set
      `retry: {max_wait: 2h, max_elapsed: 12h}` for its entry under `apis`, or ask more slowly: `rate_limit: {requests: 80, per: 1m, burst: 100}`.

      The latest days come with a delay of up to five days; a day without any value is `not_found`, which is remembered for a
      day.

      \(WeatherField.documentation(common: OpenMeteo.common, own: OpenMeteo.own))
      """,
    keys: [
      Key(
        "locations", \.locations, range: 1...1000,
        "How many places, each with its days, one request holds at the most."),
      Key("further", \.further, "Names of daily variables that the service knows and this version does not."),
    ],
    rules: [Rule("further") { WeatherField.fault(inFurther: $0.further) }],
    examples: [
      """
      type: weather
      from: example
      provider: open_meteo
      latitude: "{lat}"
      longitude: "{lng}"
      date: "{day}"
      columns: {temp: temperature_mean, rain: precipitation}
      """,
      """
      type: weather
      from: example
      provider: {type: open_meteo, locations: 500, further: [moon_phase]}
      latitude: "{lat}"
      longitude: "{lng}"
      date: "{day}"
      units: us
      columns: {code: weather_code, moon: moon_phase}
      """,
    ],
    faults: [
      FaultExample(
        "type: weather\nfrom: example\nprovider: ⟪open_meteor\nlatitude: \"{a}\"\nlongitude: \"{b}\"\ndate: \"{d}\"\ncolumns: {t: temperature_mean}",
        "there is no weather provider 'open_meteor'; did you mean 'open_meteo'?"),
      FaultExample(
        "type: weather\nfrom: example\nprovider: open_meteo\n⟪location: \"{city}\"\ndate: \"{d}\"\ncolumns: {t: temperature_mean}",
        "'open_meteo' takes no names of places; give 'latitude' and 'longitude'"),
      FaultExample(
        "type: weather\nfrom: example\nprovider: {type: open_meteo, ⟪further: [\"a,b\"]}\nlatitude: \"{a}\"\nlongitude: \"{b}\"\ndate: \"{d}\"\ncolumns: {t: temperature_mean}",
        "'a,b' is no name of a variable"),
    ])

  package let defaults = ProviderDefaults(
    name: "open_meteo", baseURL: "https://archive-api.open-meteo.com", concurrency: 1,
    // The service counts by the minute of the clock: burst and rate together keep within any minute.
    rateLimit: RateLimit(requests: 500, per: .seconds(60), burst: 100, unit: .cost),
    age: AnswerAge(found: .seconds(365 * 86_400), notFound: .seconds(86_400)))

  package var fields: [WeatherField] {
    Self.common + Self.own + further.map { WeatherField($0, type: nil) }
  }
  package var takesNames: Bool { false }
  package var firstDay: Int? { dayNumber(year: 1940, month: 1, day: 1) }
  package var spansPerRequest: Int { locations }

  package func variables(for wanted: [String]) -> [String] { Set(wanted).sorted() }

  package func request(
    _ spans: [WeatherSpan], _ question: WeatherQuestion, _ client: APIClient
  ) throws -> HTTPRequest {
    var latitudes: [String] = []
    var longitudes: [String] = []
    for case .point(let latitude, let longitude) in spans.map(\.place) {
      latitudes.append(latitude)
      longitudes.append(longitude)
    }
    // As many dates as places: each place has its own.
    var query = [
      ("latitude", latitudes.joined(separator: ",")), ("longitude", longitudes.joined(separator: ",")),
      ("start_date", spans.map { dateText(day: $0.days.lowerBound) }.joined(separator: ",")),
      ("end_date", spans.map { dateText(day: $0.days.upperBound) }.joined(separator: ",")),
      ("daily", question.variables.joined(separator: ",")), ("timezone", "auto"),
    ]
    if question.units == .us {
      query += [("temperature_unit", "fahrenheit"), ("wind_speed_unit", "mph"), ("precipitation_unit", "inch")]
    }
    return try client.request(path: "/v1/archive", query: query.map { RequestURL.QueryItem($0.0, $0.1) })
  }

  package func days(
    _ spans: [WeatherSpan], _ question: WeatherQuestion, in body: [UInt8]
  ) throws -> [[Int: JSONObject]] {
    let root = try JSONParser.parse(body)
    // One place is an object by itself.
    let results = root.elements ?? [root]
    guard results.count == spans.count else {
      throw RunFailure("open_meteo answered \(results.count) places where \(spans.count) were asked for")
    }
    return try zip(results, spans).map { try days(in: $0["daily"], of: $1, question) }
  }

  private func days(
    in daily: JSONValue?, of span: WeatherSpan, _ question: WeatherQuestion
  ) throws -> [Int: JSONObject] {
    guard let times = daily?["time"]?.elements else { throw RunFailure("open_meteo answered without days") }
    let columns = try question.variables.map { variable in
      guard let values = daily?[variable]?.elements, values.count == times.count else {
        throw RunFailure("open_meteo answered no '\(variable)' for each of its days")
      }
      return values
    }
    var days: [Int: JSONObject] = [:]
    // Places are told apart by their order alone, so that their days are held against what was asked.
    for (row, day) in span.days.enumerated() where row < times.count {
      guard times[row] == .string(dateText(day: day)) else {
        throw RunFailure("open_meteo answered other days than were asked for")
      }
      days[day] = JSONObject(zip(question.variables, columns.map { $0[row] }))
    }
    return days
  }
}
