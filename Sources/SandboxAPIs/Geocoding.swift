/// Google's geocoding, version 3: the status is in the body, the HTTP status is always 200.
enum Geocoding {
  static func answer(_ request: SandboxRequest) -> Answer {
    guard request.path == "/maps/api/geocode/json" else {
      return .error(404, "not_found", "no route \(request.path); there is /maps/api/geocode/json")
    }
    if case .bodyStatus(let status) = request.faults.kind { return failure(status, message(for: status)) }
    guard let key = request["key"], !key.isEmpty else {
      return failure("REQUEST_DENIED", message(for: "REQUEST_DENIED"))
    }
    guard key != "bad" else { return failure("REQUEST_DENIED", "The provided API key is invalid.") }
    guard let address = request["address"], !address.isEmpty else {
      return failure(
        "INVALID_REQUEST", "Invalid request. Missing the 'address', 'components', 'latlng' or 'place_id' parameter.")
    }
    let words = normalized(address)
    let hash = Int(stableHash(words.joined(separator: " ")) >> 33)
    // Three addresses in a hundred are unknown, by their text alone.
    guard hash % 100 >= 3, let match = place(in: words) else {
      return .json(["results": [], "status": "ZERO_RESULTS"])
    }
    return .json(["results": [result(address, match, hash)], "status": "OK"])
  }

  private static func result(_ address: String, _ match: (place: Place, byZip: Bool), _ hash: Int) -> JSONText {
    // Within about a kilometre of the middle of the zip code.
    let latitude = match.place.latitude + hash / 100 % 20_001 - 10_000
    let longitude = match.place.longitude + hash / 2_000_000 % 20_001 - 10_000
    let partial = !match.byZip || hash % 100 >= 97
    var members: [(name: String, value: JSONText)] = [
      (
        "formatted_address",
        .string(
          "\(address.split(separator: ",").first ?? ""), \(match.place.city), "
            + "\(match.place.state) \(match.place.zip), USA")
      ),
      (
        "geometry",
        [
          "location": ["lat": .number(sixPlaces(latitude)), "lng": .number(sixPlaces(longitude))],
          "location_type": partial ? "APPROXIMATE" : hash.isMultiple(of: 3) ? "RANGE_INTERPOLATED" : "ROOFTOP",
        ]
      ),
    ]
    if partial { members.append(("partial_match", .bool(true))) }
    members.append(("place_id", .string("sandbox-" + String(hash, radix: 36))))
    members.append(("types", [partial ? "postal_code" : "street_address"]))
    return .object(members)
  }

  /// The place named by a zip code, or else by the words of its city.
  private static func place(in words: [String]) -> (place: Place, byZip: Bool)? {
    for word in words.reversed() {
      if let place = Place.byZip[String(word.prefix(5))] { return (place, true) }
    }
    let text = " " + words.joined(separator: " ") + " "
    return Place.all.first { text.contains(" " + $0.city.lowercased() + " ") }.map { ($0, false) }
  }

  /// Lower case, without commas: the same address written twice is one address.
  private static func normalized(_ address: String) -> [String] {
    address.lowercased().split { $0 == "," || $0.isWhitespace }.map(String.init)
  }

  private static func failure(_ status: String, _ message: String) -> Answer {
    .json(["error_message": .string(message), "results": [], "status": .string(status)])
  }

  private static func message(for status: String) -> String {
    switch status {
    case "REQUEST_DENIED": "You must use an API key to authenticate each request to Google Maps Platform APIs."
    case "OVER_QUERY_LIMIT", "OVER_DAILY_LIMIT": "You have exceeded your rate-limit for this API."
    default: "The request could not be processed due to a server error. Try again."
    }
  }
}

/// Millionths with a point: −71063600 is `-71.063600`.
func sixPlaces(_ millionths: Int) -> String {
  let magnitude = millionths.magnitude
  let fraction = String(magnitude % 1_000_000)
  return (millionths < 0 ? "-" : "") + "\(magnitude / 1_000_000)."
    + String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
}
