/// A date, or a moment of time, as text in the forms of RFC 3339 spells it.
///
/// Moments of all zones are compared by when they are; a date counts as its midnight in UTC, and so does a time without
/// a zone.
package struct Moment: Sendable, Hashable, Comparable {
  /// Seconds since 1970-01-01T00:00:00Z.
  package var seconds: Int64
  /// 0 to 999,999,999.
  package var nanoseconds: Int64
  /// Whether it is a whole day.
  package var isDate: Bool

  /// Seconds since 1970-01-01T00:00:00Z, and nanoseconds of them: 0 to 999,999,999.
  package init(seconds: Int64, nanoseconds: Int64 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    isDate = false
  }

  /// The moment that a text spells: `2026-11-24`, `2026-11-24T06:15:00Z`, `2026-11-24 06:15:00.25+01:00`, with or without
  /// the seconds; nil for others.
  package init?(_ text: String) {
    var text = text
    guard let moment = text.withUTF8({ Moment(utf8: $0) }) else { return nil }
    self = moment
  }

  /// The moment that the bytes of a text spell.
  package init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    func digits(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      var value: Int64 = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 48)
      }
      return value
    }
    func has(_ character: Unicode.Scalar, at place: Int) -> Bool {
      place < bytes.count && bytes[place] == UInt8(ascii: character)
    }
    guard let year = digits(0..<4), has("-", at: 4), let month = digits(5..<7), has("-", at: 7),
      let day = digits(8..<10), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day)
    else { return nil }
    seconds = Self.dayNumber(year, month, day) * 86_400
    nanoseconds = 0
    isDate = bytes.count == 10
    if isDate { return }
    guard has("T", at: 10) || has("t", at: 10) || has(" ", at: 10), let hour = digits(11..<13), has(":", at: 13),
      let minute = digits(14..<16), hour < 24, minute < 60
    else { return nil }
    seconds += hour * 3600 + minute * 60
    var at = 16
    if has(":", at: at) {
      guard let second = digits(17..<19), second <= 60 else { return nil }
      seconds += second
      at = 19
    }
    if at == 19, has(".", at: at) {
      at += 1
      var scale: Int64 = 100_000_000
      let start = at
      while at < bytes.count, (48...57).contains(bytes[at]) {
        nanoseconds += Int64(bytes[at] - 48) * scale
        scale /= 10
        at += 1
      }
      if at == start { return nil }
    }
    if at == bytes.count || (has("Z", at: at) || has("z", at: at)) && at + 1 == bytes.count { return }
    guard has("+", at: at) || has("-", at: at), at + 6 == bytes.count, let hours = digits(at + 1..<at + 3),
      has(":", at: at + 3), let minutes = digits(at + 4..<at + 6), hours < 24, minutes < 60
    else { return nil }
    seconds -= (hours * 3600 + minutes * 60) * (has("-", at: at) ? -1 : 1)
  }

  /// A moment earlier by whole seconds; of a date, by whole days, rounded up.
  package func earlier(by length: Duration) -> Moment {
    var moment = self
    let (whole, attoseconds) = length.components
    let lag = whole + (attoseconds > 0 ? 1 : 0)
    moment.seconds -= isDate ? (lag + 86_399) / 86_400 * 86_400 : lag
    return moment
  }

  package static func < (left: Moment, right: Moment) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// `2026-11-24`, or `2026-11-24T06:15:00Z` with as many digits of the second as it has.
  package var text: String {
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let (year, month, ofMonth) = Self.civil(day)
    let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(ofMonth, 2))"
    if isDate { return date }
    let rest = seconds - day * 86_400
    var fraction = ""
    if nanoseconds > 0 {
      fraction = "." + Self.padded(nanoseconds, 9)
      while fraction.last == "0" { fraction.removeLast() }
    }
    return date + "T" + Self.padded(rest / 3600, 2) + ":" + Self.padded(rest / 60 % 60, 2) + ":"
      + Self.padded(rest % 60, 2) + fraction + "Z"
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Days of a month, which is 1 to 12.
  package static func days(in month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  // Days of the civil calendar: howardhinnant.github.io/date_algorithms.html.

  /// Days since 1970-01-01. The month is 1 to 12.
  package static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  /// The date of a day counted from 1970-01-01. O(1).
  package static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * ofYear + 2) / 153
    return (
      yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
      ofYear - (153 * month + 2) / 5 + 1
    )
  }
}
