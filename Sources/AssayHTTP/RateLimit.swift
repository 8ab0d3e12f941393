/// How many requests an API takes in a time: `requests` in each `per`, and `burst` at once after a rest.
package struct RateLimit: Sendable, Hashable {
  /// What is counted.
  package enum Unit: String, Sendable, Hashable, CaseIterable {
    /// Every request as one.
    case requests
    /// Every request by what it costs, where its provider says that one costs more than another.
    case cost
  }

  /// At least 1, in units.
  package var requests: Int
  /// Longer than nothing.
  package var per: Duration
  /// At least 1, in units. In any window as long as `per` at most `burst + requests` units start; where one request costs
  /// more than `burst`, it goes once the burst is whole, and what it is dearer is waited for afterwards.
  package var burst: Int
  package var unit: Unit

  /// A limit whose burst is `requests` where nothing else is said.
  package init(requests: Int, per: Duration = .seconds(1), burst: Int? = nil, unit: Unit = .requests) {
    precondition(requests >= 1 && per > .zero && burst ?? 1 >= 1, "a rate lets something through")
    self.requests = requests
    self.per = per
    self.burst = burst ?? requests
    self.unit = unit
  }
}

/// A token bucket: it fills at the limit's rate up to its burst, and each request takes a token out, or as many as it costs.
///
/// Counts in whole units, `per` of them (in attoseconds) to a token and `requests` of them to an attosecond, so that
/// nothing is rounded away, however long a run takes. A cost counts to the millionth of a token, and as a thousand million
/// tokens at the most. 128 bits hold that, and a burst of a million, with a `per` of a million days.
package struct TokenBucket: Sendable, Hashable {
  private let limit: RateLimit
  /// Below zero after a request that cost more than the burst.
  private var level: Int128
  /// The moment up to which the bucket has been filled.
  private var filledAt: Duration?

  /// A full bucket.
  package init(_ limit: RateLimit) {
    self.limit = limit
    level = Int128(limit.burst) * limit.per.attoseconds
  }

  /// When there are tokens enough for a request: now (or before it), or later. O(1).
  /// - Parameter cost: What the request costs; without meaning where the limit counts requests.
  package mutating func nextToken(for cost: Double = 1, at now: Duration) -> Duration {
    fill(now)
    let missing = min(units(cost), full) - level
    if missing <= 0 { return now }
    let rate = Int128(limit.requests)
    return now + Duration(attoseconds: (missing + rate - 1) / rate)
  }

  /// Takes what a request costs, if it is there, or if the bucket is full. O(1).
  package mutating func take(_ cost: Double = 1, at now: Duration) -> Bool {
    fill(now)
    let units = units(cost)
    if level < min(units, full) { return false }
    level -= units
    return true
  }

  private var full: Int128 { Int128(limit.burst) * limit.per.attoseconds }

  /// What a request takes out; a cost that makes no sense is none.
  private func units(_ cost: Double) -> Int128 {
    if limit.unit == .requests { return limit.per.attoseconds }
    let millionths = Int128((min(max(0, cost.isNaN ? 0 : cost), 1e9) * 1e6).rounded())
    // Whole parts first, since the product of both would not fit.
    let (whole, rest) = limit.per.attoseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return whole * millionths + (rest * millionths + 999_999) / 1_000_000
  }

  private mutating func fill(_ now: Duration) {
    defer { filledAt = max(now, filledAt ?? now) }
    guard let filledAt, now > filledAt else { return }
    let time = (now - filledAt).attoseconds
    // Compared by division, since a rest of years times a high rate would not fit.
    let missing = full - level
    level = time > missing / Int128(limit.requests) ? full : level + time * Int128(limit.requests)
  }
}
