internal import AssayColumns
package import AssayDefinition
package import AssayEngine
package import AssayFormats
package import AssayHTTP
internal import AssayStore

/// The facts of Visual Crossing's Timeline API: one place a request, by coordinates or by name; a day of the past costs a
/// record, and the answer says what it cost; errors as plain text.
package struct VisualCrossing: WeatherProvider, Component {
  /// Elements that are not listed here.
  var further: [String] = []

  package init() {}

  package static let schema = Schema(
    "visual_crossing", VisualCrossing(), summary: "Visual Crossing's Timeline API: weather by coordinates or by name.",
    details: """
      It needs a key: an entry under `apis` with `auth: {type: api_key, in: query, name: key, value: …}`.

      One place stands in a request, with all days that follow each other. Each day costs a record, so that days which nobody
      wants are never asked for: a request more costs nothing. The report and budgets have what the answers say that they
      cost. The service forbids going round its limit of requests at once by asking again; one goes at a time, unless the
      entry under `apis` sets another `concurrency`. All values of a day cost what one of them costs, so that all are remembered: other columns of the
      same days cost nothing.

      A place that it does not know is `not_found`.

      \(WeatherField.documentation(common: VisualCrossing.common, own: VisualCrossing.own))
      """,
    keys: [
      Key(
        "further", \.further,
        "Names of elements that are asked for beside the usual ones: `degreedays`, `windspeedmean`. Some need a plan of their own."
      )
    ],
    rules: [Rule("further") { WeatherField.fault(inFurther: $0.further) }],
    examples: [
      """
      type: weather
      from: example
      provider: visual_crossing
      location: "{city}, {country}"
      date: "{day}"
      columns: {high: temperature_max, sky: conditions}
      """,
      """
      type: weather
      from: example
      providers: [open_meteo, visual_crossing]
      latitude: "{lat}"
      longitude: "{lng}"
      date: "{day}"
      columns: {temp: temperature_mean}
      """,
    ],
    faults: [
      FaultExample(
        "type: weather\nfrom: example\nprovider: visual_crossing\nlatitude: \"{a}\"\n⟪location: \"{city}\"\ndate: \"{d}\"\ncolumns: {t: temp}",
        "a place has either coordinates or a 'location'"),
      FaultExample(
        "type: weather\nfrom: example\nprovider: visual_crossing\nlocation: \"{city}\"\ndate: \"{d}\"\n⟪columns: {t: tempmx}",
        "'visual_crossing' tells no 'tempmx'; did you mean 'tempmax'?"),
    ])

  package let defaults = ProviderDefaults(
    name: "visual_crossing", baseURL: "https://weather.visualcrossing.com", concurrency: 1,
    age: AnswerAge(found: .seconds(365 * 86_400), notFound: .seconds(86_400)))

  package var fields: [WeatherField] {
    Self.common + Self.own + further.map { WeatherField($0, type: nil) }
  }
  package var takesNames: Bool { true }
  package var firstDay: Int? { nil }
  package var spansPerRequest: Int { 1 }

  /// A request of more days would be long under way and change nothing of what they cost.
  private static let longest = 366

  package func variables(for wanted: [String]) -> [String] {
    Set((Self.common + Self.own).map(\.own) + further).sorted()
  }

  /// Days that follow each other.
  package func spans(of days: [Int], variables: Int) -> [ClosedRange<Int>] {
    var spans: [ClosedRange<Int>] = []
    for day in days {
      if let last = spans.last, day <= last.upperBound + 1, day - last.lowerBound < Self.longest {
        spans[spans.count - 1] = last.lowerBound...max(last.upperBound, day)
      } else {
        spans.append(day...day)
      }
    }
    return spans
  }

  package func cost(of days: ClosedRange<Int>, variables: Int) -> Double { Double(days.count) }

  /// The `queryCost` of an answer. One for an unknown place brings no records, and so costs none.
  package func cost(of exchange: HTTPExchange) -> Double? {
    if !exchange.isFound { return 0 }
    switch (try? JSONParser.parse(exchange.response.body))?["queryCost"] {
    case .integer(let records)?: return Double(records)
    case .decimal(let records)?: return records
    default: return nil
    }
  }

  package func request(
    _ spans: [WeatherSpan], _ question: WeatherQuestion, _ client: APIClient
  ) throws -> HTTPRequest {
    guard let span = spans.first else { throw RunFailure("visual_crossing is asked for no place") }
    let place =
      switch span.place {
      case .point(let latitude, let longitude): "\(latitude),\(longitude)"
      case .named(let name): name
      }
    let parts = [
      PercentEncoding.segment(place), dateText(day: span.days.lowerBound), dateText(day: span.days.upperBound),
    ]
    return try client.request(
      path: "/VisualCrossingWebServices/rest/services/timeline/" + parts.joined(separator: "/"),
      query: [
        RequestURL.QueryItem("unitGroup", question.units.rawValue), RequestURL.QueryItem("include", "days"),
        RequestURL.QueryItem("elements", (["datetime"] + question.variables).joined(separator: ",")),
        RequestURL.QueryItem("contentType", "json"),
      ])
  }

  package func days(
    _ spans: [WeatherSpan], _ question: WeatherQuestion, in body: [UInt8]
  ) throws -> [[Int: JSONObject]] {
    guard let span = spans.first, let records = try JSONParser.parse(body)["days"]?.elements else {
      throw RunFailure("visual_crossing answered without days")
    }
    let asked = Dictionary(uniqueKeysWithValues: span.days.map { (dateText(day: $0), $0) })
    var days: [Int: JSONObject] = [:]
    for record in records {
      guard case .string(let date)? = record["datetime"], let day = asked[date] else { continue }
      days[day] = JSONObject(
        question.variables.map { name in
          let value = record[name] ?? .null
          return (name, Self.times.contains(name) ? Self.moment(value, on: date) : value)
        })
    }
    return [days]
  }

  /// A time of day with its date, to the minute, as other providers have it: `2026-11-24T06:15`.
  private static func moment(_ value: JSONValue, on date: String) -> JSONValue {
    guard case .string(let text) = value else { return value }
    return .string(String((text.contains("T") ? text : "\(date)T\(text)").prefix(16)))
  }
}
