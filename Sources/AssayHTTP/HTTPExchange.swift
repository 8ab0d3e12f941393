/// A request that was answered as expected, and what it took.
package struct HTTPExchange: Sendable, Hashable {
  /// As it was asked, without credentials.
  package var request: HTTPRequest
  package var response: HTTPResponse
  /// Requests sent, the last one included; redirects are not counted apart.
  package var attempts: Int
  package var retries: Int { attempts - 1 }
  /// False where a rule takes the answer for "there is no such thing": then its body says nothing.
  package var isFound: Bool

  package init(request: HTTPRequest, response: HTTPResponse, attempts: Int, isFound: Bool = true) {
    self.request = request
    self.response = response
    self.attempts = attempts
    self.isFound = isFound
  }
}
