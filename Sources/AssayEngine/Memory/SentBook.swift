package import AssayHTTP
package import AssayStore

/// What a run, and the broken runs that it goes on with, have sent: each request is remembered before its rows count as
/// sent, so that none is sent twice.
package final class SentBook: Sendable {
  /// The first of the runs that go on with each other: the keys of their requests belong to it.
  package let root: String
  /// Whether earlier runs may have sent something.
  private let isResumed: Bool
  private let store: Store
  private let mask: SecretMask
  private let clock: RunClock
  private let commits: GroupCommit<SentRequest>

  /// - Parameter isResumed: Whether the run goes on with another.
  package init(_ store: Store, run: String, root: String, isResumed: Bool, mask: SecretMask, clock: RunClock) {
    self.root = root
    self.isResumed = isResumed
    self.store = store
    self.mask = mask
    self.clock = clock
    commits = GroupCommit { requests throws(StoreFailure) in
      try await store.keepSent(requests, by: run, root: root)
    }
  }

  /// Which of some keys earlier runs have sent.
  package func sent(among keys: [String]) async throws -> Set<String> {
    if !isResumed || keys.isEmpty { return [] }
    return try await store.sentKeys(among: keys, root: root)
  }

  /// Sends a request by `send` and remembers that it was taken; its record is committed when it returns.
  ///
  /// Throws the `StoreFailure` that kept an earlier request from being remembered: what cannot be is not to be sent.
  /// - Parameters:
  ///   - key: What the request is remembered under.
  ///   - rows: How many rows it holds.
  ///   - told: Its address as it may be told of.
  package func sending(
    key: String, output: Int, rows: Int, told: (String) -> String = { $0 }, _ send: () async throws -> HTTPExchange
  ) async throws -> HTTPExchange {
    let exchange = try await commits.expecting(send)
    try await commits.keep([
      SentRequest(
        key: key, output: output, method: exchange.request.method.rawValue,
        url: told(mask.apply(to: exchange.request.url.description)), status: exchange.response.status, rows: rows,
        sentAt: clock.now)
    ])
    return exchange
  }
}
