import AssayHTTP
import AssayTestSupport
import Testing

struct CircuitBreakerTests {
  /// Fails so many times in a row at a moment.
  private func fail(_ breaker: inout CircuitBreaker, _ times: Int, at now: Duration) {
    for ticket in 0..<times { breaker.failed(UInt64(ticket), at: now) }
  }

  @Test func `it opens after failures in a row, and not before`() {
    var breaker = CircuitBreaker(.init(failures: 20, coolDown: .seconds(30)))
    fail(&breaker, 19, at: .zero)
    #expect(breaker.verdict(at: .zero) == .pass)
    breaker.succeeded()
    fail(&breaker, 19, at: .zero)
    #expect(breaker.verdict(at: .zero) == .pass)
    breaker.ended(3, at: .zero)
    breaker.failed(4, at: .seconds(7))
    #expect(breaker.verdict(at: .seconds(7)) == .wait(.seconds(37)), "the API may only have had a bad moment")
    #expect(breaker.verdict(at: .seconds(36)) == .wait(.seconds(37)))
    #expect(breaker.verdict(at: .seconds(37)) == .probe)
  }

  @Test func `failures of requests that were under way when it opened change nothing`() {
    var breaker = CircuitBreaker(.init(failures: 2, coolDown: .seconds(30)))
    fail(&breaker, 9, at: .zero)
    #expect(breaker.verdict(at: .seconds(30)) == .probe)
    breaker.goes(100, at: .seconds(30))
    breaker.failed(5, at: .seconds(31))
    #expect(breaker.verdict(at: .seconds(31)) == .wait(nil), "one probe at a time")
  }

  @Test func `a probe that fails opens it for twice as long, at most five minutes, and requests fail meanwhile`() {
    var breaker = CircuitBreaker(.init(failures: 1, coolDown: .seconds(30)))
    breaker.failed(0, at: .zero)
    var now = Duration.seconds(30)
    for (ticket, seconds) in [60, 120, 240, 300, 300].enumerated() {
      #expect(breaker.verdict(at: now) == .probe)
      breaker.goes(UInt64(ticket + 1), at: now)
      #expect(breaker.verdict(at: now) == .wait(nil))
      breaker.failed(UInt64(ticket + 1), at: now)
      #expect(breaker.verdict(at: now) == .refuse(now + .seconds(seconds)))
      now += .seconds(seconds)
    }
  }

  @Test func `a success closes it, and all begins anew`() {
    var breaker = CircuitBreaker(.init(failures: 2, coolDown: .seconds(1)))
    fail(&breaker, 2, at: .zero)
    breaker.goes(7, at: .seconds(1))
    breaker.failed(7, at: .seconds(1))
    breaker.goes(8, at: .seconds(3))
    breaker.succeeded()
    #expect(breaker.verdict(at: .seconds(3)) == .pass)
    fail(&breaker, 1, at: .seconds(3))
    #expect(breaker.verdict(at: .seconds(3)) == .pass)
    fail(&breaker, 1, at: .seconds(3))
    #expect(
      breaker.verdict(at: .seconds(3)) == .wait(.seconds(4)), "the first cool-down again, and requests wait for it")
  }

  @Test func `a probe that tells nothing leaves its place to the next request`() {
    var breaker = CircuitBreaker(.init(failures: 1, coolDown: .seconds(1)))
    breaker.failed(0, at: .zero)
    breaker.goes(1, at: .seconds(1))
    breaker.ended(0, at: .seconds(1))
    #expect(breaker.verdict(at: .seconds(1)) == .wait(nil))
    breaker.ended(1, at: .seconds(1))
    #expect(breaker.verdict(at: .seconds(1)) == .probe)
  }

  @Test func `a cool-down of more than five minutes stays as long as it is`() {
    var breaker = CircuitBreaker(.init(failures: 1, coolDown: .seconds(1000)))
    breaker.failed(0, at: .zero)
    breaker.goes(1, at: .seconds(1000))
    breaker.failed(1, at: .seconds(1000))
    #expect(breaker.verdict(at: .seconds(1000)) == .refuse(.seconds(2000)))
  }

  /// All that has happened, from which the plain model works out the answer each time anew.
  struct Plain {
    var failures: Int
    var coolDown: Duration
    var log: [(event: Int, ticket: UInt64, at: Duration)] = []

    func verdict(at now: Duration) -> CircuitBreaker.Verdict {
      var row = 0
      var openUntil: Duration?
      var probe: UInt64?
      var probesFailed = 0
      for entry in log {
        switch entry.event {
        case 0: (row, openUntil, probe, probesFailed) = (0, nil, nil, 0)
        case 1 where entry.ticket == probe && openUntil != nil:
          probesFailed += 1
          let doubled = (0..<probesFailed).reduce(coolDown) { time, _ in time * 2 }
          (openUntil, probe) = (entry.at + min(doubled, .seconds(300)), nil)
        case 1 where openUntil == nil:
          row += 1
          if row == failures { openUntil = entry.at + coolDown }
        case 2 where entry.ticket == probe: (openUntil, probe) = (openUntil.map { _ in entry.at }, nil)
        case 3 where probe == nil && openUntil.map({ $0 <= entry.at }) == true: probe = entry.ticket
        default: break
        }
      }
      guard let openUntil else { return .pass }
      if probe != nil { return .wait(nil) }
      return now >= openUntil ? .probe : probesFailed > 0 ? .refuse(openUntil) : .wait(openUntil)
    }
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func `whatever happens, it says what the plain model says`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let failures = 1 + random.next(below: 4)
    let coolDown = Duration.seconds(1 + random.next(below: 90))
    var breaker = CircuitBreaker(.init(failures: failures, coolDown: coolDown))
    var plain = Plain(failures: failures, coolDown: coolDown)
    var now = Duration.zero
    var underWay: [UInt64] = []
    var next: UInt64 = 0
    for _ in 0..<300 {
      now += .seconds(random.next(below: 25))
      let verdict = breaker.verdict(at: now)
      #expect(verdict == plain.verdict(at: now))
      if verdict == .pass || verdict == .probe, random.once(in: 2) {
        breaker.goes(next, at: now)
        plain.log.append((3, next, now))
        underWay.append(next)
        next += 1
      } else if !underWay.isEmpty {
        let ticket = underWay.remove(at: random.next(below: underWay.count))
        let event = random.pick([0, 1, 1, 1, 1, 2])
        switch event {
        case 0: breaker.succeeded()
        case 1: breaker.failed(ticket, at: now)
        default: breaker.ended(ticket, at: now)
        }
        plain.log.append((event, ticket, now))
      }
      #expect(breaker.verdict(at: now) == plain.verdict(at: now))
    }
  }
}
