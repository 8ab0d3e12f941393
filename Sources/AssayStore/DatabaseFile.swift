import CAssay
import Dispatch
import GRDB
import GRDBSQLite
import Glibc

/// One SQLite file with this process's one writing connection to it: the store itself, or the file of an output.
///
/// All work runs on the connection's own queue, in the order in which it is asked for, and is never cancelled half
/// way: a task that is cancelled still gets the result.
final class DatabaseFile: Sendable {
  let path: String
  private let queue: DatabaseQueue
  private let connection: Confined
  private let checkpointer: Checkpointer?

  /// The connection's state, used on `queue` alone.
  private final class Confined: @unchecked Sendable {
    // Safe to send because every use is in a block that `queue`, a serial queue, runs.
    var state: FileConnection?
  }

  /// Opens or creates the file and waits on nothing but the disk. Call it where blocking is allowed.
  /// - Parameters:
  ///   - keepsJournal: leave an existing file's way of journaling alone, and give a new one SQLite's default: for
  ///     files that other programs own. Otherwise the file is in WAL mode.
  ///   - creates: whether a file that is not there is made; otherwise it is refused as `cannotOpen`.
  ///   - patience: how long to wait for other processes' locks before an operation fails as `locked`.
  init(path: String, keepsJournal: Bool, creates: Bool, patience: Duration) throws(StoreFailure) {
    self.path = path
    try Self.checkPlace(path, creates: creates)
    var configuration = Configuration()
    let (seconds, attoseconds) = patience.components
    configuration.busyMode = .timeout(Double(seconds) + Double(attoseconds) / 1e18)
    configuration.foreignKeysEnabled = false
    configuration.label = "assay.store"
    configuration.prepareDatabase { database in
      guard let pointer = database.sqliteConnection else { return }
      try Self.prepare(SQLHandle(pointer: pointer, subject: path), keepsJournal: keepsJournal)
    }
    let queue: DatabaseQueue
    let confined = Confined()
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { database in
        guard let pointer = database.sqliteConnection else { return }
        confined.state = try FileConnection(SQLHandle(pointer: pointer, subject: path))
      }
    } catch let failure as StoreFailure {
      throw failure
    } catch let error as DatabaseError {
      let code = error.extendedResultCode.rawValue
      throw .sqlite(code, error.message ?? "SQLite error \(code)", path: path, systemError: Self.spaceError(code, path))
    } catch {
      throw StoreFailure(.inputOutput, path, "\(error)")
    }
    self.queue = queue
    connection = confined
    checkpointer = keepsJournal ? nil : Checkpointer(path: path)
  }

  private static func checkPlace(_ path: String, creates: Bool) throws(StoreFailure) {
    var status = stat()
    if stat(folderName(of: path), &status) != 0 { throw .unopened(path, "") }
    let exists = stat(path, &status) == 0
    if !exists, !creates { throw .missing(path) }
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw .unopened(path, "") }
    if access(exists ? path : folderName(of: path), W_OK) != 0 { throw .unopened(path, "") }
  }

  /// `ENOSPC` where opening failed with an input/output error and the disk is full: SQLite tells that in no other way.
  private static func spaceError(_ code: Int32, _ path: String) -> Int32 {
    guard code & 0xFF == SQLITE_IOERR || code & 0xFF == SQLITE_CANTOPEN else { return 0 }
    var space = statvfs()
    guard statvfs(folderName(of: path), &space) == 0 else { return 0 }
    return space.f_bavail < 16 ? ENOSPC : 0
  }

  private static func prepare(_ handle: SQLHandle, keepsJournal: Bool) throws(StoreFailure) {
    try handle.execute("PRAGMA page_size = 16384; PRAGMA temp_store = MEMORY")
    if sqlite3_db_readonly(handle.pointer, "main") == 1 {
      throw .sqlite(SQLITE_READONLY, "", path: handle.subject)
    }
    if keepsJournal { return }
    let mode = try handle.rows("PRAGMA journal_mode = WAL")
    guard mode == [["wal"]] else {
      throw StoreFailure(
        .cannotOpen, handle.subject, "its file system does not allow SQLite's write-ahead log",
        advice: "keep the store on a local disk, with --store")
    }
    // Some systems build SQLite so that it overwrites what is deleted, and a replaced table would be written once more
    // to be dropped. FAST overwrites only where that costs no writing.
    try handle.execute(
      """
      PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32768;
      PRAGMA secure_delete = FAST
      """)
    _ = assay_sqlite_set_option(
      UnsafeMutableRawPointer(handle.pointer), Int32(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE), 1)
  }

  /// Runs `body` on the connection's queue, outside of any transaction.
  @discardableResult
  func perform<T: Sendable>(
    _ body: @escaping @Sendable (FileConnection) throws(StoreFailure) -> T
  ) async throws(StoreFailure) -> T {
    let result: Result<T, StoreFailure> = await withCheckedContinuation { continuation in
      queue.asyncWriteWithoutTransaction { [connection, path] _ in
        continuation.resume(
          returning: Result { () throws(StoreFailure) -> T in
            guard let state = connection.state else {
              throw StoreFailure(.cannotOpen, path, "the file was closed")
            }
            defer { state.handle.rollBack() }
            return try body(state)
          })
      }
    }
    checkpointer?.noteWrite()
    return try result.get()
  }

  /// Runs `body` in one transaction that takes the write lock at its start.
  @discardableResult
  func transaction<T: Sendable>(
    _ body: @escaping @Sendable (SQLHandle) throws(StoreFailure) -> T
  ) async throws(StoreFailure) -> T {
    try await perform { connection throws(StoreFailure) in
      try connection.handle.transaction { () throws(StoreFailure) in try body(connection.handle) }
    }
  }

  /// Keeps the write-ahead log short between the chunks of a load: restarts it once it is long.
  func keepLogShort() async throws(StoreFailure) {
    guard let checkpointer, checkpointer.isLogLong else { return }
    try await perform { connection throws(StoreFailure) in
      // Busy readers are no failure: the log is restarted after a later chunk.
      sqlite3_wal_checkpoint_v2(connection.handle.pointer, "main", SQLITE_CHECKPOINT_RESTART, nil, nil)
    }
  }

  /// Ends the connection after the work already asked for. Later work fails.
  func close() async {
    await checkpointer?.finish()
    await withCheckedContinuation { continuation in
      queue.asyncWriteWithoutTransaction { [connection, checkpointer] _ in
        if let handle = connection.state?.handle, checkpointer?.isLogWorthEmptying == true {
          // Who else has the file open keeps the log; nobody is waited for.
          sqlite3_busy_timeout(handle.pointer, 0)
          sqlite3_wal_checkpoint_v2(handle.pointer, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        }
        connection.state = nil
        continuation.resume()
      }
    }
    try? queue.close()
  }
}
