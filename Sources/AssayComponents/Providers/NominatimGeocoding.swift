internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayFormats
package import AssayHTTP
internal import AssayStore

/// The facts of Nominatim, the geocoder of OpenStreetMap: one address a request, several results, and a public service
/// with a strict policy.
package struct NominatimGeocoding: GeocodeProvider, Component {
  package init() {}

  var acceptPolicy = false
  var contact: String?
  var countries: [String] = []

  package static let schema = Schema(
    "nominatim", NominatimGeocoding(),
    summary: "Nominatim, the geocoder of OpenStreetMap: addresses all over the world.",
    details: """
      It tells \(Self.fields.map { "`\($0.name)`" }.joined(separator: ", ")). An address in parts is asked for as such
      (`street`, `city`, `state`, `postalcode`), one text as `q`.

      The public service nominatim.openstreetmap.org is for small amounts: at most 1 request a second by all that you run, no
      bulk or regular work, and whoever publishes results names OpenStreetMap (© OpenStreetMap contributors, ODbL). Read
      \(policy); it is asked only with `accept_policy: true`, and never faster, or by two requests at once, whatever the api
      says. For more, run a server of your own or rent one, and name it as the `base_url` of an api, with its `rate_limit` and
      `concurrency`: else these are 1 request a second, one at a time, for every server.

      A row is `ambiguous` if another of the first \(resultsAsked) results lies more than a hundredth of a degree away (about a
      kilometre) and has at least nine tenths of the first one's `importance`; it has the place of the first. The quality of a
      match is what was found: `house`, `road`, `postcode`, `city` …
      """,
    keys: [
      Key("accept_policy", \.acceptPolicy, "Whether you keep to the usage policy of nominatim.openstreetmap.org."),
      Key(
        "contact", \.contact,
        "An address where the service's operators reach you; it stands in the `User-Agent`, after the program's name."),
      Key("countries", \.countries, shown: "all", "Where to look: codes of countries (ISO 3166-1), such as `us`."),
    ],
    rules: [
      Rule("countries") { provider in
        provider.countries.first { $0.utf8.count != 2 || !$0.allSatisfy { $0.isASCII && $0.isLetter } }
          .map { "'\($0)' is no country; write its two letters, such as us" }
      },
      Rule("contact") { provider in
        let isPlain = provider.contact?.unicodeScalars.allSatisfy { (" "..."~").contains($0) } ?? true
        return isPlain ? nil : "'contact' is written in ASCII, on one line"
      },
    ],
    examples: [
      """
      type: geocode
      from: example
      provider: {type: nominatim, accept_policy: true, contact: data@example.com, countries: [us]}
      address: "{address}, {city}"
      columns: {lat: latitude, lng: longitude, kind: type, country: country_code}
      """
    ],
    faults: [
      FaultExample(
        "type: geocode\nfrom: example\n⟪provider: nominatim\naddress: \"{a}\"",
        "nominatim.openstreetmap.org is asked only by those who keep to its usage policy"),
      FaultExample(
        "type: geocode\nfrom: example\nprovider: {type: nominatim, accept_policy: true, ⟪countries: [USA]}\naddress: \"{a}\"",
        "'USA' is no country; write its two letters, such as us"),
    ])

  private static let policy = "https://operations.osmfoundation.org/policies/nominatim/"
  private static let publicHost = "nominatim.openstreetmap.org"
  private static let publicRate = RateLimit(requests: 1, per: .seconds(1), burst: 1)
  private static let resultsAsked = 5

  package func defaults(for task: GeocodeTask) -> ProviderDefaults {
    let agent = "assay/\(assayVersion)" + (contact.map { " (\($0))" } ?? "")
    return ProviderDefaults(
      name: "nominatim", baseURL: "https://\(Self.publicHost)", concurrency: 1, rateLimit: Self.publicRate,
      headers: ["User-Agent": agent])
  }

  package func refusal(to base: RequestURL?, rate: RateLimit?, concurrency: Int) -> String? {
    guard let base, Self.isPublic(base.origin.host) else { return nil }
    guard acceptPolicy else {
      return
        "\(Self.publicHost) is asked only by those who keep to its usage policy (\(Self.policy)): set 'accept_policy: true' in 'provider: {type: nominatim, …}', or name an api with the 'base_url' of another server"
    }
    let isSlow = rate.map { $0.burst == 1 && $0.per >= .seconds($0.requests) } ?? false
    if isSlow, concurrency == 1 { return nil }
    return
      "\(Self.publicHost) allows 1 request a second, one at a time: leave out the api's 'rate_limit' and 'concurrency', or set 'rate_limit: {requests: 1, per: 1s}' and 'concurrency: 1'"
  }

  /// A host's name may end in a full stop; capitals are gone by now.
  private static func isPublic(_ host: String) -> Bool {
    var host = host[...]
    while host.hasSuffix(".") { host = host.dropLast() }
    return host == publicHost
  }

  package func scope(of task: GeocodeTask) -> String {
    countries.map { $0.lowercased() }.sorted().joined(separator: ",")
  }

  package func request(_ keys: [LookupKey], _ task: GeocodeTask, _ client: APIClient) throws -> HTTPRequest {
    let parts = keys.first?.parts ?? []
    var query = [("format", "jsonv2"), ("addressdetails", "1"), ("limit", "\(Self.resultsAsked)")]
    if !countries.isEmpty { query.append(("countrycodes", scope(of: task))) }
    // The two ways of asking exclude each other.
    let names = parts.count == 4 ? ["street", "city", "state", "postalcode"] : ["q"]
    query += zip(names, parts).filter { !$0.1.isEmpty }.map { ($0.0, $0.1) }
    return try client.request(path: "/search", query: query.map { RequestURL.QueryItem($0.0, $0.1) })
  }

  package func expectation(of keys: [LookupKey], _ task: GeocodeTask) -> BodyExpectation {
    BodyExpectation(.json, acceptedStatuses: [403]) { response in
      if response.status == 403 {
        return .fail(
          .config, reason: "answered 403 Forbidden: the service blocks this use",
          hint: "it blocks whoever breaks its usage policy, such as \(Self.policy); an api with auth may lack its key")
      }
      guard let body = try? JSONParser.parse(response.body), body.elements != nil else {
        return .fail(.data, reason: "answered JSON that is no list of results", hint: "check the api's base_url")
      }
      return .accept
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
}

extension NominatimGeocoding {
  package var fields: [GeocodeField] { Self.fields }

  private static let fields: [GeocodeField] = [
    GeocodeField("latitude", .decimal), GeocodeField("longitude", .decimal), GeocodeField("matched_address", .text),
    GeocodeField("display_name", .text), GeocodeField("place_id", .text), GeocodeField("osm_type", .text),
    GeocodeField("osm_id", .integer), GeocodeField("category", .text), GeocodeField("type", .text),
    GeocodeField("importance", .decimal), GeocodeField("city", .text), GeocodeField("state", .text),
    GeocodeField("postcode", .text), GeocodeField("country_code", .text),
  ]

  /// What a town is called in an address depends on its size.
  private static let cityNames = ["city", "town", "village", "municipality", "hamlet"]

  private struct Place {
    var latitude: Double
    var longitude: Double
    var importance: Double?

    init?(_ result: JSONValue) {
      guard let latitude = degrees(result["lat"], within: 90), let longitude = degrees(result["lon"], within: 180)
      else {
        return nil
      }
      self.latitude = latitude
      self.longitude = longitude
      importance = degrees(result["importance"], within: .infinity)
    }

    /// Whether another result may be meant as well: about as important, and elsewhere. One that says nothing of its
    /// importance counts as equal.
    func rivals(_ first: Place) -> Bool {
      let wide = abs(longitude - first.longitude)
      let isApart = abs(latitude - first.latitude) > 0.01 || min(wide, 360 - wide) > 0.01
      guard isApart, let importance, let best = first.importance else { return isApart }
      return importance >= best - abs(best) / 10
    }
  }

  private func answer(in body: [UInt8]) throws -> LookupAnswer {
    let results = try JSONParser.parse(body).elements ?? []
    guard let result = results.first else { return nothing(.notFound) }
    guard let place = Place(result) else { return nothing(.error, "the result has no place") }
    let isAmbiguous = results.dropFirst().contains { Place($0)?.rivals(place) ?? false }
    let details = result["address"]
    let city = Self.cityNames.lazy.compactMap { details?[$0] }.first
    func text(_ value: JSONValue?) -> Cell { Cell(text: value.flatMap { Cell($0).text }) }
    return LookupAnswer(
      isAmbiguous ? .ambiguous : .ok,
      cells: [
        .decimal(place.latitude), .decimal(place.longitude), text(result["display_name"]), text(result["display_name"]),
        text(result["place_id"]), text(result["osm_type"]),
        Cell(result["osm_id"]).text.flatMap { Int64($0) }.map { .integer($0) } ?? .null, text(result["category"]),
        text(result["type"]), place.importance.map { .decimal($0) } ?? .null, text(city), text(details?["state"]),
        text(details?["postcode"]), text(details?["country_code"]),
      ], quality: (text(result["addresstype"]).text ?? text(result["type"]).text))
  }
}
