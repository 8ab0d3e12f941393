import Glibc

/// A moment as the store keeps it: milliseconds since 1970 UTC, written as RFC 3339 text, which sorts as time does.
package struct StoreTime: Sendable, Hashable, Comparable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// The moment of the system's clock.
  package static var now: StoreTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return StoreTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// A moment later by a duration.
  package func adding(_ duration: Duration) -> StoreTime {
    let (seconds, attoseconds) = duration.components
    return StoreTime(milliseconds: milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  package static func < (left: StoreTime, right: StoreTime) -> Bool { left.milliseconds < right.milliseconds }

  /// `2026-11-25T02:46:44.123Z`.
  package var text: String {
    var seconds = time_t(milliseconds / 1000)
    var rest = milliseconds % 1000
    if rest < 0 {
      rest += 1000
      seconds -= 1
    }
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func digits(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return digits(Int(parts.tm_year) + 1900, 4) + "-" + digits(Int(parts.tm_mon) + 1, 2) + "-"
      + digits(Int(parts.tm_mday), 2) + "T" + digits(Int(parts.tm_hour), 2) + ":" + digits(Int(parts.tm_min), 2)
      + ":" + digits(Int(parts.tm_sec), 2) + "." + digits(Int(rest), 3) + "Z"
  }

  /// The moment that a text in the form of `text` names, or nil.
  package init?(text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 24, bytes[23] == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int32? { Int32(String(decoding: bytes[range], as: UTF8.self)) }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), let rest = number(20..<23)
    else { return nil }
    var parts = tm()
    parts.tm_year = year - 1900
    parts.tm_mon = month - 1
    parts.tm_mday = day
    parts.tm_hour = hour
    parts.tm_min = minute
    parts.tm_sec = second
    milliseconds = Int64(timegm(&parts)) * 1000 + Int64(rest)
  }
}
