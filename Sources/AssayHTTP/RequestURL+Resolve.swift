extension RequestURL {
  /// The URL that a reference means when it stands in a document at this URL (RFC 3986, section 5.2).
  ///
  /// Takes absolute URLs, `//host/path`, `/path`, `path`, `../path`, `?query` and the empty reference. Its query is
  /// kept as it is written. Throws `invalidURL` as `init(_:)` does, and for another scheme (`ftp:`, `mailto:`).
  package func resolving(_ reference: String) throws(TransportFailure) -> RequestURL {
    let text = reference.trimmingBlanks()
    if Self.isAbsolute(text) { return try RequestURL(text) }
    if text.hasPrefix("//") { return try RequestURL("\(origin.scheme):\(text)") }
    if let colon = text.firstIndex(of: ":"), !text[..<colon].contains(where: { "/?#".contains($0) }) {
      throw TransportFailure(.invalidURL, "'\(text[..<colon])' URLs are not supported; use http:// or https://")
    }
    let (newPath, newQuery) = Self.pathAndQuery(text[...])
    var url = self
    if newPath.isEmpty {
      if text.contains("?") { url.query = newQuery }
      return url
    }
    url.query = newQuery
    if newPath.hasPrefix("/") {
      url.path = Self.removingDots(newPath)
    } else {
      let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
      url.path = Self.removingDots(folder + newPath)
    }
    return url
  }

  /// RFC 3986, section 5.2.4.
  private static func removingDots(_ path: String) -> String {
    var kept: [Substring] = []
    let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      switch segment {
      case ".": if isLast { kept.append("") }
      case "..":
        _ = kept.popLast()
        if isLast { kept.append("") }
      default: kept.append(segment)
      }
    }
    return "/" + kept.joined(separator: "/")
  }
}
