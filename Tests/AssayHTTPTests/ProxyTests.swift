import AssayTestServers
import AssayHTTP
import FoundationEssentials
import Synchronization
import Testing

/// An environment, an address, and the way to it.
struct ProxyCase: Sendable, CustomTestStringConvertible {
  var environment: [String: String]
  var url: String
  var way: String

  init(_ environment: [String: String], _ url: String, _ way: String) {
    self.environment = environment
    self.url = url
    self.way = way
  }

  var testDescription: String { "\(url) with \(environment.sorted { $0.key < $1.key })" }
}

struct ProxyTests {
  private static let both = ["HTTPS_PROXY": "http://s:1", "http_proxy": "http://p:2"]
  static let routes: [ProxyCase] = [
    ProxyCase([:], "https://h/", "direct"),
    ProxyCase(both, "https://h/", "tunnel http://s:1"), ProxyCase(both, "http://h/", "forward http://p:2"),
    ProxyCase(["https_proxy": "a:3", "HTTPS_PROXY": "b:4"], "https://h/", "tunnel http://a:3"),
    ProxyCase(["HTTPS_PROXY": "http://b"], "https://h/", "tunnel http://b:80"),
    ProxyCase(["https_proxy": "", "HTTPS_PROXY": "http://b:4/"], "https://h/", "tunnel http://b:4"),
    ProxyCase(["HTTP_PROXY": "http://p:2"], "http://h/", "forward http://p:2"),
    ProxyCase(["HTTP_PROXY": "http://p:2"], "https://h/", "direct"),
    // In a CGI script, anybody may send a header `Proxy`.
    ProxyCase(["HTTP_PROXY": "http://p:2", "REQUEST_METHOD": "GET"], "http://h/", "direct"),
    ProxyCase(["http_proxy": "http://p:2", "REQUEST_METHOD": "GET"], "http://h/", "forward http://p:2"),
    ProxyCase(["ALL_PROXY": "http://a:5"], "https://h/", "tunnel http://a:5"),
    ProxyCase(["all_proxy": "http://a:5"], "http://h/", "forward http://a:5"),
    ProxyCase(["ALL_PROXY": "socks5h://a"], "http://h/", "tunnel socks5://a:1080"),
    ProxyCase(["HTTPS_PROXY": "socks5://a:80"], "https://h/", "tunnel socks5://a:80"),
    ProxyCase(["HTTPS_PROXY": "http://[::1]:3128"], "https://h/", "tunnel http://::1:3128"),
    ProxyCase(["HTTPS_PROXY": "HTTP://u%40x:p%3Aw@Proxy:8080"], "https://h/", "tunnel http://proxy:8080 dUB4OnA6dw=="),
    ProxyCase(["HTTPS_PROXY": "u@proxy:8080"], "https://h/", "tunnel http://proxy:8080 dTo="),
    ProxyCase(both, "http://127.0.0.1/", "forward http://p:2"),
    ProxyCase(["HTTPS_PROXY": "s:1"], "https://10.0.0.1/", "an https:// address that is a number cannot be verified"),
    ProxyCase(["HTTPS_PROXY": "https://s:1"], "https://h/", "names a proxy of kind 'https'"),
    ProxyCase(["HTTPS_PROXY": "http://"], "https://h/", "the variable HTTPS_PROXY holds no address of a proxy"),
    ProxyCase(["HTTPS_PROXY": "http://h:99999"], "https://h/", "the variable HTTPS_PROXY holds no address of a proxy"),
    ProxyCase(["HTTPS_PROXY": "socks5://u:p@s"], "https://h/", "names a SOCKS proxy with a user"),
    ProxyCase(["HTTPS_PROXY": "http://"], "http://h/", "direct"),
  ]

  @Test(arguments: routes)
  func `the environment says which way a request goes`(_ example: ProxyCase) throws {
    let way = try way(example.environment, example.url)
    #expect(way.contains(example.way), "\(way)")
  }

  @Test(arguments: [
    ("*", "http://h/", true), ("example.com", "http://example.com/", true),
    ("example.com", "http://a.b.example.com/", true),
    (".example.com", "http://a.example.com/", true), (".example.com", "http://example.com/", true),
    ("*.example.com", "http://a.example.com/", true), ("example.com", "http://badexample.com/", false),
    ("EXAMPLE.com", "http://Example.COM/", true), ("a.example.com", "http://example.com/", false),
    ("x, y z", "http://z/", true), ("x,y", "http://z/", false), ("", "http://h/", false),
    ("h:8080", "http://h:8080/", true), ("h:8080", "http://h/", false), ("h:443", "https://h/", true),
    ("127.0.0.1", "http://127.0.0.1:9/", true), ("127.0.0.1", "http://127.0.0.11/", false),
    ("0.1", "http://10.0.0.1/", false),
    ("10.0.0.0/8", "http://10.200.3.4/", true), ("10.0.0.0/8", "http://11.0.0.1/", false),
    ("192.168.1.128/25", "http://192.168.1.200/", true), ("192.168.1.128/25", "http://192.168.1.100/", false),
    ("0.0.0.0/0", "http://8.8.8.8/", true), ("0.0.0.0/0", "http://h/", false),
    ("10.0.0.0/99", "http://10.0.0.0/", false),
    ("::1", "http://[::1]/", true), ("[::1]", "http://[0:0:0:0:0:0:0:1]/", true),
    ("fe80::/10", "http://[fe80::1]/", true),
    ("fe80::/10", "http://[fec0::1]/", false), ("localhost", "http://localhost:80/", true),
    ("localhost", "http://127.0.0.1/", false),
  ])
  func `NO_PROXY names what is reached directly`(list: String, url: String, isDirect: Bool) throws {
    let environment = ["http_proxy": "http://p:2", "HTTPS_PROXY": "http://p:2", "NO_PROXY": list]
    let way = try way(environment, url)
    #expect((way == "direct") == isDirect)
  }

  @Test
  func `the password of a proxy is a secret`() {
    let settings = ProxySettings(environment: [
      "https_proxy": "http://ann:ge%2Fheim@p:1", "http_proxy": "http://bob@p:1",
    ])
    let mask = SecretMask(settings.secrets)
    for shown in ["ge/heim", "http://ann:ge%2Fheim@p:1", "Basic YW5uOmdlL2hlaW0="] { #expect(mask.reveals(shown)) }
  }

  @Test
  func `plain http asks the proxy for the whole address, with credentials for the proxy alone`() async throws {
    let proxy = try HostileServer { received in [reply(200, [], "\(received.method) \(received.target)")] }
    defer { proxy.stop() }
    try await exchange(through: ["http_proxy": "http://ann:geheim@127.0.0.1:\(proxy.port)"]) { transport in
      var request = HTTPRequest(.post, try RequestURL("http://api.invalid:8080/a%2Fb?c=%20d"), body: Array("body".utf8))
      request.headers["Authorization"] = "Bearer t"
      // Over one connection.
      for _ in 0..<2 {
        let response = try await transport.send(request, timeouts: Timeouts(), maxBody: 1000)
        #expect(text(response.body) == "POST http://api.invalid:8080/a%2Fb?c=%20d")
        #expect(response.finalURL == request.url)
      }
      let received = try #require(proxy.received.last)
      #expect(received.connection == 1)
      #expect(received.headers["host"] == "api.invalid:8080")
      #expect(received.headers["proxy-authorization"] == "Basic YW5uOmdlaGVpbQ==")
      #expect(received.headers["authorization"] == "Bearer t")
      #expect(text(received.body) == "body")
    }
  }

  @Test
  func `https goes through a tunnel, and the certificate is the server's`() async throws {
    let server = try HostileServer { received in [reply(200, [], received.headers["proxy-authorization"] ?? "none")] }
    let front = try await TLSServer(before: server)
    let port = front.port
    let proxy = try HostileServer { _ in [raw("HTTP/1.1 200 Connection established\r\n\r\n"), .tunnel(to: port)] }
    defer {
      proxy.stop()
      front.stop()
      server.stop()
    }
    try await exchange(through: ["HTTPS_PROXY": "http://ann:geheim@127.0.0.1:\(proxy.port)"]) { transport in
      // Only the proxy knows where that is.
      var request = HTTPRequest(.get, try RequestURL("https://localhost:1/x"))
      request.tls = try TLSSettings.make(authorities: try authority())
      let response = try await transport.send(request, timeouts: Timeouts(), maxBody: 1000)
      #expect(text(response.body) == "none")
      let received = try #require(proxy.received.first)
      #expect("\(received.method) \(received.target)" == "CONNECT localhost:1")
      #expect(received.headers["proxy-authorization"] == "Basic YW5uOmdlaGVpbQ==")
      request.tls = nil
      let failure = await transportFailure(request, over: transport)
      #expect(failure?.kind == .tls)
      #expect(failure?.message.contains("signed by nobody this machine trusts") == true, "\(failure?.message ?? "")")
    }
  }

  @Test(arguments: ["http", "https"])
  func `a SOCKS proxy is told the name, and hands bytes through`(scheme: String) async throws {
    let server = try HostileServer { received in [reply(200, [], received.headers["host"] ?? "")] }
    let front = try await TLSServer(before: server)
    let port = scheme == "https" ? front.port : Int(server.port)
    let asked = Mutex<[String]>([])
    let proxy = try HostileServer { received in
      asked.withLock { $0.append("\(received.method) \(received.target)") }
      return [.send([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]), .tunnel(to: port)]
    }
    defer {
      proxy.stop()
      front.stop()
      server.stop()
    }
    try await exchange(through: ["all_proxy": "socks5h://127.0.0.1:\(proxy.port)"]) { transport in
      var request = HTTPRequest(.get, try RequestURL("\(scheme)://localhost:1/x"))
      request.tls = try TLSSettings.make(authorities: try authority())
      let response = try await transport.send(request, timeouts: Timeouts(), maxBody: 1000)
      #expect(text(response.body) == "localhost:1")
      #expect(asked.withLock { $0 } == ["SOCKS localhost:1"])
    }
  }

  @Test(arguments: [
    ("https://h.invalid/", 407, TransportFailure.Kind.proxy, "the proxy wants a user and a password"),
    ("https://h.invalid/", 503, .unreachable, "the proxy made no connection to the server"),
    ("https://h.invalid/", 0, .refused, "the connection was refused"),
    ("http://h.invalid/", 0, .refused, "the connection was refused"),
  ])
  func `a proxy's trouble is told as the proxy's`(
    url: String, status: Int, kind: TransportFailure.Kind, says: String
  ) async throws {
    let closed = try ClosedPort()
    let proxy = try HostileServer { _ in [reply(status)] }
    defer {
      proxy.stop()
      closed.free()
    }
    let place = status == 0 ? closed.url : proxy.url
    try await exchange(through: ["https_proxy": place, "http_proxy": place]) { transport in
      let failure = await transportFailure(HTTPRequest(.get, try RequestURL(url)), over: transport)
      #expect(failure?.kind == kind)
      #expect(failure?.message.hasPrefix(says) == true, "\(failure?.message ?? "")")
      #expect(failure?.message.hasSuffix(", through the proxy \(place)") == true, "\(failure?.message ?? "")")
      #expect(failure?.hint != nil)
    }
  }

  @Test
  func `a SOCKS proxy that refuses is told`() async throws {
    let proxy = try HostileServer { _ in [.send([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]), .close] }
    defer { proxy.stop() }
    try await exchange(through: ["all_proxy": "socks5://127.0.0.1:\(proxy.port)"]) { transport in
      let failure = await transportFailure(HTTPRequest(.get, try RequestURL("http://h.invalid/")), over: transport)
      #expect(failure?.kind == .unreachable)
      #expect(
        failure?.message.hasPrefix("the proxy made no connection to the server, through the proxy socks5://") == true)
    }
  }

  @Test
  func `what NO_PROXY names is asked directly`() async throws {
    let server = try HostileServer { received in [reply(200, [], received.target)] }
    let proxy = try HostileServer { _ in [reply(500)] }
    defer {
      server.stop()
      proxy.stop()
    }
    try await exchange(through: ["http_proxy": proxy.url, "no_proxy": "127.0.0.0/8"]) { transport in
      let request = HTTPRequest(.get, try RequestURL(server.url + "/x"))
      let response = try await transport.send(request, timeouts: Timeouts(), maxBody: 1000)
      #expect(text(response.body) == "/x")
      #expect(proxy.received.isEmpty)
    }
  }

  private func exchange(
    through environment: [String: String], _ body: (ClientTransport) async throws -> Void
  ) async throws {
    let transport = ClientTransport(proxies: ProxySettings(environment: environment))
    do {
      try await body(transport)
      await transport.shutdown()
    } catch {
      await transport.shutdown()
      throw error
    }
  }

  private func authority() throws -> TLSSettings.PEM {
    let path = certificateFile("authority")
    return TLSSettings.PEM(name: path, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
  }

  /// `tunnel http://proxy:8080 CREDENTIALS`, or why there is no way.
  private func way(_ environment: [String: String], _ url: String) throws -> String {
    func shown(_ proxy: Proxy) -> String {
      "\(proxy.kind == .http ? "http" : "socks5")://\(proxy.host):\(proxy.port)"
        + (proxy.credentials.map { " \($0)" } ?? "")
    }
    do throws(TransportFailure) {
      switch try ProxySettings(environment: environment).route(to: RequestURL(url).origin) {
      case .direct: return "direct"
      case .tunnel(let proxy): return "tunnel \(shown(proxy))"
      case .forward(let proxy): return "forward \(shown(proxy))"
      }
    } catch {
      #expect(error.kind == .proxy)
      return error.message
    }
  }
}
