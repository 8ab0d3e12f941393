/// Open-Meteo's archive: many places in a request, each with days of its own; errors as JSON.
enum WeatherArchive {
  private static let mostPlaces = 1000
  /// 1940-01-01.
  private static let firstDay = -10_958

  /// `/open-meteo/v1/archive?latitude=a,b&longitude=c,d&start_date=e,f&end_date=g,h&daily=x,y`.
  static func answer(_ request: SandboxRequest) -> Answer {
    guard request.path == "/open-meteo/v1/archive" else {
      return .error(404, "not_found", "no route \(request.path); there is /open-meteo/v1/archive")
    }
    if request["apikey"] == "bad" { return failure("The supplied API key is invalid.") }
    let places = zip(list("latitude", request), list("longitude", request)).map { pair in
      (north: Weather.hundredths(pair.0, within: 90), east: Weather.hundredths(pair.1, within: 180))
    }
    let days = zip(list("start_date", request), list("end_date", request)).map {
      (Weather.dayNumber($0), Weather.dayNumber($1))
    }
    let variables = list("daily", request).map(String.init)
    guard places.count == list("latitude", request).count, places.count == list("longitude", request).count else {
      return failure("Parameter 'latitude' and 'longitude' must have the same number of elements")
    }
    guard !places.isEmpty, days.count == places.count || days.count == 1 else {
      return failure("Parameter 'latitude' and 'start_date' must have the same number of elements")
    }
    guard places.count <= mostPlaces else {
      return failure("Only up to \(mostPlaces) locations can be requested at once")
    }
    if request["timezone"] == nil { return failure("Timezone is required") }
    let isMetric = request["temperature_unit"] != "fahrenheit"
    var results: [JSONText] = []
    for (index, place) in places.enumerated() {
      guard let north = place.north, let east = place.east else {
        return failure("Latitude must be in range of -90 to 90°. Given: \(list("latitude", request)[index]).")
      }
      let (start, end) = days.count == 1 ? days[0] : days[index]
      guard let start, let end, start <= end else { return failure("Invalid date") }
      guard start >= firstDay else {
        return failure(
          "Parameter 'start_date' is out of allowed range from 1940-01-01 to \(Weather.dateText(Weather.firstUnknown + 5))"
        )
      }
      var daily: [(name: String, value: JSONText)] = [
        ("time", .array((start...end).map { .string(Weather.dateText($0)) }))
      ]
      for variable in variables {
        var values: [JSONText] = []
        for day in start...end {
          guard let value = Weather((north, east), day: day).archive(variable, isMetric: isMetric) else {
            return failure(
              "Data corrupted at path ''. Cannot initialize ForecastVariableDaily from invalid String value \(variable)."
            )
          }
          values.append(day < Weather.firstUnknown ? value : .null)
        }
        daily.append((variable, .array(values)))
      }
      var members: [(name: String, value: JSONText)] = [
        ("latitude", .number(twoPlaces(north))), ("longitude", .number(twoPlaces(east))), ("timezone", "GMT"),
      ]
      if index > 0 { members.append(("location_id", .integer(index))) }
      results.append(.object(members + [("daily", .object(daily))]))
    }
    // One place is no list.
    return .json(results.count == 1 ? results[0] : .array(results))
  }

  private static func list(_ name: String, _ request: SandboxRequest) -> [Substring] {
    request[name]?.split(separator: ",", omittingEmptySubsequences: false) ?? []
  }

  private static func failure(_ reason: String, status: Int = 400) -> Answer {
    .json(["error": .bool(true), "reason": .string(reason)], status: status)
  }
}
