/// How requests to an API prove who is asking. A value holds settings; what it obtains (a token) lives in an actor.
package protocol Auth: Sendable {
  /// Values that must never be shown, so that they can be registered with the mask before anything is sent.
  var secrets: [String] { get }
  /// Adds the credentials to a request that is about to be sent. Called once an attempt.
  func authorize(_ request: inout HTTPRequest) async throws
  /// Called once after a 401; true if new credentials were obtained and the request should be sent again.
  func refresh(after response: HTTPResponse) async throws -> Bool
}

extension Auth {
  package func refresh(after response: HTTPResponse) async throws -> Bool { false }
}
