internal import Dispatch
internal import Glibc
internal import Synchronization

/// Turns the first SIGINT or SIGTERM into a clean stop; the next one ends the process at once.
final class SignalWatch {
  private let seen = SignalMemory()
  private var sources: [any DispatchSourceSignal] = []

  init(_ interrupt: @escaping @Sendable (Int32) -> Void) {
    signal(SIGPIPE, SIG_IGN)
    let queue = DispatchQueue(label: "assay.signals")
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { [seen] in
        if seen.isFirst(number) { interrupt(number) } else { Glibc.exit(128 + number) }
      }
      source.resume()
      sources.append(source)
    }
  }

  /// Watches no longer.
  func stop() {
    for source in sources { source.cancel() }
  }
}

/// Whether a signal has come before.
private final class SignalMemory: Sendable {
  private let state = Mutex<Int32?>(nil)

  /// Notes a signal; true if none came before it.
  func isFirst(_ number: Int32) -> Bool {
    state.withLock { seen in
      defer { seen = number }
      return seen == nil
    }
  }
}
