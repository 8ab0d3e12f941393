/// A cron expression of five fields: the minutes of a local clock at which something is due.
///
/// Minute, hour, day of month, month and day of week, as Vixie's cron reads them. Where day of month and day of week are
/// both restricted, that is where neither begins with `*`, either is enough; else both must hold. Beyond Vixie: ranges that
/// wrap (`FRI-MON`, `22-4`) but in the day of month, `L` for the last day of the month, `MON#1` and `FRI#L` (also `5L`).
package struct CronExpression: Sendable, Hashable {
  /// Bit n for minute n.
  var minutes: UInt64 = 0
  var hours: UInt64 = 0
  /// Bits 1 to 31; bit 0 for the last day of the month.
  var daysOfMonth: UInt64 = 0
  var months: UInt64 = 0
  /// Bit 0 for Sunday to bit 6.
  var daysOfWeek: UInt64 = 0
  /// Bit 8 · day + n for the nth such day of the month, with n = 6 for the last.
  var numberedDays: UInt64 = 0
  var isEitherDayEnough = false

  static let lastNumber = 6

  /// The first due minute of the local clock after a moment of it, both in seconds since 1970-01-01T00:00:00 on that clock;
  /// nil where none follows within 400 years, after which the calendar repeats. Walks by month, day, hour and minute.
  package func next(afterLocal seconds: Int) -> Int? {
    let minute = floorDivided(seconds, by: 60) + 1
    var day = floorDivided(minute, by: 1440)
    if isDue(day: day), let found = minuteOfDay(from: minute - day * 1440) { return (day * 1440 + found) * 60 }
    guard let first = minuteOfDay(from: 0) else { return nil }
    day += 1
    let end = day + 146_097
    while day < end {
      let date = civilDate(day: day)
      if has(months, date.month) {
        for number in date.day...date.length {
          let candidate = day + number - date.day
          if isDue(day: number, of: date.length, weekday: weekday(of: candidate)) {
            return (candidate * 1440 + first) * 60
          }
        }
      }
      day += date.length - date.day + 1
    }
    return nil
  }

  private func isDue(day: Int) -> Bool {
    let date = civilDate(day: day)
    return has(months, date.month)
      && isDue(day: date.day, of: date.length, weekday: weekday(of: day))
  }

  private func isDue(day: Int, of length: Int, weekday: Int) -> Bool {
    let isOfMonth = has(daysOfMonth, day) || (day == length && has(daysOfMonth, 0))
    let isOfWeek =
      has(daysOfWeek, weekday) || has(numberedDays, weekday * 8 + (day + 6) / 7)
      || (day + 7 > length && has(numberedDays, weekday * 8 + Self.lastNumber))
    return isEitherDayEnough ? isOfMonth || isOfWeek : isOfMonth && isOfWeek
  }

  private func minuteOfDay(from start: Int) -> Int? {
    let hour = start / 60
    if has(hours, hour), let minute = lowest(minutes, from: start % 60) { return hour * 60 + minute }
    guard let later = lowest(hours, from: hour + 1), let minute = lowest(minutes, from: 0) else { return nil }
    return later * 60 + minute
  }
}

/// 0 for Sunday; 1970-01-01 was a Thursday.
private func weekday(of day: Int) -> Int { day + 4 - floorDivided(day + 4, by: 7) * 7 }

private func has(_ mask: UInt64, _ bit: Int) -> Bool { mask >> UInt64(bit) & 1 == 1 }

private func lowest(_ mask: UInt64, from bit: Int) -> Int? {
  let rest = mask & (UInt64.max << UInt64(bit))
  return rest == 0 ? nil : rest.trailingZeroBitCount
}
