import AssayHTTP
import AssayTestSupport
import Testing

struct AdaptiveConcurrencyTests {
  @Test func `of all requests that were under way together, only the first that fails lowers the limit`() {
    var concurrency = AdaptiveConcurrency(most: 32)
    let first = concurrency.congested(5, next: 32)
    #expect(first)
    for ticket in (0..<32 as Range<UInt64>) where ticket != 5 {
      let again = concurrency.congested(ticket, next: 32)
      #expect(!again)
    }
    #expect(concurrency.limit == 16)
    let next = concurrency.congested(32, next: 48)
    #expect(next)
    #expect(concurrency.limit == 8)
  }

  @Test func `the limit rises by one with each round of successes, up to what the file says`() {
    var concurrency = AdaptiveConcurrency(most: 8)
    _ = concurrency.congested(0, next: 1)
    var limits = [concurrency.limit]
    for ticket in (1...40 as ClosedRange<UInt64>) {
      concurrency.succeeded(ticket)
      if concurrency.limit != limits.last { limits.append(concurrency.limit) }
      // 4, 5, 6 and 7 successes raise it from there.
      #expect(concurrency.limit == (ticket < 4 ? 4 : ticket < 9 ? 5 : ticket < 15 ? 6 : ticket < 22 ? 7 : 8))
    }
    #expect(limits == [4, 5, 6, 7, 8])
  }

  @Test func `successes of requests that were sent before say nothing`() {
    var concurrency = AdaptiveConcurrency(most: 2)
    _ = concurrency.congested(9, next: 10)
    for ticket in (0..<10 as Range<UInt64>) { concurrency.succeeded(ticket) }
    #expect(concurrency.limit == 1)
    concurrency.succeeded(10)
    #expect(concurrency.limit == 2)
  }

  @Test func `after a pause one goes first, and each success lets two follow, up to half of what was`() {
    var concurrency = AdaptiveConcurrency(most: 16)
    _ = concurrency.congested(0, next: 1)
    concurrency.restart(next: 1)
    #expect(concurrency.limit == 1)
    for ticket in (1...7 as ClosedRange<UInt64>) { concurrency.succeeded(ticket) }
    #expect(concurrency.limit == 8)
    concurrency.succeeded(8)
    #expect(concurrency.limit == 8, "from here on it is one with each round")
  }

  @Test func `a pause without overload ends at the full limit again`() {
    var concurrency = AdaptiveConcurrency(most: 8)
    concurrency.restart(next: 1)
    concurrency.restart(next: 1)
    for ticket in (1...7 as ClosedRange<UInt64>) { concurrency.succeeded(ticket) }
    #expect(concurrency.limit == 8)
  }

  /// Additive increase and multiplicative decrease, with the growth as one sum.
  struct Plain {
    var most: Int
    var limit: Int
    var threshold: Int
    var share = 0
    var mark = 0

    mutating func apply(_ event: Int, ticket: Int, next: Int) {
      switch event {
      case 0 where ticket >= mark:
        limit = max(1, limit / 2)
        (threshold, share, mark) = (limit, 0, next)
      case 1:
        threshold = max(threshold, limit)
        (limit, share, mark) = (1, 0, next)
      case 2 where ticket >= mark && limit < most:
        share += 1
        if limit < threshold || share == limit { (limit, share) = (limit + 1, 0) }
      default: break
      }
    }
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func `whatever happens, the limit is that of the plain model`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let most = 1 + random.next(below: 40)
    var concurrency = AdaptiveConcurrency(most: most)
    var plain = Plain(most: most, limit: most, threshold: most)
    for next in 40..<3000 {
      let ticket = next - 1 - random.next(below: 40)
      let event = random.once(in: 40) ? 0 : random.once(in: 200) ? 1 : 2
      switch event {
      case 0: _ = concurrency.congested(UInt64(ticket), next: UInt64(next))
      case 1: concurrency.restart(next: UInt64(next))
      default: concurrency.succeeded(UInt64(ticket))
      }
      plain.apply(event, ticket: ticket, next: next)
      #expect(concurrency.limit == plain.limit)
      #expect((1...most).contains(concurrency.limit))
    }
  }
}
