internal import Dispatch
internal import Glibc
internal import Synchronization

/// Writes lines to a descriptor without ever keeping the writer waiting: lines that nobody reads are dropped, and
/// counted.
package final class LineWriter: Sendable {
  private struct State {
    var lines: [String] = []
    var dropped = 0
    var isWriting = false
  }

  /// Lines that wait at the most.
  static let limit = 10_000
  private let state = Mutex(State())
  private let descriptor: Int32
  private let format: LogFormat
  /// A thread that may block, on a reader that does not read.
  private let queue = DispatchQueue(label: "assay.log")

  package init(_ format: LogFormat, descriptor: Int32 = STDERR_FILENO) {
    self.format = format
    self.descriptor = descriptor
  }

  /// Writes a message of this moment, with what belongs to it.
  package func write(_ level: String, _ message: String, _ pairs: [(String, String)]) {
    let line = format.line(level, message, pairs)
    let starts = state.withLock { state in
      if state.lines.count >= Self.limit {
        state.dropped += 1
        return false
      }
      state.lines.append(line)
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if starts { queue.async { self.writeWaiting() } }
  }

  /// Waits until what was written has been read, but no longer than so many seconds.
  package func flush(seconds: Double) {
    let done = DispatchSemaphore(value: 0)
    queue.async { done.signal() }
    _ = done.wait(timeout: .now() + seconds)
  }

  private func writeWaiting() {
    while true {
      let text = state.withLock { state -> String? in
        if state.lines.isEmpty {
          state.isWriting = false
          return nil
        }
        var text = state.lines.joined(separator: "\n") + "\n"
        if state.dropped > 0 {
          text +=
            format.line("warning", "log lines were dropped, since nobody read them", [("lines", "\(state.dropped)")])
            + "\n"
        }
        state.lines = []
        state.dropped = 0
        return text
      }
      guard var text else { return }
      text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)[...]
        while let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
          let count = Glibc.write(descriptor, base, rest.count)
          if count < 0, errno == EINTR { continue }
          // A reader that has gone, or a full disk, stops no scheduler.
          if count <= 0 { break }
          rest = rest.dropFirst(count)
        }
      }
    }
  }
}
