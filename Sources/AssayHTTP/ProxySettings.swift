#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A proxy that requests are sent through.
package struct Proxy: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case http
    /// SOCKS 5, without a user; names are looked up by the proxy.
    case socks
  }

  package var kind: Kind
  package var host: String
  package var port: Int
  /// `user:password` in base64.
  package var credentials: String?

  /// For messages, without user and password.
  var place: String { "\(kind == .http ? "http" : "socks5")://\(host):\(port)" }
}

/// How a request gets to its server.
package enum ProxyRoute: Sendable, Hashable {
  case direct
  /// The proxy hands bytes through: `CONNECT`, or SOCKS.
  case tunnel(Proxy)
  /// The proxy is asked for the whole address (RFC 9112, section 3.2.2), as plain http goes through proxies.
  case forward(Proxy)

  var proxy: Proxy? {
    switch self {
    case .direct: nil
    case .tunnel(let proxy), .forward(let proxy): proxy
    }
  }
}

/// The proxies that the environment names, as curl and others read it.
///
/// `https_proxy`, `http_proxy` and, for both, `all_proxy`; `no_proxy` lists what is reached without. Each is read in lower
/// case first, then in upper case, except that `HTTP_PROXY` does not count where `REQUEST_METHOD` is set: in a CGI script
/// it is a header that anybody may send. Loopback is like any other host.
package struct ProxySettings: Sendable {
  private enum Setting: Sendable {
    case proxy(Proxy)
    /// Why the variable cannot be used.
    case unusable(String)
  }

  private var https: Setting?
  private var http: Setting?
  private let exceptions: ProxyExceptions
  /// Values that must never be shown: passwords, and users with them.
  package private(set) var secrets: [String] = []

  /// No proxies.
  package init() { exceptions = ProxyExceptions("") }

  package init(environment: [String: String]) {
    func value(_ names: [String]) -> (name: String, value: String)? {
      for name in names {
        if let value = environment[name]?.trimmingBlanks(), !value.isEmpty { return (name, value) }
      }
      return nil
    }
    let isCGI = environment["REQUEST_METHOD"] != nil
    exceptions = ProxyExceptions(value(["no_proxy", "NO_PROXY"])?.value ?? "")
    if let (name, text) = value(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]) {
      https = setting(name, text)
    }
    let plain = isCGI ? ["http_proxy"] : ["http_proxy", "HTTP_PROXY"]
    if let (name, text) = value(plain + ["all_proxy", "ALL_PROXY"]) { http = setting(name, text) }
  }

  /// How to get to a server. Throws `proxy` where the variable that says it cannot be read.
  package func route(to origin: Origin) throws(TransportFailure) -> ProxyRoute {
    guard let setting = origin.scheme == "https" ? https : http, !exceptions.contains(origin) else { return .direct }
    switch setting {
    case .unusable(let reason): throw TransportFailure(.proxy, reason)
    case .proxy(let proxy):
      if origin.scheme == "http", proxy.kind == .http { return .forward(proxy) }
      guard origin.scheme == "http" || !isAddress(origin.host) else {
        // The address that a certificate is held against would be the proxy's.
        throw TransportFailure(
          .proxy, "an https:// address that is a number cannot be verified behind a proxy",
          hint: "name the host, or list the address in NO_PROXY")
      }
      return .tunnel(proxy)
    }
  }

  private mutating func setting(_ name: String, _ text: String) -> Setting {
    var rest = text[...]
    var kind = Proxy.Kind.http
    if let mark = text.firstRange(of: "://") {
      switch text[..<mark.lowerBound].lowercased() {
      case "http": break
      case "socks5", "socks5h": kind = .socks
      case let scheme:
        return .unusable("the variable \(name) names a proxy of kind '\(scheme)'; known are http:// and socks5://")
      }
      rest = text[mark.upperBound...]
    }
    rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    var credentials: String?
    if let at = rest.lastIndex(of: "@") {
      let user = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        .map { PercentEncoding.decode(String($0)) }
      let password = user.count > 1 ? user[1] : ""
      secrets += [password, String(rest[..<at]), "\(user[0]):\(password)"].filter { !$0.isEmpty && $0 != ":" }
      credentials = base64(Array("\(user[0]):\(password)".utf8))
      rest = rest[rest.index(after: at)...]
    }
    // A URL's rules for host and port are these; its default port is 80.
    guard let origin = try? RequestURL("http://\(rest)").origin, !rest.isEmpty else {
      return .unusable("the variable \(name) holds no address of a proxy, such as http://proxy.example.com:3128")
    }
    if kind == .socks, credentials != nil {
      return .unusable("the variable \(name) names a SOCKS proxy with a user, which is not supported")
    }
    let host = origin.host.hasPrefix("[") ? String(origin.host.dropFirst().dropLast()) : origin.host
    let hasPort = rest.hasSuffix(":\(origin.port)")
    return .proxy(
      Proxy(
        kind: kind, host: host, port: kind == .socks && !hasPort ? 1080 : origin.port, credentials: credentials))
  }
}

/// The hosts that are reached without a proxy: `NO_PROXY`.
struct ProxyExceptions: Sendable {
  private enum Entry: Sendable {
    case all
    /// A name, and all names below it; with a port, that port only.
    case name(String, port: Int?)
    /// The first bits of an address.
    case network([UInt8], bits: Int)
  }

  private let entries: [Entry]

  /// Reads a list with commas or blanks between its entries: `*`, `example.com`, `.example.com`, `host:8080`,
  /// `10.0.0.0/8`, `[::1]`.
  init(_ list: String) {
    entries = list.split { $0 == "," || $0 == " " || $0 == "\t" }.map { Self.entry(String($0).lowercased()) }
  }

  func contains(_ origin: Origin) -> Bool {
    let address = addressBytes(origin.host)
    return entries.contains { entry in
      switch entry {
      case .all: return true
      case .name(let name, let port):
        if let port, port != origin.port { return false }
        return origin.host == name || (address == nil && origin.host.hasSuffix("." + name))
      case .network(let bytes, let bits):
        guard let address, address.count == bytes.count else { return false }
        return (0..<bits).allSatisfy { bit in (address[bit / 8] ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0 }
      }
    }
  }

  private static func entry(_ text: String) -> Entry {
    if text == "*" { return .all }
    let parts = text.split(separator: "/", maxSplits: 1)
    if let bytes = parts.first.flatMap({ addressBytes(String($0)) }) {
      if parts.count == 1 { return .network(bytes, bits: bytes.count * 8) }
      if let bits = Int(parts[1]), (0...bytes.count * 8).contains(bits) { return .network(bytes, bits: bits) }
    }
    var name = text.hasPrefix("*.") ? text.dropFirst(2) : text.hasPrefix(".") ? text.dropFirst() : text[...]
    var port: Int?
    if let colon = name.lastIndex(of: ":"), let number = Int(name[name.index(after: colon)...]) {
      port = number
      name = name[..<colon]
    }
    return .name(String(name), port: port)
  }
}

/// Whether a host is an address rather than a name.
private func isAddress(_ host: String) -> Bool { addressBytes(host) != nil }

/// The bytes of an IPv4 or IPv6 address, the latter with or without brackets; nil for a name.
private func addressBytes(_ host: String) -> [UInt8]? {
  let text = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
  for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
    var bytes = [UInt8](repeating: 0, count: size)
    if inet_pton(family, text, &bytes) == 1 { return bytes }
  }
  return nil
}
