/// How redirects are followed (RFC 9110, section 15.4): at most 5, never from https to http.
package enum Redirect {
  package static let limit = 5

  /// Whether an answer asks to go elsewhere.
  package static func isOne(_ response: HTTPResponse) -> Bool {
    [301, 302, 303, 307, 308].contains(response.status) && response.headers["location"] != nil
  }

  /// The request that a redirect asks for, without credentials, or nil if the answer is none.
  ///
  /// 303 becomes GET, and so does a POST after 301 and 302, as browsers do; 307 and 308 keep method and body.
  package static func target(
    of response: HTTPResponse, to request: HTTPRequest
  ) throws(TransportFailure) -> HTTPRequest? {
    guard isOne(response), let place = response.headers["location"] else { return nil }
    var next = request
    do {
      next.url = try request.url.resolving(place)
    } catch {
      throw TransportFailure(.redirect, "redirects to an address that cannot be followed: \(error.message)")
    }
    if request.url.origin.scheme == "https", next.url.origin.scheme == "http" {
      throw TransportFailure(.redirect, "redirects from https to http (\(next.url))")
    }
    let turnsToGet = response.status == 303 || (response.status <= 302 && request.method == .post)
    if turnsToGet {
      if next.method != .head { next.method = .get }
      next.body = []
      next.headers["Content-Type"] = nil
    }
    return next
  }
}

extension HTTPRequest {
  /// The headers that any host may see. Others may be credentials under a name that only their API knows.
  private static let openHeaders: Set<String> = [
    "accept", "accept-charset", "accept-encoding", "accept-language", "content-encoding", "content-language",
    "content-type", "user-agent",
  ]

  /// The request as a host may see it that is not the API's: without credentials, cookies, headers of a meaning of their
  /// own, and anything secret.
  ///
  /// Throws `redirect` if the path or the body holds a secret: neither can be left out.
  package func withoutSecrets(_ mask: SecretMask) throws(TransportFailure) -> HTTPRequest {
    var request = self
    request.headers.fields.removeAll { field in
      !Self.openHeaders.contains(field.name.lowercased()) || mask.reveals(field.value)
    }
    request.url.query.removeAll { item in
      mask.reveals(item.name) || mask.reveals(item.value) || mask.reveals(item.encodedValue ?? "")
    }
    if mask.reveals(url.path) || mask.reveals(PercentEncoding.decode(url.path)) {
      throw TransportFailure(.redirect, "leads to another host (\(url.origin.host)), and the address holds a secret")
    }
    if mask.reveals(body) {
      throw TransportFailure(.redirect, "leads to another host (\(url.origin.host)), and the body holds a secret")
    }
    return request
  }
}
