/// How redirects are followed (RFC 9110, section 15.4): at most 5, never from https to http.
package enum Redirect {
  package static let limit = 5

  /// The request that a redirect asks for, without credentials, or nil if the answer is none.
  ///
  /// 303 becomes GET, and so does a POST after 301 and 302, as browsers do; 307 and 308 keep method and body.
  package static func target(
    of response: HTTPResponse, to request: HTTPRequest
  ) throws(TransportFailure) -> HTTPRequest? {
    guard [301, 302, 303, 307, 308].contains(response.status), let place = response.headers["location"] else {
      return nil
    }
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
  /// The request as a host may see it that is not the API's: without credentials, cookies and anything secret.
  ///
  /// Throws `redirect` if the body holds a secret: it cannot be left out.
  package func withoutSecrets(_ mask: SecretMask) throws(TransportFailure) -> HTTPRequest {
    var request = self
    request.headers.fields.removeAll { field in
      ["authorization", "proxy-authorization", "cookie"].contains(field.name.lowercased())
        || mask.reveals(field.value)
    }
    request.url.query.removeAll { mask.reveals($0.value) }
    if !body.isEmpty, mask.reveals(String(decoding: body, as: UTF8.self)) {
      throw TransportFailure(.redirect, "leads to another host (\(url.origin.host)), and the body holds a secret")
    }
    return request
  }
}
