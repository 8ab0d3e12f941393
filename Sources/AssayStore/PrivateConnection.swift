import Dispatch
import GRDBSQLite
import Synchronization

/// A connection of SQLite for one reader, on a queue of its own, that can be interrupted from any thread.
final class PrivateConnection: Sendable {
  private let queue: DispatchQueue
  private let subject: String
  private let confined = Confined()
  private let control = Mutex(Control())

  private struct Control: @unchecked Sendable {
    // Safe to send: SQLite allows sqlite3_interrupt from any thread while the connection is open, and the mutex is
    // held when it is called and when the connection is closed.
    var open: OpaquePointer?
    var isCancelled = false
  }

  /// What the queue's blocks use.
  final class State {
    let handle: SQLHandle
    /// Inputs of virtual tables, where the connection has them.
    var inputs: TableInputs?
    var rows: SQLRows?

    init(_ handle: SQLHandle) { self.handle = handle }
  }

  private final class Confined: @unchecked Sendable {
    // Safe to send because every use is in a block that `queue`, a serial queue, runs.
    var state: State?
  }

  init(subject: String) {
    self.subject = subject
    queue = DispatchQueue(label: "assay.sql")
  }

  deinit {
    let confined = confined
    let pointer = control.withLock { $0.open }
    let carried = Control(open: pointer)
    // The connection is closed where it was used.
    queue.async {
      confined.state = nil
      sqlite3_close_v2(carried.open)
    }
  }

  /// Runs `body` on the queue with the connection that `open` has made.
  func perform<T: Sendable>(
    _ body: @escaping @Sendable (State) throws(StoreFailure) -> T
  ) async throws(StoreFailure) -> T {
    let result: Result<T, StoreFailure> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async {
          continuation.resume(
            returning: Result { () throws(StoreFailure) -> T in
              if self.control.withLock({ $0.isCancelled }) { throw StoreFailure(.cancelled, self.subject, "cancelled") }
              guard let state = self.confined.state else {
                throw StoreFailure(.cannotOpen, self.subject, "the connection is closed")
              }
              return try body(state)
            })
        }
      }
    } onCancel: {
      cancel()
    }
    return try result.get()
  }

  /// Opens the connection and runs `setUp` on the queue.
  func open(
    _ path: String, flags: Int32, setUp: @escaping @Sendable (State) throws(StoreFailure) -> Void
  ) async throws(StoreFailure) {
    let result: Result<Void, StoreFailure> = await withCheckedContinuation { continuation in
      queue.async {
        continuation.resume(
          returning: Result { () throws(StoreFailure) in
            var pointer: OpaquePointer?
            let code = sqlite3_open_v2(path, &pointer, flags | SQLITE_OPEN_NOMUTEX, nil)
            guard code == SQLITE_OK, let pointer else {
              sqlite3_close_v2(pointer)
              throw .sqlite(code, String(cString: sqlite3_errstr(code)), path: self.subject)
            }
            let carried = Control(open: pointer)
            self.control.withLock { $0.open = carried.open }
            sqlite3_extended_result_codes(pointer, 1)
            sqlite3_busy_timeout(pointer, 10_000)
            _disableDoubleQuotedStringLiterals(pointer)
            let state = State(SQLHandle(pointer: pointer, subject: self.subject))
            self.confined.state = state
            try setUp(state)
          })
      }
    }
    try result.get()
  }

  /// Stops the running statement; later calls fail with `cancelled`.
  func cancel() {
    control.withLock { control in
      control.isCancelled = true
      if let open = control.open { sqlite3_interrupt(open) }
    }
  }
}
