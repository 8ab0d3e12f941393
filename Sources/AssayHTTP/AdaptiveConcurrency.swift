/// How many requests may be under way at once, between 1 and what the file says: halved where the API is overloaded,
/// raised again with its successes. A pure state machine.
///
/// Additive increase and multiplicative decrease with a slow start, as TCP does it (RFC 5681): below the threshold each
/// success raises the limit by one, above it as many successes as the limit is.
package struct AdaptiveConcurrency: Sendable, Hashable {
  /// What the file says. At least 1.
  package let most: Int
  /// Requests that may be under way now.
  package private(set) var limit: Int
  /// Below it the limit doubles with each round trip.
  private var threshold: Int
  /// Successes since the limit was last raised.
  private var successes = 0
  /// Requests with a lower ticket were under way when the limit was last lowered: they tell nothing new.
  private var mark: UInt64 = 0

  /// Starts with all that is allowed.
  package init(most: Int) {
    self.most = most
    limit = most
    threshold = most
  }

  /// A request with this ticket was answered as it should be. O(1).
  package mutating func succeeded(_ ticket: UInt64) {
    if limit == most || ticket < mark { return }
    successes += 1
    guard limit < threshold || successes >= limit else { return }
    limit += 1
    successes = 0
  }

  /// The API was too busy for the request with this ticket; `next` is the ticket that the next request will have.
  ///
  /// False where the request was sent before the limit was last lowered: of all that were under way together, only the
  /// first lowers it. O(1).
  package mutating func congested(_ ticket: UInt64, next: UInt64) -> Bool {
    if ticket < mark { return false }
    mark = next
    limit = max(1, limit / 2)
    threshold = limit
    successes = 0
    return true
  }

  /// The API is left alone for a while: afterwards one request goes first, and the others follow as it is answered.
  package mutating func restart(next: UInt64) {
    mark = next
    threshold = max(threshold, limit)
    limit = 1
    successes = 0
  }
}
