import AssayHTTP
import AssayTestSupport
import Testing

struct TokenBucketTests {
  /// A bucket that an expectation can ask.
  final class Bucket {
    private var bucket: TokenBucket
    init(_ limit: RateLimit) { bucket = TokenBucket(limit) }
    func take(at now: Duration) -> Bool { bucket.take(at: now) }
    func nextToken(at now: Duration) -> Duration { bucket.nextToken(at: now) }
  }

  static let limits = [
    RateLimit(requests: 1), RateLimit(requests: 1, per: .seconds(1), burst: 5), RateLimit(requests: 10),
    RateLimit(requests: 3, per: .seconds(1), burst: 1), RateLimit(requests: 7, per: .seconds(60), burst: 2),
    RateLimit(requests: 600, per: .seconds(60), burst: 1), RateLimit(requests: 5000, per: .seconds(3600), burst: 100),
    RateLimit(requests: 999_983, per: .milliseconds(7), burst: 1_000_000),
  ]

  @Test func `one a second is one a second for ten hours`() {
    let bucket = Bucket(RateLimit(requests: 1))
    var now = Duration.seconds(12)
    for second in 0..<36_000 {
      #expect(bucket.nextToken(at: now) == now)
      #expect(bucket.take(at: now))
      #expect(!bucket.take(at: now))
      let next = bucket.nextToken(at: now)
      #expect(next == .seconds(12 + second + 1))
      #expect(!bucket.take(at: next - .nanoseconds(1)))
      now = next
    }
  }

  @Test func `a rate that divides no second does not drift`() {
    let bucket = Bucket(RateLimit(requests: 7, per: .seconds(1), burst: 1))
    var now = Duration.zero
    for _ in 0..<70_000 {
      #expect(bucket.take(at: now))
      now = bucket.nextToken(at: now)
    }
    #expect(now - .seconds(10_000) < .nanoseconds(1))
    #expect(now >= .seconds(10_000))
  }

  @Test func `after a rest a burst goes at once, and no more`() {
    let bucket = Bucket(RateLimit(requests: 10, per: .seconds(1), burst: 3))
    for rest in [Duration.zero, .seconds(1), .seconds(1_000_000_000)] {
      var taken = 0
      while bucket.take(at: rest) { taken += 1 }
      #expect(taken == 3)
      #expect(bucket.nextToken(at: rest) == rest + .milliseconds(100))
    }
  }

  @Test func `a clock that goes back gives nothing and takes nothing`() {
    let bucket = Bucket(RateLimit(requests: 1))
    #expect(bucket.take(at: .seconds(10)))
    #expect(!bucket.take(at: .seconds(2)))
    #expect(!bucket.take(at: .milliseconds(10_999)))
    #expect(bucket.take(at: .seconds(11)))
  }

  @Test(arguments: limits, [1, 2, 3] as [UInt64])
  func `whenever requests come, no window holds more than burst and rate together, and no token is lost`(
    limit: RateLimit, seed: UInt64
  ) {
    var random = SeededRandom(seed: seed)
    let bucket = Bucket(limit)
    var taken: [Duration] = []
    var now = Duration.zero
    let gap = limit.per / limit.requests
    for _ in 0..<4000 {
      // Now and then a rest, mostly about as long as a token takes.
      now += random.once(in: 50) ? limit.per * random.next(below: 3) : gap * random.next(below: 200) / 100
      if bucket.take(at: now) {
        taken.append(now)
      } else {
        let next = bucket.nextToken(at: now)
        #expect(next > now && next <= now + gap + .nanoseconds(1))
        if random.once(in: 2) {
          now = next
          #expect(bucket.take(at: now))
          taken.append(now)
        }
      }
    }
    var first = 0
    for last in taken.indices {
      while taken[last] - taken[first] >= limit.per { first += 1 }
      #expect(last - first + 1 <= limit.burst + limit.requests)
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `the bucket is the plain one that counts thousandths of a token`(seed: UInt64) {
    // A token a second, looked at each millisecond: a plain model that rounds nothing either.
    var random = SeededRandom(seed: seed)
    let burst = 1 + random.next(below: 5)
    let bucket = Bucket(RateLimit(requests: 1, per: .seconds(1), burst: burst))
    var level = burst * 1000
    for millisecond in 0..<20_000 {
      if millisecond > 0 { level = min(burst * 1000, level + 1) }
      guard random.once(in: 1 + random.next(below: 700)) else { continue }
      let isTaken = bucket.take(at: .milliseconds(millisecond))
      #expect(isTaken == (level >= 1000))
      if level >= 1000 { level -= 1000 }
    }
  }
}
