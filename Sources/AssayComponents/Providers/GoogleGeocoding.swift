internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayFormats
package import AssayHTTP
internal import AssayStore

/// The facts of Google's Geocoding API (v3): always status 200, the outcome in the body's `status`, one address a call.
package struct GoogleGeocoding: GeocodeProvider, Component {
  package init() {}

  package static let schema = Schema(
    "google", GoogleGeocoding(), summary: "Google's Geocoding API: one address a request.",
    details: """
      It tells \(Self.table.map { "`\($0.field.name)`" }.joined(separator: ", ")). It needs a key: an entry under `apis` with
      `auth: {type: api_key, in: query, name: key, value: …}`. At most 3,000 requests a minute are sent, 8 at once, unless the
      api says otherwise; answers are remembered for 30 days.

      Where several places fit, the row is `ambiguous` and has the likeliest. The quality of a match is the `location_type`
      (`ROOFTOP`, `RANGE_INTERPOLATED`, `GEOMETRIC_CENTER`, `APPROXIMATE`), with `partial` where only a part of the address was
      found.
      """,
    keys: [],
    examples: [
      """
      type: geocode
      from: example
      provider: google
      address: "{address}, {city}"
      columns: {lat: latitude, lng: longitude, place: place_id}
      """
    ],
    faults: [
      FaultExample(
        "type: geocode\nfrom: example\nprovider: ⟪gogle\naddress: \"{a}\"",
        "there is no geocoder 'gogle'; did you mean 'google'?"),
      FaultExample(
        "type: geocode\nfrom: example\nprovider: google\naddress: \"{a}\"\n⟪columns: {lat: lattitude}",
        "'google' tells no 'lattitude'; did you mean 'latitude'?"),
    ])

  /// 3,000 requests a minute, of which 50 may come at once after a rest; so no minute ever sees more.
  private static let rate = RateLimit(requests: 2_950, per: .seconds(60), burst: 50)
  /// Google's terms restrict how long results may be kept: 30 days for coordinates.
  private static let age = AnswerAge(found: .seconds(30 * 86_400), notFound: .seconds(7 * 86_400))

  package func defaults(for task: GeocodeTask) -> ProviderDefaults {
    ProviderDefaults(
      name: "google", baseURL: "https://maps.googleapis.com", concurrency: 8, rateLimit: Self.rate, age: Self.age)
  }

  package var fields: [GeocodeField] { Self.table.map(\.field) }

  /// What a result tells, and where in it.
  private static let table: [(field: GeocodeField, path: JSONPath)] = [
    (GeocodeField("latitude", .decimal), path("$.geometry.location.lat")),
    (GeocodeField("longitude", .decimal), path("$.geometry.location.lng")),
    (GeocodeField("matched_address", .text), path("$.formatted_address")),
    (GeocodeField("formatted_address", .text), path("$.formatted_address")),
    (GeocodeField("place_id", .text), path("$.place_id")),
    (GeocodeField("location_type", .text), path("$.geometry.location_type")),
    (GeocodeField("partial_match", .boolean), path("$.partial_match")),
  ]

  package func request(_ keys: [LookupKey], _ task: GeocodeTask, _ client: APIClient) throws -> HTTPRequest {
    let address = keys.first?.parts.filter { !$0.isEmpty }.joined(separator: ", ") ?? ""
    return try client.request(path: "/maps/api/geocode/json", query: [RequestURL.QueryItem("address", address)])
  }

  package func expectation(of keys: [LookupKey], _ task: GeocodeTask) -> BodyExpectation {
    BodyExpectation(.json) { response in
      guard let body = try? JSONParser.parse(response.body), case .string(let status)? = body["status"] else {
        return .fail(.data, reason: "answered JSON without a 'status'", hint: "check the api's base_url")
      }
      let message = if case .string(let text)? = body["error_message"] { ": \(text)" } else { "" }
      switch status {
      case "OK", "ZERO_RESULTS": return .accept
      case "OVER_QUERY_LIMIT": return .retry(.rateLimited, reason: "answered \(status)\(message)")
      case "UNKNOWN_ERROR": return .retry(reason: "answered \(status)\(message)")
      case "OVER_DAILY_LIMIT":
        return .fail(.config, reason: "answered \(status)\(message)", hint: "check the key's billing and daily limit")
      case "REQUEST_DENIED":
        return .fail(
          .config, reason: "answered \(status)\(message)",
          hint: "check the api's auth: the key is missing or not allowed")
      default: return .fail(.data, reason: "answered \(status)\(message)")
      }
    }
  }

  package func answers(to keys: [LookupKey], _ task: GeocodeTask, _ exchange: HTTPExchange) throws -> [LookupAnswer] {
    var answer = try self.answer(in: exchange.response.body)
    answer.origin = AnswerOrigin(exchange)
    return [answer]
  }

  package func recall(_ remembered: RememberedAnswer, _ task: GeocodeTask) throws -> LookupAnswer {
    try answer(in: remembered.payload)
  }

  private func answer(in body: [UInt8]) throws -> LookupAnswer {
    let results = try JSONParser.parse(body)["results"]?.elements ?? []
    guard let best = results.first else { return nothing(.notFound) }
    let cells = Self.table.map { Cell($0.path.first(in: best)) }
    // A result without a place is no result, whatever the status says.
    let isPlace = zip(cells, [90.0, 180.0]).allSatisfy { cell, limit in
      switch cell {
      case .integer(let number): number.magnitude <= UInt64(limit)
      case .decimal(let number): abs(number) <= limit
      default: false
      }
    }
    guard isPlace else { return nothing(.error, "the result has no place") }
    // Several results mean that the address fits several places; the first is the one that Google holds for likeliest.
    return LookupAnswer(results.count == 1 ? .ok : .ambiguous, cells: cells, quality: Self.quality(of: best))
  }

  private static func quality(of result: JSONValue) -> String? {
    guard case .string(let type)? = result["geometry"]?["location_type"] else { return nil }
    return result["partial_match"] == .bool(true) ? "\(type) partial" : type
  }
}

/// A path that is part of a provider's facts; they are tested, so one that cannot be read never ships.
private func path(_ text: String) -> JSONPath {
  do {
    return try JSONPath(text)
  } catch {
    preconditionFailure("a provider's path: \(error)")
  }
}
