/// What a server asks to wait before the next request.
package enum RetryAfter {
  /// The wait of a `Retry-After` header: seconds, or a date, which is compared with the answer's own `Date` so that a
  /// clock that is wrong does no harm, or with `now` (Unix seconds). A date that has passed is zero; nil if unreadable.
  package static func wait(in headers: HeaderFields, now: Int64) -> Duration? {
    guard let text = headers["retry-after"]?.trimmingBlanks() else { return nil }
    if !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
      // Absurd numbers stay absurd rather than overflow.
      return .seconds(min(Int64(text) ?? Int64.max, 1_000_000_000))
    }
    guard let date = HTTPDate.parse(text) else { return nil }
    let base = headers["date"].flatMap { HTTPDate.parse($0) } ?? now
    return .seconds(max(0, date - base))
  }
}
