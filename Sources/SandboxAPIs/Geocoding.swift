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
    guard let match = AddressMatch(address) else { return .json(["results": [], "status": "ZERO_RESULTS"]) }
    return .json(["results": [result(address, match)], "status": "OK"])
  }

  private static func result(_ address: String, _ match: AddressMatch) -> JSONText {
    let hash = match.hash
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
          "location": ["lat": .number(sixPlaces(match.latitude)), "lng": .number(sixPlaces(match.longitude))],
          "location_type": partial ? "APPROXIMATE" : hash.isMultiple(of: 3) ? "RANGE_INTERPOLATED" : "ROOFTOP",
        ]
      ),
    ]
    if partial { members.append(("partial_match", .bool(true))) }
    members.append(("place_id", .string("sandbox-" + String(hash, radix: 36))))
    members.append(("types", [partial ? "postal_code" : "street_address"]))
    return .object(members)
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
