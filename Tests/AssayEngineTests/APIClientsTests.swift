import AssayDefinition
import AssayEngine
import AssayHTTP
import Testing

/// What the clients of a run share, and where their limits come from.
struct APIClientsTests {
  private func clients(_ api: String, isOffline: Bool = false) throws -> APIClients {
    let definition = try TestRun.definition(
      """
      version: 1
      name: p
      apis:
        a: {base_url: http://h, \(api)}
        b: {}
      sources:
        s: {type: counting}
      outputs:
      - {type: lines, from: s, path: 1.txt}
      """)
    return APIClients(
      definition.apis.map { ($0.name, $0.declaration) }, mask: SecretMask(), isOffline: isOffline,
      makeTransport: { NoTransport() })
  }

  static let provider = ProviderDefaults(
    name: "osm", baseURL: "http://p", concurrency: 1, rateLimit: RateLimit(requests: 1), cost: 2.5)

  @Test func `a provider's limits hold where the file says nothing, and the file's replace them`() throws {
    let clients = try clients("rate_limit: {requests: 30, per: 1m}, concurrency: 3")
    let own = try clients.client(nil, provider: Self.provider)
    #expect(own.gate.rate == RateLimit(requests: 1) && own.gate.concurrency == 1 && own.cost == 2.5)
    let plain = try clients.client("b", provider: Self.provider)
    #expect(plain.gate.rate == RateLimit(requests: 1) && plain.gate.concurrency == 1)
    let replaced = try clients.client("a", provider: Self.provider)
    #expect(replaced.gate.rate == RateLimit(requests: 30, per: .seconds(60)) && replaced.gate.concurrency == 3)
    #expect(try clients.client("b", provider: nil).gate.rate == RateLimit(requests: 1), "an API has one gate")
  }

  static let slow = ProviderDefaults(
    name: "slow", baseURL: "http://p", timeouts: Timeouts(read: .seconds(300), total: .seconds(900)),
    headers: ["User-Agent": "assay/1", "X-A": "1"], retriesPosts: true)

  @Test func `a provider's time-outs and headers hold where the file says nothing of them`() throws {
    let clients = try clients("timeout: {read: 7s}, headers: {user-agent: mine}")
    let own = try clients.client(nil, provider: Self.slow)
    #expect(own.timeouts == Timeouts(connect: .seconds(10), read: .seconds(300), total: .seconds(900)))
    #expect(own.headers["User-Agent"] == "assay/1" && own.headers["X-A"] == "1" && own.retry.retriesUnsafe)
    let named = try clients.client("a", provider: Self.slow)
    #expect(named.timeouts == Timeouts(connect: .seconds(10), read: .seconds(7), total: .seconds(900)))
    #expect(named.headers.all("user-agent") == ["mine"] && named.headers["X-A"] == "1")
    let other = try clients.client("b", provider: nil)
    #expect(other.timeouts == Timeouts() && other.headers.fields.isEmpty && !other.retry.retriesUnsafe)
    #expect(try clients.client("b", provider: Self.slow).timeouts.read == .seconds(300))
  }

  @Test func `providers at one address share its limits, whatever else they bring`() throws {
    let clients = try clients("concurrency: 3")
    var named = Self.slow
    named.headers = ["User-Agent": "assay/1 (me@example.com)"]
    let one = try clients.client(nil, provider: Self.slow)
    let other = try clients.client(nil, provider: named)
    #expect(one.gate === other.gate && one.headers != other.headers)
  }

  @Test func `where nothing is sent no certificate is needed`() throws {
    let tls = "tls: {ca_file: /nowhere/ca.pem}"
    #expect(throws: RunFailure.self) { try clients(tls).client("a", provider: nil) }
    #expect(try clients(tls, isOffline: true).client("a", provider: nil).tls == nil)
  }

  @Test func `all that use an API share its gate, whatever provider they have`() throws {
    let clients = try clients("concurrency: 3")
    let gate = try clients.client("a", provider: nil).gate
    #expect(try clients.client("a", provider: Self.provider).gate === gate)
    #expect(try clients.client("b", provider: Self.provider).gate !== gate)
  }
}
