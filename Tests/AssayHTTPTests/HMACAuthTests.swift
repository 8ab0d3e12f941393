import AssayHTTP
import AssayTestServers
import Crypto
import Foundation
import Testing

struct HMACAuthTests {
  private static let aa = [UInt8](repeating: 0xAA, count: 131)

  /// RFC 4231, section 4.
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e69"
        + "6c203a126854"
    ),
    (
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e"
        + "070a38bce737"
    ),
    (
      aa, Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b91"
        + "5a985d786598"
    ),
  ])
  func `the code is that of RFC 4231`(key: [UInt8], message: [UInt8], sha256: String, sha512: String) {
    #expect(SecretEncoding.hex.bytes(of: sha256) == HMACAuth.Algorithm.sha256.code(over: message, key: key))
    #expect(SecretEncoding.hex.bytes(of: sha512) == HMACAuth.Algorithm.sha512.code(over: message, key: key))
  }

  private static func lines(_ placeholders: [SignatureTemplate.Placeholder]) -> SignatureTemplate {
    SignatureTemplate(placeholders.flatMap { [.value($0), .literal("\n")] })
  }

  private static let signed: [SignatureTemplate.Placeholder] = [
    .method, .url, .host, .path, .query, .target, .bodySHA256, .bodySHA256Base64, .timestamp, .timestampMS,
    .timestampISO, .timestampHTTP, .nonce, .accessKey, .body,
  ]

  private static func settings(
    algorithm: HMACAuth.Algorithm = .sha256, encoding: HMACAuth.Encoding = .base64
  ) -> HMACAuth.Settings {
    HMACAuth.Settings(
      accessKey: "ann", secretText: "geheim", algorithm: algorithm, encoding: encoding, stringToSign: lines(signed),
      headers: [
        ("X-Nonce", SignatureTemplate([.value(.nonce)])), ("X-Time", SignatureTemplate([.value(.timestampMS)])),
        (
          "Authorization",
          SignatureTemplate([.literal("HMAC "), .value(.accessKey), .literal(":"), .value(.signature)])
        ),
      ])
  }

  @Test(arguments: [
    ("/a b/ü%2F;x=1?q=1+1&z=ü&empty=&flag", HTTPMethod.get, ""), ("/", .get, ""), ("/plain", .post, #"{"a":"ü"}"#),
    ("/x?", .put, "a"), ("/x?b=2&a=1&a=0", .delete, ""),
  ])
  func `what is signed is what arrives, byte for byte`(path: String, method: HTTPMethod, body: String) async throws {
    let server = try HostileServer(scripts: [[reply(200)]])
    defer { server.stop() }
    for (algorithm, encoding) in [(HMACAuth.Algorithm.sha256, HMACAuth.Encoding.base64), (.sha512, .hex)] {
      let clock = TurningClock()
      clock.turn(.milliseconds(250))
      try await withClient(server.url, clock: clock) { client in
        var client = client
        client.use(HMACAuth(Self.settings(algorithm: algorithm, encoding: encoding), client.authContext))
        _ = try await client.send(client.request(method, path: path, body: Array(body.utf8)))
      }
      let received = try #require(server.received.last)
      let rawPath = received.target.prefix { $0 != "?" }
      let hash = SHA256.hash(data: received.body)
      let nonce = try #require(received.headers["x-nonce"])
      let host = try #require(received.headers["host"])
      let message =
        [
          method.rawValue, "http://\(host)\(received.target)", host, String(rawPath),
          String(received.target.dropFirst(rawPath.count + 1)), received.target,
          hash.map { String(format: "%02x", $0) }.joined(), Data(hash).base64EncodedString(), "1795000000",
          "1795000000250", "2026-11-18T11:06:40Z", "Wed, 18 Nov 2026 11:06:40 GMT", nonce, "ann", text(received.body),
        ].joined(separator: "\n") + "\n"
      let key = SymmetricKey(data: Data("geheim".utf8))
      let signature =
        algorithm == .sha256
        ? Data(HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: key)).base64EncodedString()
        : HMAC<SHA512>.authenticationCode(for: Data(message.utf8), using: key).map { String(format: "%02x", $0) }
          .joined()
      #expect(received.headers["authorization"] == "HMAC ann:\(signature)")
      #expect(received.headers["x-time"] == "1795000000250")
      #expect(nonce.utf8.count == 32)
    }
  }

  @Test
  func `each attempt and each redirect is signed anew, with its own time and nonce`() async throws {
    let server = try HostileServer { received in
      switch received.number {
      case 1: [reply(503)]
      case 2: [reply(307, [("Location", "/there?b=1")])]
      default: [reply(200)]
      }
    }
    defer { server.stop() }
    try await withClient(server.url, clock: TurningClock()) { client in
      var client = client
      client.use(HMACAuth(Self.settings(), client.authContext))
      _ = try await client.send(client.request(path: "/here"))
    }
    let received = server.received
    #expect(received.map(\.target) == ["/here", "/here", "/there?b=1"])
    #expect(Set(received.map { $0.headers["x-nonce"] }).count == 3)
    #expect(Set(received.map { $0.headers["authorization"] }).count == 3)
    #expect(received.map { $0.headers["x-time"] } == ["1795000000000", "1795000000500", "1795000000500"])
  }

  @Test(arguments: [("aGVsbG8=", SecretEncoding.base64), ("aGVsbG8", .base64), ("68656C6c6f", .hex), ("hello", .text)])
  func `a secret is read in its encoding`(text: String, encoding: SecretEncoding) {
    #expect(encoding.bytes(of: text) == Array("hello".utf8))
  }

  @Test(arguments: [
    ("a", SecretEncoding.base64), ("ab=c", .base64), ("a===", .base64), ("ab c", .base64), ("é", .base64),
    ("abc", .hex),
    ("0g", .hex),
  ])
  func `a text that is not of its encoding is none`(text: String, encoding: SecretEncoding) {
    #expect(encoding.bytes(of: text) == nil)
  }

  @Test
  func `base64 of either alphabet is read back`() {
    for count in 0..<64 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count * 11 + 250) }
      #expect(SecretEncoding.base64.bytes(of: base64(bytes)) == bytes)
      #expect(SecretEncoding.base64.bytes(of: base64URL(bytes)) == bytes)
    }
  }
}

/// Credentials that are made for each request stay at home as the others do.
struct AuthRedirectTests {
  enum Kind: CaseIterable {
    case jwt, oauth, hmac
  }

  @Test(arguments: Kind.allCases)
  func `a redirect to another host goes without credentials, and none are made for it`(kind: Kind) async throws {
    let elsewhere = try HostileServer(scripts: [[reply(401, [], "who are you")]])
    let home = try HostileServer { received in
      received.target == "/token"
        ? [grant(token: "tok-12345")] : [reply(302, [("Location", elsewhere.url + "/far")])]
    }
    defer {
      home.stop()
      elsewhere.stop()
    }
    let failure = try await withClient(home.url, clock: TurningClock()) { client in
      var client = client
      let context = client.authContext
      let auth: any Auth =
        switch kind {
        case .jwt: JWTAuth(.init(), key: try JWTSigningKey(.hs256, "geheim"), keyText: "geheim", context)
        case .oauth:
          OAuth2ClientCredentialsAuth(
            .init(tokenURL: try RequestURL(home.url + "/token"), clientID: "ann", clientSecret: "geheim"), context)
        case .hmac:
          HMACAuth(
            .init(
              accessKey: "ann", secretText: "geheim", stringToSign: SignatureTemplate([.value(.url)]),
              headers: [("Authorization", SignatureTemplate([.value(.signature)]))]), context)
        }
      client.use(auth)
      return try await refusal(of: client)
    }
    // A 401 of another host says nothing about the credentials.
    #expect(failure?.attempts == 1)
    #expect(failure?.hint?.hasPrefix("no credentials were sent") == true)
    #expect(home.received.last?.headers["authorization"] != nil)
    #expect(home.received.count == (kind == .oauth ? 2 : 1))
    #expect(elsewhere.received.count == 1)
    #expect(elsewhere.received.first?.headers["authorization"] == nil)
  }
}
