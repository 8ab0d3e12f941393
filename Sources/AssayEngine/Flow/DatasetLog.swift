package import AssayColumns
internal import Synchronization

/// The rows of one dataset on their way: a bounded log with one writer and a cursor for each reader.
///
/// The writer waits for the slowest reader, so memory is bounded by the log whatever the readers do. A log whose
/// readers have all left stops its writer.
package final class DatasetLog: Sendable {
  /// The most batches that wait in a log.
  static let maximumBatches = 4
  /// The most bytes that wait in a log, unless a single batch has more.
  static let maximumBytes = 4 * (8 << 20)

  package let dataset: String
  /// Whether rows are dropped, since nobody was ever to read them.
  private let isUnread: Bool
  private let state: Mutex<State>

  private enum End {
    case finished(DatasetSchema)
    case failed
  }

  private struct State {
    var batches: [Batch] = []
    var bytes = 0
    /// The sequence number of the first batch in `batches`.
    var base = 0
    /// The next batch of each reader; nil once it has left.
    var cursors: [Int?]
    var end: End?
    var waitingReaders: [CheckedContinuation<Void, Never>?]
    var waitingWriter: CheckedContinuation<Void, Never>?

    var hasReaders: Bool { cursors.contains { $0 != nil } }
    var isFull: Bool {
      batches.count >= DatasetLog.maximumBatches || (bytes >= DatasetLog.maximumBytes && !batches.isEmpty)
    }

    /// Drops what every reader has had; returns the writer if it may go on.
    mutating func trim() -> CheckedContinuation<Void, Never>? {
      let slowest = cursors.compactMap(\.self).min() ?? base + batches.count
      while base < slowest, let first = batches.first {
        bytes -= first.byteCount
        batches.removeFirst()
        base += 1
      }
      guard !isFull || !hasReaders else { return nil }
      defer { waitingWriter = nil }
      return waitingWriter
    }

    mutating func takeReaders() -> [CheckedContinuation<Void, Never>] {
      defer { for index in waitingReaders.indices { waitingReaders[index] = nil } }
      return waitingReaders.compactMap(\.self)
    }
  }

  /// A log that the given number of readers will read, each from the beginning.
  /// - Parameter isUnread: Whether rows are dropped rather than to stop their writer, where there are no readers at all.
  package init(dataset: String, readers: Int, isUnread: Bool = false) {
    self.dataset = dataset
    self.isUnread = isUnread
    state = Mutex(
      State(
        cursors: [Int?](repeating: 0, count: readers),
        waitingReaders: [CheckedContinuation<Void, Never>?](repeating: nil, count: readers)))
  }

  /// Appends a batch, once there is room. Throws `CancellationError` if the task is cancelled or no reader is left.
  package func write(_ batch: Batch) async throws {
    while true {
      try Task.checkCancellation()
      if isUnread { return }
      let written = try state.withLock { state in
        guard state.hasReaders else { throw CancellationError() }
        if state.isFull { return nil as [CheckedContinuation<Void, Never>]? }
        state.batches.append(batch)
        state.bytes += batch.byteCount
        return state.takeReaders()
      }
      if let readers = written {
        for reader in readers { reader.resume() }
        return
      }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let goOn = state.withLock { state in
            if !state.isFull || !state.hasReaders || Task.isCancelled { return true }
            state.waitingWriter = continuation
            return false
          }
          if goOn { continuation.resume() }
        }
      } onCancel: {
        state.withLock { state in
          defer { state.waitingWriter = nil }
          return state.waitingWriter
        }?.resume()
      }
    }
  }

  /// Ends the log: no batch follows. The schema is the whole dataset's.
  package func finish(_ schema: DatasetSchema) { end(.finished(schema)) }

  /// Ends the log because its writer failed or was stopped: readers throw `UpstreamFailure`.
  package func fail() { end(.failed) }

  private func end(_ end: End) {
    let readers = state.withLock { state in
      if state.end == nil { state.end = end }
      return state.takeReaders()
    }
    for reader in readers { reader.resume() }
  }

  /// The next batch of a reader, or nil at the end.
  func next(_ reader: Int) async throws -> Batch? {
    while true {
      try Task.checkCancellation()
      let (batch, ended, writer) = try state.withLock { state -> (Batch?, Bool, CheckedContinuation<Void, Never>?) in
        guard let cursor = state.cursors[reader] else { throw CancellationError() }
        if cursor < state.base + state.batches.count {
          let batch = state.batches[cursor - state.base]
          state.cursors[reader] = cursor + 1
          return (batch, false, state.trim())
        }
        switch state.end {
        case .failed: throw UpstreamFailure(dataset: dataset)
        case .finished: return (nil, true, nil)
        case nil: return (nil, false, nil)
        }
      }
      writer?.resume()
      if let batch { return batch }
      if ended { return nil }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let goOn = state.withLock { state in
            let cursor = state.cursors[reader] ?? 0
            if state.end != nil || cursor < state.base + state.batches.count || Task.isCancelled { return true }
            state.waitingReaders[reader] = continuation
            return false
          }
          if goOn { continuation.resume() }
        }
      } onCancel: {
        state.withLock { state in
          defer { state.waitingReaders[reader] = nil }
          return state.waitingReaders[reader]
        }?.resume()
      }
    }
  }

  /// Says that a reader takes no more.
  func leave(_ reader: Int) {
    let writer = state.withLock { state in
      state.cursors[reader] = nil
      return state.trim()
    }
    writer?.resume()
  }

  /// The whole dataset's schema, once the log has finished.
  var finalSchema: DatasetSchema? {
    state.withLock { state in
      if case .finished(let schema) = state.end { return schema }
      return nil
    }
  }
}

/// The rows that a node reads cannot come, because what makes them failed.
package struct UpstreamFailure: Error, Sendable {
  package var dataset: String
}

/// One reader's view of a dataset. Used by one task at a time; it leaves the log when it is released.
package final class DatasetReader: Sendable {
  private let log: DatasetLog
  private let index: Int

  package init(_ log: DatasetLog, index: Int) {
    self.log = log
    self.index = index
  }

  deinit { log.leave(index) }

  package var dataset: String { log.dataset }

  /// The next batch, or nil at the end. Throws `UpstreamFailure`, or `CancellationError`.
  package func next() async throws -> Batch? { try await log.next(index) }

  /// The schema of all rows; nil before the end has been reached.
  package var finalSchema: DatasetSchema? { log.finalSchema }

  /// Takes no more rows: the writer no longer waits for this reader.
  package func leave() { log.leave(index) }
}
