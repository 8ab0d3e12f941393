/// What a server asks to wait before the next request.
package enum RetryAfter {
  /// The wait of a `Retry-After` header: seconds (also with a fraction, as some servers send them), or a date, which is
  /// compared with the answer's own `Date` so that a clock that is wrong does no harm, or with `now` (Unix seconds). A
  /// date that has passed is zero; nil if unreadable.
  package static func wait(in headers: HeaderFields, now: Int64) -> Duration? {
    guard let text = headers["retry-after"]?.trimmingBlanks() else { return nil }
    if let seconds = plainNumber(text) {
      // Absurd numbers stay absurd rather than overflow.
      return .milliseconds(Int64((min(seconds, 1_000_000_000) * 1000).rounded(.up)))
    }
    guard let date = HTTPDate.parse(text) else { return nil }
    let base = headers["date"].flatMap { HTTPDate.parse($0) } ?? now
    return .seconds(max(0, date - base))
  }
}

/// A number of digits with at most one point between them, as headers have them; nil for any other text: no sign, no
/// exponent, no `nan`.
func plainNumber(_ text: some StringProtocol) -> Double? {
  var last: UInt8?
  for byte in text.utf8 {
    guard isDigit(byte) || byte == UInt8(ascii: ".") && last.map(isDigit) == true else { return nil }
    last = byte
  }
  return last.map(isDigit) == true ? Double(text) : nil
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
