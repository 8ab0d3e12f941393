import AssayFormats
import AssayHTTP
import AssayTestServers
import Testing

@Suite(.timeLimit(.minutes(2)))
struct JWTAuthTests {
  private static let secret = "a secret of more than 32 characters"

  private func auth(
    _ context: AuthContext, _ change: (inout JWTAuth.Settings) -> Void = { _ in }
  ) throws -> JWTAuth {
    var settings = JWTAuth.Settings()
    change(&settings)
    return JWTAuth(settings, key: try JWTSigningKey(.hs256, Self.secret), keyText: Self.secret, context)
  }

  /// The token that the next request would carry.
  private func token(_ auth: JWTAuth, header: String = "Authorization") async throws -> String {
    var request = HTTPRequest(.get, try RequestURL("https://h/"))
    try await auth.authorize(&request)
    return request.headers[header] ?? ""
  }

  private func parts(_ token: String) throws -> [String] {
    try token.split(separator: ".").prefix(2).map { part in
      text(try #require(SecretEncoding.base64.bytes(of: String(part))))
    }
  }

  @Test
  func `header and claims stand in the token as they were given, with the times of the clock`() async throws {
    let clock = TurningClock()
    let context = AuthContext(transport: ClientTransport(), mask: SecretMask(), clock: clock)
    let plain = try await token(try auth(context))
    #expect(plain.hasPrefix("Bearer "))
    #expect(
      try parts(String(plain.dropFirst(7))) == [
        #"{"alg":"HS256","typ":"JWT"}"#, #"{"iat":1795000000,"exp":1795000300}"#,
      ])
    let full = try auth(context) { settings in
      settings.claims = ["sub": "ü", "aud": ["a", "b"], "level": 2, "is_root": true, "iss": "assay"]
      settings.headerFields = ["typ": "at+jwt", "x": 1]
      settings.keyID = "key-1"
      settings.lifetime = .seconds(1200)
      settings.backdate = .seconds(60)
      settings.hasNotBefore = true
      settings.header = "X-Token"
      settings.prefix = ""
    }
    #expect(
      try await parts(token(full, header: "x-token")) == [
        #"{"alg":"HS256","typ":"at+jwt","kid":"key-1","x":1}"#,
        #"{"sub":"ü","aud":["a","b"],"level":2,"is_root":true,"iss":"assay","#
          + #""iat":1794999940,"nbf":1794999940,"exp":1795001200}"#,
      ])
  }

  @Test(arguments: [(300, 240), (120, 60), (90, 45), (10, 5), (1, 1)])
  func `a token is used until 60 s before its end, or for half its lifetime`(lifetime: Int, used: Int) async throws {
    let (clock, mask) = (TurningClock(), SecretMask())
    let auth = try auth(AuthContext(transport: ClientTransport(), mask: mask, clock: clock)) { settings in
      settings.lifetime = .seconds(lifetime)
    }
    let first = try await token(auth)
    clock.turn(.seconds(used) - .milliseconds(1))
    #expect(try await token(auth) == first)
    clock.turn(.milliseconds(1))
    let second = try await token(auth)
    #expect(second != first)
    #expect(mask.apply(to: "\(first) \(second)") == "Bearer *** Bearer ***")
  }

  @Test
  func `a 401 makes one new token, and a second one stands`() async throws {
    let clock = TurningClock()
    let server = try HostileServer { received in
      clock.turn(.seconds(1))
      return [received.number == 1 || received.target == "/never" ? reply(401) : reply(200)]
    }
    defer { server.stop() }
    try await withClient(server.url, clock: clock) { client in
      var client = client
      client.use(try auth(client.authContext))
      #expect(try await client.send(client.request(path: "/x")).attempts == 2)
      let failure = try await refusal(of: client, path: "/never")
      #expect(failure?.attempts == 2)
      #expect(failure?.hint == "check the api's auth")
    }
    let tokens = server.received.compactMap { $0.headers["authorization"] }
    #expect(tokens.count == 4)
    #expect(tokens[0] != tokens[1])
    #expect(tokens[1] == tokens[2])
    #expect(tokens[2] != tokens[3])
  }
}
