import AssayColumns

/// Dates as HTTP headers write them (RFC 9110, section 5.6.7), in seconds since 1970, UTC.
package enum HTTPDate {
  /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`, or nil.
  package static func parse(_ text: String) -> Int64? {
    let words = text.split { $0 == " " || $0 == "," }
    if words.count == 6, words[5] == "GMT" || words[5] == "UTC" {
      return seconds(day: words[1], month: words[2], year: words[3], time: words[4])
    }
    if words.count == 4, words[3] == "GMT" {
      let parts = words[1].split(separator: "-")
      guard parts.count == 3, let short = Int(parts[2]), parts[2].count == 2 else { return nil }
      // Two digits: the nearest year, as servers that still write this form mean it.
      let year = short < 70 ? 2000 + short : 1900 + short
      return seconds(day: parts[0], month: parts[1], year: Substring(String(year)), time: words[2])
    }
    if words.count == 5 { return seconds(day: words[2], month: words[1], year: words[4], time: words[3]) }
    return nil
  }

  /// `2026-11-24T06:15:00Z`, for messages.
  package static func text(_ seconds: Int64) -> String { Moment(seconds: seconds).text }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, for headers.
  package static func headerText(_ seconds: Int64) -> String {
    let iso = Array(text(seconds))
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    // 1970-01-01 was a Thursday.
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(((day % 7) + 7) % 7)]
    let month = months[(Int(String(iso[5...6])) ?? 1) - 1]
    return "\(weekday), \(String(iso[8...9])) \(month) \(String(iso[0...3])) \(String(iso[11...18])) GMT"
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func seconds(day: Substring, month: Substring, year: Substring, time: Substring) -> Int64? {
    let clock = time.split(separator: ":", omittingEmptySubsequences: false)
    guard let day = Int64(day), (1...31).contains(day), let month = months.firstIndex(of: String(month)),
      let year = Int64(year), (1...9999).contains(year), clock.count == 3, let hour = Int64(clock[0]),
      let minute = Int64(clock[1]), let second = Int64(clock[2]), (0...23).contains(hour),
      (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    return Moment.dayNumber(year, Int64(month) + 1, day) * 86_400 + hour * 3600 + minute * 60 + second
  }
}
