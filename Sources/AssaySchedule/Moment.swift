/// A moment with the offset of the place that it is told for, as RFC 3339 writes it: `2026-11-24T06:15:00-05:00`.
package struct Moment: Sendable, Hashable {
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
    let (year, month, date) = civilDate(day: day)
    let second = seconds + offset - day * 86_400
    let time = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    let zone = offset == 0 ? "Z" : "\(offset < 0 ? "-" : "+")\(two(abs(offset) / 3600)):\(two(abs(offset) / 60 % 60))"
    let digits = String(year)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      + "-\(two(month))-\(two(date))T\(time)\(zone)"
  }

  /// The moment that a person names: a date (its midnight), or a date and a time to the minute or second, in UTC unless an
  /// offset says otherwise. Nil for any other text.
  package init?(text: String) {
    var rest = Array(text.utf8)[...]
    func number(_ width: Int) -> Int? {
      guard rest.count >= width else { return nil }
      var value = 0
      for byte in rest.prefix(width) {
        guard byte >= 48, byte <= 57 else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      rest = rest.dropFirst(width)
      return value
    }
    func takes(_ character: Character) -> Bool {
      guard rest.first == character.asciiValue else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard let year = number(4), takes("-"), let month = number(2), takes("-"), let date = number(2),
      (1...12).contains(month), date >= 1, date <= daysInMonth(year: year, month: month)
    else { return nil }
    let day = dayCount(year: year, month: month, day: date)
    if rest.isEmpty {
      self.init(seconds: day * 86_400)
      return
    }
    guard takes("T") || takes("t") || takes(" "), let hour = number(2), hour < 24, takes(":"), let minute = number(2),
      minute < 60
    else { return nil }
    var second = 0
    if takes(":") {
      guard let value = number(2), value < 60 else { return nil }
      second = value
      if takes(".") {
        guard let first = rest.first, first >= 48, first <= 57 else { return nil }
        rest = rest.drop { $0 >= 48 && $0 <= 57 }
      }
    }
    var offset = 0
    if !rest.isEmpty, !takes("Z"), !takes("z") {
      let isNegative = takes("-")
      guard isNegative || takes("+"), let hours = number(2), hours < 24, takes(":"), let minutes = number(2),
        minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (isNegative ? -60 : 60)
    }
    guard rest.isEmpty else { return nil }
    self.init(seconds: day * 86_400 + (hour * 60 + minute) * 60 + second - offset, offset: offset)
  }
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

/// The quotient rounded down, also for negative numbers.
package func floorDivided(_ number: Int, by divisor: Int) -> Int {
  number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar (Hinnant, chrono-compatible algorithms). O(1).
package func dayCount(year: Int, month: Int, day: Int) -> Int {
  let shiftedYear = month <= 2 ? year - 1 : year
  let era = floorDivided(shiftedYear, by: 400)
  let ofEra = shiftedYear - era * 400
  let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
}

/// The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar. O(1).
package func civilDate(day: Int) -> (year: Int, month: Int, day: Int) {
  let shifted = day + 719_468
  let era = floorDivided(shifted, by: 146_097)
  let ofEra = shifted - era * 146_097
  let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
  let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * ofYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * shiftedMonth + 2) / 5 + 1)
}

package func daysInMonth(year: Int, month: Int) -> Int {
  switch month {
  case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}
