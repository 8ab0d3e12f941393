internal import AssayEngine

/// The requests of a delivery in the order of their rows, some made at a time. One task asks for them.
final class RequestQueue {
  private let maker: RequestMaker
  private let context: DeliveryContext
  /// In reverse order.
  private var waiting: [(request: OutgoingRequest, isSent: Bool)] = []

  init(_ maker: RequestMaker, _ context: DeliveryContext) {
    self.maker = maker
    self.context = context
  }

  /// The next request, and whether an earlier run has sent it; nil at the end.
  func next() async throws -> (request: OutgoingRequest, isSent: Bool)? {
    while waiting.isEmpty {
      let maker = maker
      guard let made = try await context.node.run.workers.run({ try maker.next() }) else { return nil }
      let keys = made.compactMap { if case .request(_, let key) = $0.content { key } else { nil } }
      let sent = try await context.book.sent(among: keys)
      waiting = made.reversed().map { request in
        if case .request(_, let key) = request.content { (request, sent.contains(key)) } else { (request, false) }
      }
    }
    return waiting.popLast()
  }
}
