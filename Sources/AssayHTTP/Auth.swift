/// How requests to an API prove who is asking. A value holds settings; what it obtains (a token) lives in an actor.
package protocol Auth: Sendable {
  /// Values that must never be shown, so that they can be registered with the mask before anything is sent.
  var secrets: [String] { get }
  /// Adds the credentials to a request that is about to be sent. Called once an attempt.
  func authorize(_ request: inout HTTPRequest) async throws
  /// Called after a success (200 to 299) with the request as it was sent, credentials included.
  func accepted(_ request: HTTPRequest) async
  /// Called once after a 401, with the request as it was sent: true if other credentials than those are there now, so
  /// that it should be sent again.
  func refresh(after response: HTTPResponse, to request: HTTPRequest) async throws -> Bool
}

extension Auth {
  package func accepted(_ request: HTTPRequest) async {}

  package func refresh(after response: HTTPResponse, to request: HTTPRequest) async throws -> Bool { false }
}
