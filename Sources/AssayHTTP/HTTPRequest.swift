/// What a request does.
package enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"

  /// Whether asking twice does no more than asking once (RFC 9110, section 9.2.2).
  package var isIdempotent: Bool { self != .post && self != .patch }
}

/// One request to an API, without its credentials until `Auth` adds them to a copy.
package struct HTTPRequest: Sendable, Hashable {
  package var method: HTTPMethod
  package var url: RequestURL
  package var headers: HeaderFields
  package var body: [UInt8]
  /// Where credentials may be sent. A next page or redirect that leads elsewhere keeps this, so they stay at home.
  package var credentialOrigin: Origin
  /// Whom to trust and how to prove who asks, where TLS is spoken; nil for the system's authorities and no proof. Set as
  /// it is sent: the client certificate is a credential.
  package var tls: TLSSettings?
  /// Where a large body of the answer goes; nil keeps it in memory.
  package var target: BodyTarget?

  /// A request whose credentials may go where it goes, or to `credentialOrigin` only.
  package init(
    _ method: HTTPMethod = .get, _ url: RequestURL, headers: HeaderFields = [:], body: [UInt8] = [],
    credentialOrigin: Origin? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.credentialOrigin = credentialOrigin ?? url.origin
  }

  /// Whether the API's credentials go along.
  package var takesCredentials: Bool { credentialOrigin.trusts(url.origin) }
}

/// A complete answer, decompressed.
package struct HTTPResponse: Sendable, Hashable {
  package var status: Int
  package var headers: HeaderFields
  package var body: [UInt8]
  /// The URL that answered, after redirects. `APIClient` leaves out what the auth added to it.
  package var finalURL: RequestURL
  /// How many bytes went to the request's `target`: then `body` holds the beginning of them alone. Nil if none did.
  package var written: Int?

  package init(
    status: Int, headers: HeaderFields = [:], body: [UInt8] = [], finalURL: RequestURL, written: Int? = nil
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.finalURL = finalURL
    self.written = written
  }
}
