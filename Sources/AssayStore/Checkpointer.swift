import Dispatch
import GRDBSQLite
import Glibc
import Synchronization

/// Moves a write-ahead log into its file beside the writer: PASSIVE, on a second connection and a queue of its own.
final class Checkpointer: Sendable {
  /// Written bytes after which the log is moved on, and the length at which the writer restarts it.
  private static let step = 16 << 20
  private static let long = 256 << 20
  /// Lengths at which the log is emptied when its connection closes: a longer one is read whole by whoever opens the file
  /// next, and one that is longer still takes too long to move.
  private static let emptied = (4 << 20)...(24 << 20)

  private struct State {
    var movedAt = 0
    var isRunning = false
  }

  private let path: String
  private let queue = DispatchQueue(label: "assay.store.checkpoint", qos: .utility)
  private let state = Mutex(State())

  init(path: String) { self.path = path }

  /// The log's length in bytes.
  private var logLength: Int {
    var status = stat()
    return stat(path + "-wal", &status) == 0 ? Int(status.st_size) : 0
  }

  var isLogLong: Bool { logLength >= Self.long }

  /// Whether the log is worth the while of emptying it before the connection closes.
  var isLogWorthEmptying: Bool { Self.emptied.contains(logLength) }

  /// Starts a checkpoint if enough was written since the last one, and none runs.
  func noteWrite() {
    let length = logLength
    let starts = state.withLock { state in
      // The log starts anew once all of it was moved, and is then written over from its beginning.
      if length < state.movedAt { state.movedAt = 0 }
      guard !state.isRunning, length - state.movedAt >= Self.step else { return false }
      state.isRunning = true
      state.movedAt = length
      return true
    }
    if starts { queue.async { self.checkpoint() } }
  }

  private func checkpoint() {
    defer { state.withLock { $0.isRunning = false } }
    var connection: OpaquePointer?
    defer { sqlite3_close_v2(connection) }
    // A failure costs nothing but a longer log: the next checkpoint tries again, and the writer tells of a full disk.
    guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK else {
      return
    }
    // A connection knows of the log only after it has read the file once.
    sqlite3_exec(connection, "PRAGMA wal_autocheckpoint = 0; SELECT count(*) FROM sqlite_master", nil, nil, nil)
    sqlite3_wal_checkpoint_v2(connection, "main", SQLITE_CHECKPOINT_PASSIVE, nil, nil)
  }

  /// Waits for a running checkpoint.
  func finish() async {
    await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
  }
}
