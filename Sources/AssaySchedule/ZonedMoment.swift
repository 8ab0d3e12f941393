internal import AssayColumns

/// A moment with the offset of the place that it is told for, as RFC 3339 writes it: `2026-11-24T06:15:00-05:00`.
package struct ZonedMoment: Sendable, Hashable {
  /// Seconds since 1970-01-01T00:00:00Z.
  package var seconds: Int
  /// Seconds east of UTC of the local time in which it is told.
  package var offset: Int

  package init(seconds: Int, offset: Int = 0) {
    self.seconds = seconds
    self.offset = offset
  }

  /// The day of its local time, counted from 1970-01-01.
  package var day: Int { floorDivided(seconds + offset, by: 86_400) }

  /// Local time with offset: `2026-11-24T06:15:00-05:00`, or with `Z` for UTC. Years are 0 to 9999.
  package var text: String {
    let local = Moment(seconds: Int64(seconds + offset)).text
    if offset == 0 { return local }
    return "\(local.dropLast())\(offset < 0 ? "-" : "+")\(two(abs(offset) / 3600)):\(two(abs(offset) / 60 % 60))"
  }

  /// The moment that a person names: a date (its midnight), or a date and a time to the minute or second, in UTC unless an
  /// offset says otherwise. Fractions of a second are dropped. Nil for any other text, and for a leap second.
  package init?(text: String) {
    guard let moment = Moment(text) else { return nil }
    seconds = Int(moment.seconds)
    offset = 0
    let time = text.dropFirst(16)
    if time.hasPrefix(":60") { return nil }
    guard let sign = time.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return }
    let parts = time[time.index(after: sign)...].split(separator: ":").compactMap { Int($0) }
    guard parts.count == 2 else { return nil }
    offset = (parts[0] * 60 + parts[1]) * (time[sign] == "-" ? -60 : 60)
  }
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

/// The quotient rounded down, also for negative numbers.
package func floorDivided(_ number: Int, by divisor: Int) -> Int {
  number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
}

/// The date of a day counted from 1970-01-01, and the days of its month.
func civilDate(day: Int) -> (year: Int, month: Int, day: Int, length: Int) {
  let (year, month, ofMonth) = Moment.civil(Int64(day))
  return (Int(year), Int(month), Int(ofMonth), Int(Moment.days(in: month, of: year)))
}
