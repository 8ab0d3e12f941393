internal import AssayDefinition

/// Work that was given up.
struct GivenUp: Error, Hashable, CustomStringConvertible {
  /// The time that it had; nil where it was told to stop for another reason.
  var limit: Duration?
  /// Whether it went on although it was told to stop. Nothing waits for it any more.
  var isLeftBehind: Bool

  var description: String {
    let late = limit.map { "took longer than its timeout of \($0.text)" }
    let left = "did not stop when it was told to, and was left behind"
    return [late, isLeftBehind ? left : nil].compactMap(\.self).joined(separator: "; it ")
  }
}

/// How long work that is told to stop is waited for, unless its run says otherwise: longer than requests linger that hand rows to others.
package let stoppingPatience = Duration.seconds(10)

/// Runs work that may take too long, and that may not stop when it is told to.
///
/// Cancelling the caller's task cancels the work. Work that goes on for `patience` after that is left behind: it keeps
/// what it holds, and the process ends with it still there.
/// - Throws: what the work throws, or `GivenUp`.
func withTimeLimit<R: Sendable>(
  _ limit: Duration?, patience: Duration, _ work: @escaping @Sendable () async throws -> R
) async throws -> R {
  let (signals, feed) = AsyncStream.makeStream(of: TimeLimitSignal<R>.self)
  let task = Task {
    let result: Result<R, any Error>
    do { result = .success(try await work()) } catch { result = .failure(error) }
    feed.yield(.ended(result))
  }
  // Not cancelled with the caller, since a cancelled task reads no stream.
  let watch = Task { () -> Result<R, any Error> in
    var late: Duration?
    var timer = limit.map { alarm(after: $0, .late, feed) }
    defer { timer?.cancel() }
    for await signal in signals {
      switch signal {
      case .ended(let result):
        // Work that came to its end after all has done what it should.
        if let late, (try? result.get()) == nil { return .failure(GivenUp(limit: late, isLeftBehind: false)) }
        return result
      case .late, .told:
        if case .late = signal { late = limit }
        task.cancel()
        timer?.cancel()
        timer = alarm(after: patience, .lost, feed)
      case .lost: return .failure(GivenUp(limit: late, isLeftBehind: true))
      }
    }
    return .failure(CancellationError())
  }
  return try await withTaskCancellationHandler {
    try await watch.value.get()
  } onCancel: {
    feed.yield(.told)
  }
}

private enum TimeLimitSignal<R: Sendable>: Sendable {
  case ended(Result<R, any Error>)
  /// The time is over.
  case late
  /// The caller is to stop.
  case told
  /// The work has been waited for long enough.
  case lost
}

private func alarm<R>(
  after time: Duration, _ signal: TimeLimitSignal<R>, _ feed: AsyncStream<TimeLimitSignal<R>>.Continuation
) -> Task<Void, Never> {
  Task {
    try? await Task.sleep(for: time)
    if !Task.isCancelled { feed.yield(signal) }
  }
}
