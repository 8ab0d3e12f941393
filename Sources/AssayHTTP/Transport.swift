/// How long one attempt may take.
package struct Timeouts: Sendable, Hashable {
  /// Until the connection stands, TLS included.
  package var connect: Duration
  /// Between two reads while an answer is awaited.
  package var read: Duration
  /// For one attempt as a whole, redirects and waiting for a connection included.
  package var total: Duration

  /// 10 s, 60 s and 120 s where nothing else is said.
  package init(connect: Duration = .seconds(10), read: Duration = .seconds(60), total: Duration = .seconds(120)) {
    self.connect = connect
    self.read = read
    self.total = total
  }
}

/// Sends one request and collects its answer: no redirect, no second attempt, no judgement of status or body.
package protocol Transport: Sendable {
  /// Any status is an answer. A body of more than `maxBody` bytes (decompressed) is `tooLarge`, and a body that ends
  /// early is `truncated`. Cancelling the task ends the request at once with `cancelled`.
  func send(
    _ request: HTTPRequest, timeouts: Timeouts, maxBody: Int
  ) async throws(TransportFailure) -> HTTPResponse
}

/// The bytes that an answer may have where nothing else is said: 256 MiB.
package let defaultMaxBody = 256 << 20
