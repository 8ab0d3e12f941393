/// OpenStreetMap's geocoder: a list of results, and a page for people to whoever does not say who asks.
enum Nominatim {
  private static let structured = ["street", "city", "state", "postalcode"]

  /// `/search?format=jsonv2&q=…`, or with the parts of an address.
  static func answer(_ request: SandboxRequest) throws(Refusal) -> Answer {
    guard request.path == "/search" else { return .error(404, "not_found", "there is /search") }
    guard names(request.header("user-agent") ?? "") else {
      return .html("Access blocked", "You have been blocked because you have violated the usage policy.", status: 403)
    }
    guard request["format"] == "jsonv2" else { return .html("Nominatim Demo", "Search for a place.") }
    let parts = structured.compactMap { request[$0] }.filter { !$0.isEmpty }
    let free = request["q"] ?? ""
    guard free.isEmpty != parts.isEmpty else {
      throw refusal(
        free.isEmpty
          ? "Nothing to search for." : "Structured query parameters cannot be used together with 'q' parameter.")
    }
    let limit = try request.integer("limit", default: 10, in: 1...40)
    guard request["countrycodes"].map({ $0.split(separator: ",").contains("us") }) ?? true else { return .json([]) }
    let address = free.isEmpty ? parts.joined(separator: ", ") : free
    return .json(.array(results(address, details: request["addressdetails"] == "1").prefix(limit).map(\.self)))
  }

  private static func refusal(_ message: String) -> Refusal {
    Refusal(.json(["error": ["code": .integer(400), "message": .string(message)]], status: 400))
  }

  /// Whether an agent says which program asks: a name with a version, and not that of a library.
  private static func names(_ agent: String) -> Bool {
    let libraries = ["curl/", "python-", "Mozilla/", "Go-http-client/", "okhttp/", "Java/"]
    return agent.contains("/") && !libraries.contains { agent.hasPrefix($0) }
  }

  /// The address itself; or, without a zip code, all places with the name of its city.
  private static func results(_ address: String, details: Bool) -> [JSONText] {
    guard let match = AddressMatch(address) else { return [] }
    if match.byZip { return [result(match.place, match.latitude, match.longitude, house: true, details)] }
    return Place.all.filter { $0.city == match.place.city }.map { place in
      result(place, place.latitude, place.longitude, house: false, details)
    }
  }

  private static func result(
    _ place: Place, _ latitude: Int, _ longitude: Int, house: Bool, _ details: Bool
  ) -> JSONText {
    let hash = Int(stableHash("osm \(place.zip) \(latitude)") >> 33)
    var members: [(name: String, value: JSONText)] = [
      ("place_id", .integer(hash)), ("licence", "Data © OpenStreetMap contributors, ODbL 1.0."),
      ("osm_type", house ? "node" : "relation"), ("osm_id", .integer(hash / 7)),
      ("lat", .string(sixPlaces(latitude))), ("lon", .string(sixPlaces(longitude))),
      ("category", house ? "place" : "boundary"), ("type", house ? "house" : "administrative"),
      ("place_rank", .integer(house ? 30 : 16)), ("importance", .number(house ? "0.0000999" : "0.61")),
      ("addresstype", house ? "place" : "city"),
      ("display_name", .string("\(place.city), \(place.state), \(place.zip), United States")),
    ]
    if details {
      members.append(
        (
          "address",
          [
            // What it is called depends on its size.
            place.city == "Hoboken" ? "town" : "city": .string(place.city), "state": .string(place.state),
            "postcode": .string(place.zip), "country": "United States", "country_code": "us",
          ]
        ))
    }
    return .object(members)
  }
}
