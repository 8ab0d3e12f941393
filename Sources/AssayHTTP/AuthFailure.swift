/// Why there are no credentials for a request. It may hold a URL or an answer's text, so it is masked before it is shown.
package struct AuthFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package var kind: FailureClass
  /// What happened, without a full stop.
  package var message: String
  /// What to do about it.
  package var hint: String?
  /// When the server allows the next request, in Unix seconds, if it said so.
  package var retryAt: Int64?

  package init(_ message: String, kind: FailureClass = .config, hint: String? = nil, retryAt: Int64? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.retryAt = retryAt
  }

  package var description: String { hint.map { "\(message); \($0)" } ?? message }
}
