/// Visual Crossing's Timeline: one place in a request, by coordinates or by the name of a city; errors as text.
enum WeatherTimeline {
  /// `/VisualCrossingWebServices/rest/services/timeline/PLACE/DATE/DATE?key=K&elements=a,b`.
  static func answer(_ request: SandboxRequest) -> Answer {
    let parts = request.segments
    guard parts.count == 7, parts[3] == "timeline" else {
      return .text("The request cannot be matched to any valid API request endpoint structure", status: 404)
    }
    guard let key = request["key"], !key.isEmpty else { return .text("No session or key found.", status: 401) }
    guard key != "bad" else { return .text("No account found with API key '\(key)'", status: 401) }
    guard let place = place(parts[4]) else {
      return .text("Bad API Request:Invalid location parameter value.", status: 400)
    }
    guard let start = Weather.dayNumber(parts[5]), let end = Weather.dayNumber(parts[6]), start <= end else {
      return .text("Bad API Request:Invalid date range", status: 400)
    }
    let elements = request["elements"]?.split(separator: ",").map(String.init) ?? ["datetime", "temp", "precip"]
    let isMetric = request["unitGroup"] == "metric"
    let days = (start...end).map { day -> JSONText in
      let weather = Weather(place, day: day)
      return .object(
        elements.map { element in
          let value = day < Weather.firstUnknown ? weather.timeline(element, isMetric: isMetric) : .null
          return (name: element, value: element == "datetime" ? .string(Weather.dateText(day)) : value)
        })
    }
    // Hours are records as well, where they are not left out.
    let records = (end - start + 1) * (request["include"] == "days" ? 1 : 24)
    return .json([
      "queryCost": .integer(records), "latitude": .number(twoPlaces(place.latitude)),
      "longitude": .number(twoPlaces(place.longitude)), "resolvedAddress": .string(String(parts[4])),
      "timezone": "GMT", "days": .array(days),
    ])
  }

  private static func place(_ text: Substring) -> (latitude: Int, longitude: Int)? {
    let parts = text.split(separator: ",")
    if parts.count == 2, let north = Weather.hundredths(parts[0], within: 90),
      let east = Weather.hundredths(parts[1], within: 180)
    {
      return (north, east)
    }
    let city = text.lowercased().prefix { $0 != "," }
    return Place.all.first { $0.city.lowercased() == city || $0.zip == text }.map {
      ($0.latitude / 10_000, $0.longitude / 10_000)
    }
  }
}
