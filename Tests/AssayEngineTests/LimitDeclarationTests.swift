import AssayDefinition
import AssayEngine
import AssayTestSupport
import Testing

/// The limits of an API as the file declares them.
struct LimitDeclarationTests {
  private func decode(_ api: String) -> PipelineDecoder.Result {
    let text = """
      version: 1
      name: p
      apis:
        a: {base_url: http://h, \(api)}
      sources:
        s: {type: counting}
      outputs:
      - {type: lines, from: s, path: 1.txt}
      """
    return PipelineDecoder(catalogue: testCatalogue, variables: Variables()).decode(text)
  }

  private func declaration(_ api: String) throws -> APIDeclaration {
    let result = decode(api)
    return try #require(result.definition?.apis.first?.declaration, "\(result.diagnostics)")
  }

  @Test func `a rate has a second and its own number for defaults`() throws {
    let rate = try #require(try declaration("rate_limit: {requests: 10}").rateLimit)
    #expect(rate.requests == 10 && rate.per == .seconds(1) && rate.burst == nil)
    let whole = try #require(try declaration("rate_limit: {requests: 600, per: 1m, burst: 5}").rateLimit)
    #expect(whole.requests == 600 && whole.per == .seconds(60) && whole.burst == 5)
    #expect(try declaration("concurrency: 2").rateLimit == nil)
  }

  @Test func `a budget has up to four limits, of nothing too`() throws {
    let budget = try #require(
      try declaration(
        "budget: {requests_per_run: 5000, requests_per_day: 40_000, cost_per_run: 0.5, cost_per_day: 100}"
      ).budget)
    #expect(budget.requestsPerRun == 5000 && budget.requestsPerDay == 40_000)
    #expect(budget.costPerRun == 0.5 && budget.costPerDay == 100)
    #expect(try declaration("budget: {requests_per_run: 0}").budget?.requestsPerRun == 0)
    #expect(try declaration("concurrency: 2").budget == nil)
  }

  @Test func `the circuit breaker is on unless it is off`() throws {
    let usual = try #require(try declaration("concurrency: 2").circuitBreaker.declaration)
    #expect(usual.failures == 20 && usual.coolDown == .seconds(30))
    let own = try #require(try declaration("circuit_breaker: {cool_down: 2m}").circuitBreaker.declaration)
    #expect(own.failures == 20 && own.coolDown == .seconds(120))
    #expect(try declaration("circuit_breaker: off").circuitBreaker.declaration == nil)
    #expect(try declaration("circuit_breaker: \"off\"").circuitBreaker.declaration == nil)
    #expect(try declaration("circuit_breaker: {}").circuitBreaker.declaration?.failures == 20)
  }

  static let faults: [(String, Said)] = [
    ("rate_limit: ⟪{per: 1s}", Said(.missingKey, "rate limit of api 'a' needs 'requests'")),
    ("rate_limit: {requests: ⟪0}", Said(.badValue, "'requests' must be 1 to 1000000, not 0")),
    ("rate_limit: {requests: 1, ⟪per: 0s}", Said(.conflict, "a rate is per a time longer than 0s")),
    ("rate_limit: {requests: 1, burst: ⟪0}", Said(.badValue, "'burst' must be 1 to 1000000, not 0")),
    ("rate_limit: ⟪10", Said(.wrongType, "rate limit of api 'a' takes keys with values, not '10'")),
    (
      "rate_limit: {requests: 1, ⟪busrt: 1}",
      Said(.unknownKey, "unknown key 'busrt' in rate limit of api 'a'; did you mean 'burst'?")
    ),
    (
      "budget: ⟪{}",
      Said(.conflict, "a budget sets at least one limit, such as 'requests_per_run'")
    ),
    ("budget: {requests_per_day: ⟪-1}", Said(.badValue, "'requests_per_day' must be at least 0, not -1")),
    ("budget: {⟪cost_per_run: -0.5}", Said(.conflict, "a cost is not negative")),
    (
      "budget: {cost_per_run: 1, ⟪request_per_run: 5}",
      Said(.unknownKey, "unknown key 'request_per_run' in budget of api 'a'; did you mean 'requests_per_run'?")
    ),
    ("circuit_breaker: {failures: ⟪0}", Said(.badValue, "'failures' must be 1 to 1000000, not 0")),
    (
      "circuit_breaker: ⟪on",
      Said(.badValue, "expected off, or {failures: 20, cool_down: 30s}, not 'on'")
    ),
    (
      "circuit_breaker: ⟪[1]",
      Said(.wrongType, "circuit breaker of api 'a' takes keys with values, not a list")
    ),
  ]

  @Test(arguments: faults)
  func `a limit that is none is told at its place`(marked: String, said: Said) {
    let text = MarkedText("    a: {base_url: http://h, " + marked)
    let places = text.places.map { Place(line: 4, column: $0.column - 2) }
    let plain = String(marked.filter { $0 != "⟪" })
    expect(decode(plain).diagnostics.filter { $0.severity == .error }, at: places, are: [said])
  }
}
