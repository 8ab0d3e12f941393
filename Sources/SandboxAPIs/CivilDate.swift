/// A day of the Gregorian calendar.
struct CivilDate: Equatable, Sendable {
  var year: Int
  /// 1 to 12.
  var month: Int
  /// 1 to 31.
  var day: Int

  /// Counts from 1970-01-01; not for earlier days.
  init(daysSince1970 days: Int) {
    // Years are counted from March, so that the leap day is a year's last: 719,468 days lie before 1970.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }
}

extension CivilDate {
  /// Days since 1970-01-01 of a day that is not earlier; the month is 1 to 12.
  static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + ofYear - 719_468
  }

  /// Days since 1970-01-01 of a day that a text such as `2026-11-24` names; nil for other texts.
  static func daysSince1970(_ text: String) -> Int? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard parts.map(\.utf8.count) == [4, 2, 2], numbers.count == 3 else { return nil }
    let days = daysSince1970(numbers[0], numbers[1], numbers[2])
    let date = CivilDate(daysSince1970: days)
    return [date.year, date.month, date.day] == numbers ? days : nil
  }
}

/// `2026-11-24T08:30:00Z` for seconds since 1970, not negative.
func rfc3339(_ moment: Int) -> String {
  let date = CivilDate(daysSince1970: moment / 86_400)
  let clock = [moment % 86_400 / 3600, moment % 3600 / 60, moment % 60].map { twoDigits($0) }
  return "\(date.year)-\(twoDigits(date.month))-\(twoDigits(date.day))T\(clock.joined(separator: ":"))Z"
}

func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }

/// An amount of hundredths with a point: −1250 is `-12.50`.
func twoPlaces(_ hundredths: Int) -> String {
  let magnitude = hundredths.magnitude
  return (hundredths < 0 ? "-" : "") + "\(magnitude / 100).\(twoDigits(Int(magnitude % 100)))"
}
