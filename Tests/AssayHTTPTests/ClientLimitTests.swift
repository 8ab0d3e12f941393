import AssayHTTP
import Synchronization
import Testing

/// What one answer means for the other requests to its API.
@Suite(.timeLimit(.minutes(1))) struct ClientLimitTests {
  /// Sends requests at once; returns the statuses, or the kinds of failures.
  private func send(_ paths: [String], over client: APIClient) -> [Task<String, Never>] {
    paths.map { path in
      Task {
        do {
          return "\(try await client.send(client.request(path: path)).response.status)"
        } catch {
          return (error as? HTTPFailure)?.kind.rawValue ?? "\(error)"
        }
      }
    }
  }

  @Test func `Retry-After holds every request of the API, and there is no stampede afterwards`() async throws {
    let clock = ManualClock()
    let transport = StubTransport(clock) { number, request in
      number == 1 ? answer(429, ["Retry-After": "10"], to: request) : answer(to: request)
    }
    let client = try stubClient(transport, clock: clock)
    let first = send(["/0"], over: client)
    // Its own wait.
    try await clock.sleepers(1)
    let rest = send((1...9).map { "/\($0)" }, over: client)
    try await until { client.gate.waiting >= 9 }
    // And the timer of the gate.
    try await clock.sleepers(2)
    clock.advance(by: .seconds(9))
    #expect(transport.sent.count == 1)
    clock.advance(by: .seconds(1))
    for task in first + rest { #expect(await task.value == "200") }
    #expect(transport.sent.count == 11)
    #expect(transport.sent.dropFirst().allSatisfy { $0.at == .seconds(10) })
    #expect(client.gate.limit < 8)
  }

  @Test func `after the pause one request goes alone until it is answered`() async throws {
    let clock = ManualClock()
    let transport = StubTransport(clock) { number, request in
      if number == 1 { return answer(503, ["Retry-After": "10"], to: request) }
      try? await clock.sleep(.seconds(1))
      return answer(to: request)
    }
    let client = try stubClient(transport, clock: clock)
    let tasks = send(["/0"], over: client)
    try await clock.sleepers(1)
    let rest = send((1...3).map { "/\($0)" }, over: client)
    try await until { client.gate.waiting >= 3 }
    try await clock.sleepers(2)
    clock.advance(by: .seconds(10))
    for (active, waiting) in [(1, 3), (2, 1), (1, 0)] {
      try await until { client.gate.active == active && client.gate.waiting == waiting }
      try await clock.sleepers(active)
      clock.advance(by: .seconds(1))
    }
    for task in tasks + rest { #expect(await task.value == "200") }
    #expect(transport.sent.map(\.at) == [0, 10, 11, 11, 12].map { .seconds($0) })
  }

  @Test func `a Retry-After longer than max_wait fails its request and holds nobody else`() async throws {
    let clock = ManualClock()
    let transport = StubTransport(clock) { number, request in
      number == 1 ? answer(429, ["Retry-After": "301"], to: request) : answer(to: request)
    }
    let client = try stubClient(transport, clock: clock)
    #expect(await send(["/0"], over: client)[0].value == "rate_limited")
    #expect(await send(["/1"], over: client)[0].value == "200")
  }

  @Test func `once nothing remains, the next request waits until the reset`() async throws {
    let clock = ManualClock()
    let transport = StubTransport(clock) { number, request in
      number == 1
        ? answer(
          200, ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "\(ManualClock.start + 40)"], to: request)
        : answer(to: request)
    }
    let client = try stubClient(transport, clock: clock)
    #expect(await send(["/0"], over: client)[0].value == "200")
    let next = send(["/1"], over: client)
    try await clock.sleepers(1)
    #expect(clock.alarms == [.seconds(40)])
    clock.advance(by: .seconds(40))
    #expect(await next[0].value == "200")
    #expect(transport.sent.map(\.at) == [.zero, .seconds(40)])
  }

  @Test func `a reset that is further away than max_wait fails requests before they are sent, and says until when`()
    async throws
  {
    let clock = ManualClock()
    let transport = StubTransport(clock) { _, request in
      answer(200, ["RateLimit": "\"hour\";r=0;t=3600"], to: request)
    }
    let client = try stubClient(transport, clock: clock)
    #expect(await send(["/0"], over: client)[0].value == "200")
    let failure = try await refusal(of: client)
    #expect(failure?.kind == .rateLimited)
    #expect(failure?.attempts == 0)
    #expect(failure?.retryAt == ManualClock.start + 3600)
    #expect(
      failure?.description
        == "GET http://h/x is not sent: the service said that its limit is used up until 2026-11-18T12:06:40Z (1h), "
        + "longer than max_wait (5m) or max_elapsed allows; lower the api's rate_limit or concurrency")
    #expect(transport.sent.count == 1)
  }

  @Test(
    arguments: [
      (429, ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "12"], 12),
      (403, ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "12"], 12), (403, ["Retry-After": "7"], 7),
      (429, ["Retry-After": "7", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5"], 7),
      (429, ["X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "12"], 1),
    ] as [(Int, [String: String], Int)])
  func `the reset is the wait of a request that was turned away without another`(
    status: Int, fields: [String: String], seconds: Int
  ) async throws {
    let clock = StillClock(chance: 1)
    let headers = HeaderFields(fields.map { .init($0.key, $0.value) })
    let transport = StubTransport(clock) { number, request in
      number == 1 ? answer(status, headers, to: request) : answer(to: request)
    }
    let client = try stubClient(transport, clock: clock)
    _ = try await client.send(client.request(path: "/x"))
    #expect(clock.sleeps == [.seconds(seconds)])
  }

  @Test(
    arguments: [
      [:], ["X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "12"], ["X-RateLimit-Remaining": "0"],
    ] as [[String: String]])
  func `a 403 of another kind is not sent again`(fields: [String: String]) async throws {
    let clock = StillClock()
    let headers = HeaderFields(fields.map { .init($0.key, $0.value) })
    let transport = StubTransport(clock) { _, request in answer(403, headers, to: request) }
    let failure = try await refusal(of: stubClient(transport, clock: clock))
    #expect(failure?.kind == .config)
    #expect(transport.sent.count == 1)
  }

  @Test func `a limit that is used up for long fails at once as a limit, with a 403 too`() async throws {
    let clock = StillClock()
    let transport = StubTransport(clock) { _, request in
      answer(403, ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3600"], to: request)
    }
    let failure = try await refusal(of: stubClient(transport, clock: clock))
    #expect(failure?.kind == .rateLimited)
    #expect(
      failure?.description
        == "GET http://h/x answered 403 Forbidden and asks to wait until 2026-11-18T12:06:40Z (1h), longer than "
        + "max_wait (5m) allows; lower the api's rate_limit or concurrency")
  }

  @Test(arguments: [(5, 600, 5), (100, 100, 11)])
  func `429 for ever ends with the attempts, or with the time`(attempts: Int, elapsed: Int, sent: Int) async throws {
    let clock = StillClock()
    let transport = StubTransport(clock) { _, request in answer(429, ["Retry-After": "10"], to: request) }
    let retry = RetryPolicy(maxAttempts: attempts, maxElapsed: .seconds(elapsed))
    let failure = try await refusal(of: stubClient(transport, clock: clock, retry: retry))
    #expect(failure?.kind == .rateLimited)
    #expect(transport.sent.count == sent)
  }

  @Test func `an API that is down is asked a bounded number of times, and each failure says why`() async throws {
    let clock = StillClock()
    let isUp = Mutex(false)
    let transport = StubTransport(clock) { _, request in answer(isUp.withLock { $0 } ? 200 : 500, to: request) }
    let client = try stubClient(transport, clock: clock, retry: RetryPolicy(maxAttempts: 4, jitter: .none))
    var failures: [HTTPFailure] = []
    for _ in 0..<1000 { failures += [try await refusal(of: client)].compactMap(\.self) }
    #expect(failures.count == 1000)
    #expect(transport.sent.count == 21, "20 in a row, and one probe after the cool-down")
    #expect(failures.allSatisfy { $0.kind == .transient })
    #expect(failures[4].description.hasPrefix("GET http://h/x answered 500 Internal Server Error"))
    #expect(
      failures[5].description.contains("and is not sent again: the api 'crm' is left alone until 2026-11-18T"),
      "\(failures[5])")
    #expect(failures[999].attempts == 0)
    #expect(
      failures[999].description.hasPrefix("GET http://h/x is not sent: the api 'crm' is left alone until"),
      "\(failures[999])")
    isUp.withLock { $0 = true }
    try await clock.sleep(.seconds(61))
    for _ in 0..<3 { _ = try await client.send(client.request(path: "/x")) }
    #expect(transport.sent.count == 24)
  }

  @Test func `a bad moment of an API costs a pause, and no request`() async throws {
    let clock = StillClock()
    let transport = StubTransport(clock) { number, request in answer(number <= 20 ? 502 : 200, to: request) }
    let client = try stubClient(
      transport, clock: clock, retry: RetryPolicy(maxAttempts: 30, max: .seconds(1), jitter: .none))
    let exchange = try await client.send(client.request(path: "/x"))
    #expect(exchange.attempts == 21)
    #expect(transport.sent.map(\.at) == (0..<20).map { .seconds($0) } + [.seconds(19 + 30)])
  }

  @Test func `with the breaker off, every request is sent`() async throws {
    let clock = StillClock()
    let transport = StubTransport(clock) { _, request in answer(500, to: request) }
    let client = try stubClient(
      transport, clock: clock, retry: RetryPolicy(maxAttempts: 1), gate: APIGate(breaker: nil))
    for _ in 0..<100 { _ = try await refusal(of: client) }
    #expect(transport.sent.count == 100)
  }

  @Test(arguments: [TransportFailure.Kind.reset, .readTimeout, .connectTimeout, .totalTimeout])
  func `connections that break and time-outs lower the number of requests at once`(kind: TransportFailure.Kind)
    async throws
  {
    let clock = StillClock()
    let transport = StubTransport(clock) { number, request throws(TransportFailure) in
      if number == 1 { throw TransportFailure(kind, "broken") }
      return answer(to: request)
    }
    let client = try stubClient(transport, clock: clock)
    _ = try await client.send(client.request(path: "/x"))
    #expect(client.gate.limit == 4)
  }

  @Test(arguments: [400, 404, 401, 501, 200])
  func `an answer of any other kind says that the API is well`(status: Int) async throws {
    let clock = StillClock()
    let transport = StubTransport(clock) { number, request in answer(number % 20 == 0 ? status : 500, to: request) }
    let client = try stubClient(transport, clock: clock, retry: RetryPolicy(maxAttempts: 1))
    for _ in 0..<100 { _ = try await refusal(of: client) }
    #expect(transport.sent.count == 100)
    #expect(client.gate.limit == 8)
  }

  @Test func `a rate holds for retries too`() async throws {
    let clock = StillClock(chance: 0)
    let transport = StubTransport(clock) { number, request in answer(number < 5 ? 500 : 200, to: request) }
    let client = try stubClient(
      transport, clock: clock, retry: RetryPolicy(jitter: .full), gate: APIGate(rate: RateLimit(requests: 1)))
    _ = try await client.send(client.request(path: "/x"))
    #expect(transport.sent.map(\.at) == (0..<5).map { .seconds($0) })
  }

  @Test func `requests of many tasks keep the rate exactly over hours`() async throws {
    let clock = ManualClock()
    let transport = StubTransport(clock) { _, request in answer(to: request) }
    let client = try stubClient(
      transport, clock: clock, gate: APIGate(concurrency: 8, rate: RateLimit(requests: 1, per: .seconds(20))))
    let tasks = send((0..<400).map { "/\($0)" }, over: client)
    try await until { client.gate.waiting >= 399 }
    for number in 1..<400 {
      try await clock.sleepers(1)
      try await until { transport.sent.count >= number }
      #expect(clock.alarms == [.seconds(20 * number)])
      clock.advance(to: .seconds(20 * number))
    }
    for task in tasks { #expect(await task.value == "200") }
    #expect(transport.sent.map(\.at) == (0..<400).map { .seconds(20 * $0) })
  }
}
