package import AssayColumns
import GRDBSQLite
import Glibc

/// A query over another SQLite file, which is opened for reading only.
package final class SQLiteReader: Sendable {
  private let connection: PrivateConnection

  /// The columns of the result: named by the query, made unique with `_2`, `_3` …; cells carry their own kinds.
  package let schema: DatasetSchema

  private init(connection: PrivateConnection, schema: DatasetSchema) {
    self.connection = connection
    self.schema = schema
  }

  /// Opens the file and prepares the query.
  /// - Throws: `cannotOpen` for a missing file, `notADatabase`, `locked`, `badQuery` for anything but one SELECT.
  package static func open(_ path: String, query: String) async throws(StoreFailure) -> SQLiteReader {
    if access(path, F_OK) != 0 {
      throw StoreFailure(.cannotOpen, path, "the file does not exist", advice: "check the path")
    }
    let connection = PrivateConnection(subject: path)
    let (name, flags) = readingName(path)
    try await connection.open(name, flags: flags) { state throws(StoreFailure) in
      // Opening reads nothing yet: this tells whether it is a database.
      try state.handle.rows("SELECT count(*) FROM sqlite_master")
      ReadOnlySQL.restrict(state.handle)
      state.rows = SQLRows(try ReadOnlySQL.prepare(query, on: state.handle))
    }
    let schema = try await connection.perform { state throws(StoreFailure) in state.rows?.schema ?? DatasetSchema() }
    return SQLiteReader(connection: connection, schema: schema)
  }

  /// A database with a write-ahead log needs files beside it, which a read-only folder does not take. Where no log is
  /// there, nobody writes, and the file can be read as it is.
  private static func readingName(_ path: String) -> (String, Int32) {
    if access(folderName(of: path), W_OK) == 0 || access(path + "-wal", F_OK) == 0 {
      return (path, SQLITE_OPEN_READONLY)
    }
    let safe = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    let encoded = path.utf8.map { byte in
      if safe.contains(byte) { return String(UnicodeScalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
    return ("file:\(encoded)?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
  }

  /// The next batch: 8,192 rows, or 8 MiB of text; nil after the last. Cancelling the task interrupts the query.
  package func next() async throws(StoreFailure) -> Batch? {
    try await connection.perform { state throws(StoreFailure) in try state.rows?.next() }
  }

  /// Stops the query from any thread.
  package func cancel() { connection.cancel() }
}
