/// Where a URL leads: credentials are sent to one origin only.
package struct Origin: Sendable, Hashable {
  /// `http` or `https`.
  package var scheme: String
  /// Lower-case name or address; an IPv6 address keeps its brackets.
  package var host: String
  package var port: Int

  package init(scheme: String, host: String, port: Int) {
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  /// Whether what was meant for this origin may be sent to another: the same one, or its https twin.
  package func trusts(_ other: Origin) -> Bool {
    if self == other { return true }
    return scheme == "http" && other.scheme == "https" && host == other.host && port == 80 && other.port == 443
  }
}

/// An absolute http or https URL in parts, percent-encoded.
package struct RequestURL: Sendable, Hashable, CustomStringConvertible {
  /// A name and value of the query, in the form in which they are sent.
  package struct QueryItem: Sendable, Hashable {
    package var encodedName: String
    /// Nil where there is a name without `=`.
    package var encodedValue: String?

    /// Plain texts, encoded here.
    package init(_ name: String, _ value: String) {
      encodedName = PercentEncoding.query(name)
      encodedValue = PercentEncoding.query(value)
    }

    init(encodedName: String, encodedValue: String?) {
      self.encodedName = encodedName
      self.encodedValue = encodedValue
    }

    /// The plain name.
    package var name: String { PercentEncoding.decode(encodedName, plus: true) }
    /// The plain value; empty where there is none.
    package var value: String { PercentEncoding.decode(encodedValue ?? "", plus: true) }
  }

  package var origin: Origin
  /// Starts with `/`.
  package var path: String
  /// In the order in which they are sent.
  package var query: [QueryItem]

  /// Reads an absolute URL; a fragment is left out, and what may not stand in a URL is percent-encoded.
  ///
  /// Throws `invalidURL` for other schemes than http and https, for a missing host, a bad port, and for a user name or
  /// password in the URL, which belong into the API's auth.
  package init(_ text: String) throws(TransportFailure) {
    let trimmed = text.trimmingBlanks()
    guard let mark = trimmed.firstRange(of: "://") else {
      throw TransportFailure(.invalidURL, "'\(trimmed)' is no URL; it must start with http:// or https://")
    }
    let scheme = trimmed[..<mark.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw TransportFailure(.invalidURL, "'\(scheme)' URLs are not supported; use http:// or https://")
    }
    let rest = trimmed[mark.upperBound...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" || $0 == "\\" } ?? rest.endIndex
    origin = try Self.origin(scheme: scheme, authority: rest[..<end])
    (path, query) = Self.pathAndQuery(rest[end...])
    if path.isEmpty { path = "/" }
  }

  /// This URL with a path joined to its own, and more query items after its own.
  ///
  /// Exactly one `/` stands at the joint; an empty path changes nothing. A path may bring a query (`/search?kind=a`);
  /// valid escapes in it stay. A path that is itself an absolute URL replaces this one.
  package func appending(path added: String, query items: [QueryItem] = []) throws(TransportFailure) -> RequestURL {
    if Self.isAbsolute(added) {
      var other = try RequestURL(added)
      other.query += items
      return other
    }
    var url = self
    let (addedPath, addedQuery) = Self.pathAndQuery(added[...])
    if !addedPath.isEmpty {
      let front = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
      url.path = front + (addedPath.hasPrefix("/") ? addedPath : "/" + addedPath)
    }
    url.query += addedQuery + items
    return url
  }

  /// Whether a text names a scheme (`https://…`), so that it is no path.
  package static func isAbsolute(_ text: String) -> Bool {
    guard let mark = text.firstRange(of: "://") else { return false }
    let scheme = text[..<mark.lowerBound]
    return !scheme.isEmpty && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
  }

  /// Sets the first query item of a plain name and removes further ones, or appends it.
  package mutating func setQuery(_ name: String, _ value: String) {
    let item = QueryItem(name, value)
    guard let first = query.firstIndex(where: { $0.name == name }) else {
      query.append(item)
      return
    }
    query[first] = item
    query = query.enumerated().filter { $0.offset <= first || $0.element.name != name }.map(\.element)
  }

  /// `scheme://host[:port]`, the port where it is not the scheme's own.
  package var originText: String {
    let isDefault = origin.port == (origin.scheme == "https" ? 443 : 80)
    return "\(origin.scheme)://\(origin.host)" + (isDefault ? "" : ":\(origin.port)")
  }

  /// Path and query as they stand in the request line.
  package var target: String {
    guard !query.isEmpty else { return path }
    let items = query.map { item in item.encodedValue.map { "\(item.encodedName)=\($0)" } ?? item.encodedName }
    return path + "?" + items.joined(separator: "&")
  }

  /// The URL as it is sent; secrets are not masked.
  package var description: String { originText + target }
}

extension RequestURL {
  private static func origin(scheme: String, authority: Substring) throws(TransportFailure) -> Origin {
    guard !authority.contains("@") else {
      throw TransportFailure(
        .invalidURL, "a user name or password may not stand in a URL; declare them as the api's auth (type: basic)")
    }
    var host = authority
    var port = scheme == "https" ? 443 : 80
    let afterBrackets = authority.lastIndex(of: "]") ?? authority.startIndex
    if let colon = authority[afterBrackets...].lastIndex(of: ":") {
      host = authority[..<colon]
      let digits = authority[authority.index(after: colon)...]
      if !digits.isEmpty {
        guard let number = UInt16(digits), number > 0, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
          throw TransportFailure(.invalidURL, "'\(digits)' is no port; it must be a number from 1 to 65535")
        }
        port = Int(number)
      }
    }
    let isAddress = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
    let inner = isAddress ? host.dropFirst().dropLast() : host
    let isValid = inner.utf8.allSatisfy { byte in
      PercentEncoding.isUnreserved(byte) || (isAddress && byte == UInt8(ascii: ":"))
    }
    guard !inner.isEmpty, isValid else {
      throw TransportFailure(
        .invalidURL, host.isEmpty ? "the URL has no host" : "'\(host)' is no host name (ASCII letters, digits, - and .)"
      )
    }
    return Origin(scheme: scheme, host: host.lowercased(), port: port)
  }

  static func pathAndQuery(_ text: Substring) -> (String, [QueryItem]) {
    let plain = text.prefix { $0 != "#" }
    guard let mark = plain.firstIndex(of: "?") else { return (PercentEncoding.path(String(plain)), []) }
    let path = PercentEncoding.path(String(plain[..<mark]))
    let items = plain[plain.index(after: mark)...].split(separator: "&").map { part in
      let mended = PercentEncoding.queryString(String(part))
      guard let equals = mended.firstIndex(of: "=") else { return QueryItem(encodedName: mended, encodedValue: nil) }
      return QueryItem(
        encodedName: String(mended[..<equals]), encodedValue: String(mended[mended.index(after: equals)...]))
    }
    return (path, items)
  }
}

extension StringProtocol {
  /// Without the spaces, tabs and line ends around it.
  func trimmingBlanks() -> String {
    func isBlank(_ character: Character) -> Bool {
      character == " " || character == "\t" || character == "\n" || character == "\r" || character == "\r\n"
    }
    guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
      return ""
    }
    return String(self[first...last])
  }

  func firstRange(of text: String) -> Range<Index>? {
    ranges(of: text).first
  }
}
