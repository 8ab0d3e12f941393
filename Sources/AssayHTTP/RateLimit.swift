/// How many requests an API takes in a time: `requests` in each `per`, and `burst` at once after a rest.
package struct RateLimit: Sendable, Hashable {
  /// At least 1.
  package var requests: Int
  /// Longer than nothing.
  package var per: Duration
  /// At least 1. In any window as long as `per` at most `burst + requests` requests start.
  package var burst: Int

  /// A limit whose burst is `requests` where nothing else is said.
  package init(requests: Int, per: Duration = .seconds(1), burst: Int? = nil) {
    precondition(requests >= 1 && per > .zero && burst ?? 1 >= 1, "a rate lets something through")
    self.requests = requests
    self.per = per
    self.burst = burst ?? requests
  }
}

/// A token bucket: it fills at the limit's rate up to its burst, and each request takes a token out.
///
/// Counts in whole units, `per` of them (in attoseconds) to a token and `requests` of them to an attosecond, so that
/// nothing is rounded away, however long a run takes. 128 bits hold a burst of a million with a `per` of a million days.
package struct TokenBucket: Sendable, Hashable {
  private let limit: RateLimit
  private var level: Int128
  /// The moment up to which the bucket has been filled.
  private var filledAt: Duration?

  /// A full bucket.
  package init(_ limit: RateLimit) {
    self.limit = limit
    level = Int128(limit.burst) * limit.per.attoseconds
  }

  /// When the next token is there: now (or before it), or later. O(1).
  package mutating func nextToken(at now: Duration) -> Duration {
    fill(now)
    let missing = limit.per.attoseconds - level
    if missing <= 0 { return now }
    let rate = Int128(limit.requests)
    return now + Duration(attoseconds: (missing + rate - 1) / rate)
  }

  /// Takes a token, if there is one. O(1).
  package mutating func take(at now: Duration) -> Bool {
    fill(now)
    if level < limit.per.attoseconds { return false }
    level -= limit.per.attoseconds
    return true
  }

  private mutating func fill(_ now: Duration) {
    defer { filledAt = max(now, filledAt ?? now) }
    guard let filledAt, now > filledAt else { return }
    let full = Int128(limit.burst) * limit.per.attoseconds
    let time = (now - filledAt).attoseconds
    // Compared by division, since a rest of years times a high rate would not fit.
    let missing = full - level
    level = time > missing / Int128(limit.requests) ? full : level + time * Int128(limit.requests)
  }
}
