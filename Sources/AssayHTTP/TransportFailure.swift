/// Why no complete answer came.
package struct TransportFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case dns
    case refused
    case unreachable
    case reset
    case connectTimeout = "connect_timeout"
    case readTimeout = "read_timeout"
    case totalTimeout = "total_timeout"
    case tls
    /// A proxy that the environment names cannot be used as it is named.
    case proxy
    /// The body ended before its announced length, or its compressed data before its end.
    case truncated
    /// The answer is no HTTP, or its compressed data is broken.
    case malformed
    case tooLarge = "too_large"
    /// The headers have more than the client takes; no setting raises that.
    case headersTooLarge = "headers_too_large"
    case redirect
    case cancelled
    case invalidURL = "invalid_url"
    /// A header of ours may not be sent.
    case invalidHeader = "invalid_header"
    /// The client was shut down already, or failed in a way that has no name here.
    case client
  }

  package var kind: Kind
  /// A sentence without a full stop. It may hold a URL, so it is masked before it is shown.
  package var message: String
  /// What to do about it, where the kind alone says too little.
  package var hint: String?

  package init(_ kind: Kind, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  /// Whether the same request may succeed a little later.
  package var isTransient: Bool {
    switch kind {
    case .dns, .refused, .unreachable, .reset, .connectTimeout, .readTimeout, .totalTimeout, .truncated, .malformed:
      true
    case .tls, .proxy, .tooLarge, .headersTooLarge, .redirect, .cancelled, .invalidURL, .invalidHeader, .client: false
    }
  }

  /// Whether the server cannot have seen the request, so that even a POST may be sent again.
  package var isBeforeSending: Bool {
    switch kind {
    case .dns, .refused, .unreachable, .connectTimeout: true
    default: false
    }
  }

  /// The failure of a connection that was to lead through a proxy.
  func through(_ proxy: Proxy) -> TransportFailure {
    var failure = self
    switch kind {
    case .dns, .refused, .unreachable, .connectTimeout, .proxy:
      failure.message += ", through the proxy \(proxy.place)"
      failure.hint = hint ?? "check the proxy that the environment names, or list the host in NO_PROXY"
    default: break
    }
    return failure
  }

  package var description: String { message }
}
