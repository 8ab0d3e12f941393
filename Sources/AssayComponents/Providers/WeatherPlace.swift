internal import AssayColumns
internal import AssayDefinition
internal import AssayEngine

/// Where the weather is asked for, normalised.
package enum WeatherPlace: Sendable, Hashable {
  /// In degrees, rounded, each with the same number of decimals. −180 stands for 180 too, and no zero has a sign.
  case point(latitude: String, longitude: String)
  /// As a row has it, in capital letters.
  case named(String)

  /// The place of coordinates; nil for what is no number, and for numbers beyond the poles or beyond 180 degrees.
  /// - Parameter precision: Decimals to which they are rounded, 0 to 6.
  package init?(latitude: String, longitude: String, precision: Int) {
    guard let north = Self.rounded(latitude, within: 90, precision),
      let east = Self.rounded(longitude, within: 180, precision)
    else { return nil }
    let unit = Self.power(precision)
    self = .point(
      latitude: Self.text(north, precision), longitude: Self.text(east == 180 * unit ? -180 * unit : east, precision))
  }

  /// A coordinate in units of its last decimal.
  private static func rounded(_ text: String, within limit: Double, _ precision: Int) -> Int? {
    let bytes = Array(text.utf8)
    guard let value = parseDecimal(bytes.span), value >= -limit, value <= limit else { return nil }
    return Int((value * Double(power(precision))).rounded())
  }

  private static func power(_ precision: Int) -> Int { (0..<precision).reduce(1) { power, _ in power * 10 } }

  private static func text(_ units: Int, _ precision: Int) -> String {
    let (whole, rest) = Int(units.magnitude).quotientAndRemainder(dividingBy: power(precision))
    let digits = String(rest)
    let fraction = precision == 0 ? "" : "." + String(repeating: "0", count: precision - digits.count) + digits
    return "\(units < 0 ? "-" : "")\(whole)\(fraction)"
  }
}

/// The key of a weather look-up: a place and a day.
package struct PlaceAndDay: Sendable, Hashable {
  package var place: WeatherPlace
  /// Since 1970-01-01.
  package var day: Int

  /// What the parts of a key say: coordinates and a date, or a name and a date; nil where no place or no day can be read.
  /// A datetime counts for the day that is written in it.
  package init?(_ parts: [String], precision: Int) {
    guard let date = parts.last, let day = Self.day(date) else { return nil }
    self.day = day
    if parts.count == 3 {
      guard let point = WeatherPlace(latitude: parts[0], longitude: parts[1], precision: precision) else { return nil }
      place = point
    } else {
      place = .named(parts[0].uppercased())
    }
  }

  /// The parts of its key, from which it can be read again.
  package var parts: [String] {
    let date = dateText(day: day)
    switch place {
    case .point(let latitude, let longitude): return [latitude, longitude, date]
    case .named(let name): return [name, date]
    }
  }

  /// The day of `2026-11-24`, `2026-11-24T06:15:00+01:00` or `2026-11-24 06:15`.
  private static func day(_ text: String) -> Int? {
    let rest = text.dropFirst(10)
    let mark = rest.first ?? "T"
    guard mark == "T" || mark == "t" || mark == " ",
      let moment = Moment(String(text.prefix(10)))
    else { return nil }
    return Int((moment.seconds - (moment.seconds < 0 ? 86_399 : 0)) / 86_400)
  }
}
