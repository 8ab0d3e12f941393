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
