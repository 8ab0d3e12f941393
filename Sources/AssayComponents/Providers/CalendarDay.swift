internal import AssayColumns
internal import AssayStore

/// A day of the calendar.
package struct CalendarDay: Sendable, Hashable, Comparable {
  /// Days since 1970-01-01.
  package var number: Int64

  package init(number: Int64) { self.number = number }

  /// The day that a date names, or a datetime in its own zone; nil for other texts.
  package init?(_ text: String) {
    guard Moment(text) != nil, let midnight = Moment(String(text.prefix(10))) else { return nil }
    self.init(midnight)
  }

  /// The day of a moment, in UTC.
  init(_ moment: Moment) {
    number = moment.seconds >= 0 ? moment.seconds / 86_400 : (moment.seconds - 86_399) / 86_400
  }

  /// The day of a moment, in UTC.
  init(_ time: StoreTime) { self.init(Moment(seconds: time.milliseconds / 1000)) }

  /// A day of the Gregorian calendar; the month is 1 to 12.
  init(_ year: Int, _ month: Int, _ day: Int) { number = Moment.dayNumber(Int64(year), Int64(month), Int64(day)) }

  /// The day so many days later.
  package func adding(_ days: Int) -> CalendarDay { CalendarDay(number: number + Int64(days)) }

  package static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }

  /// `2026-11-24`.
  package var text: String {
    var moment = Moment(seconds: number * 86_400)
    moment.isDate = true
    return moment.text
  }

  /// The year, the month (1 to 12) and the day of the month.
  package var parts: (year: Int, month: Int, day: Int) {
    let parts = text.split(separator: "-").compactMap { Int($0) }
    return (parts[0], parts[1], parts[2])
  }
}
