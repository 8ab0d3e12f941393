import FoundationEssentials

/// Time and chance as retries see them; tests hand in their own.
package protocol RetryClock: Sendable {
  /// Time since some fixed moment; never goes back.
  var elapsed: Duration { get }
  /// Seconds since 1970-01-01T00:00:00Z.
  var unixTime: Int64 { get }
  /// Milliseconds since then.
  var unixMilliseconds: Int64 { get }
  /// From 0 up to, but not including, 1.
  func random() -> Double
  /// Throws `CancellationError` as soon as the task is cancelled.
  func sleep(_ duration: Duration) async throws
}

extension RetryClock {
  package var unixMilliseconds: Int64 { unixTime * 1000 }
}

/// The machine's clocks and its random source.
package struct SystemClock: RetryClock {
  private static let start = ContinuousClock.now

  package init() {}

  package var elapsed: Duration { Self.start.duration(to: .now) }

  package var unixTime: Int64 { unixMilliseconds / 1000 }

  package var unixMilliseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  package func random() -> Double { Double.random(in: 0..<1) }

  package func sleep(_ duration: Duration) async throws { try await Task.sleep(for: duration) }
}
