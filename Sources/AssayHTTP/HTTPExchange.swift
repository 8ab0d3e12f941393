/// A request that was answered as expected, and what it took.
package struct HTTPExchange: Sendable, Hashable {
  /// As it was asked, without credentials.
  package var request: HTTPRequest
  package var response: HTTPResponse
  /// Requests sent, the last one included; redirects are not counted apart.
  package var attempts: Int
  package var retries: Int { attempts - 1 }

  package init(request: HTTPRequest, response: HTTPResponse, attempts: Int) {
    self.request = request
    self.response = response
    self.attempts = attempts
  }
}
