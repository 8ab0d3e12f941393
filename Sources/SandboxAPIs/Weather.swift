/// Weather by place and day, the same for every run: what both weather services tell.
struct Weather {
  /// Hundredths.
  let temperature: Int
  let spread: Int
  let rain: Int
  let wind: Int
  /// A number of the day and place alone.
  private let hash: Int

  /// - Parameters:
  ///   - place: Coordinates in hundredths of a degree.
  ///   - day: Since 1970-01-01.
  init(_ place: (latitude: Int, longitude: Int), day: Int) {
    hash = Int(stableHash("\(place.latitude) \(place.longitude) \(day)") >> 33)
    // Warmest in the middle of the year, on either half of the earth, and colder towards the poles.
    let season = abs(day % 365 - 183) * 10 * (place.latitude < 0 ? -1 : 1)
    temperature = 2700 - Int(place.latitude.magnitude) / 3 - season + hash % 600
    spread = 300 + hash / 7 % 500
    rain = (hash / 11).isMultiple(of: 3) ? hash / 13 % 2500 : 0
    wind = 400 + hash / 17 % 4000
  }

  /// The first day that the services do not know yet.
  static let firstUnknown = 20_777  // 2026-11-20

  /// A value by Open-Meteo's name; nil for an unknown one.
  func archive(_ variable: String, isMetric: Bool) -> JSONText? {
    switch variable {
    case "temperature_2m_mean", "temperature_2m_max", "temperature_2m_min", "apparent_temperature_mean",
      "dew_point_2m_mean":
      let shift =
        variable.hasSuffix("max") ? spread : variable.hasSuffix("min") || variable.hasPrefix("dew") ? -spread : 0
      return .number(degrees(temperature + shift, isMetric))
    case "precipitation_sum", "rain_sum": return .number(isMetric ? twoPlaces(rain) : twoPlaces(rain * 10 / 254))
    case "snowfall_sum": return .number("0.00")
    case "wind_speed_10m_max": return .number(isMetric ? twoPlaces(wind) : twoPlaces(wind * 1000 / 1609))
    case "weather_code": return .integer(rain > 0 ? 61 : 3)
    default: return nil
    }
  }

  /// A value by Visual Crossing's name; null for an unknown one.
  func timeline(_ element: String, isMetric: Bool) -> JSONText {
    switch element {
    case "temp": .number(degrees(temperature, isMetric))
    case "tempmax": .number(degrees(temperature + spread, isMetric))
    case "tempmin": .number(degrees(temperature - spread, isMetric))
    case "precip": .number(isMetric ? twoPlaces(rain) : twoPlaces(rain * 10 / 254))
    case "windspeed": .number(isMetric ? twoPlaces(wind) : twoPlaces(wind * 1000 / 1609))
    case "conditions": .string(rain > 0 ? "Rain, Partially cloudy" : "Partially cloudy")
    case "preciptype": rain > 0 ? ["rain"] : .null
    case "sunrise": .string("06:\(twoDigits(hash % 60)):11")
    default: .null
    }
  }

  private func degrees(_ hundredths: Int, _ isMetric: Bool) -> String {
    twoPlaces(isMetric ? hundredths : hundredths * 9 / 5 + 3200)
  }
}

extension Weather {
  /// Reads `2026-11-24`; nil for anything else.
  static func dayNumber(_ text: Substring) -> Int? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, text.utf8.count == 10, let year = Int(parts[0]), let month = Int(parts[1]),
      let day = Int(parts[2]), (1900...2100).contains(year), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let era = shifted / 400
    let ofEra = shifted % 400
    let number = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    return number
  }

  /// `2026-11-24` for days since 1970-01-01, earlier ones too.
  static func dateText(_ day: Int) -> String {
    // The calendar repeats itself after 146,097 days, which are 400 years.
    let date = CivilDate(daysSince1970: day < 0 ? day + 146_097 : day)
    return "\(date.year - (day < 0 ? 400 : 0))-\(twoDigits(date.month))-\(twoDigits(date.day))"
  }

  /// A coordinate in hundredths of a degree; nil for what is none.
  static func hundredths(_ text: some StringProtocol, within limit: Double) -> Int? {
    guard let degrees = Double(text), degrees >= -limit, degrees <= limit else { return nil }
    return Int((degrees * 100).rounded())
  }
}
