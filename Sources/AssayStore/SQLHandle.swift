import GRDBSQLite

/// One value of a statement's parameter or result, for small statements.
enum SQLValue: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
  case null
  case integer(Int64)
  case decimal(Double)
  case text(String)
  case blob([UInt8])

  init(nilLiteral: ()) { self = .null }
  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int64) { self = .integer(value) }
  init(_ value: String?) { self = value.map { .text($0) } ?? .null }
  init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
  init(_ value: Double?) { self = value.map { .decimal($0) } ?? .null }

  var text: String? {
    switch self {
    case .null: nil
    case .integer(let value): String(value)
    case .decimal(let value): String(value)
    case .text(let value): value
    case .blob: nil
    }
  }

  /// The bytes of a blob or text; nil for other values.
  var bytes: [UInt8]? {
    switch self {
    case .blob(let bytes): bytes
    case .text(let text): Array(text.utf8)
    default: nil
    }
  }

  var integer: Int? {
    if case .integer(let value) = self { Int(value) } else { nil }
  }

  var decimal: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .decimal(let value): value
    default: nil
    }
  }
}

/// A raw connection of SQLite, and what it is called in errors. It does not own the connection.
struct SQLHandle {
  let pointer: OpaquePointer
  /// The file, or the step whose SQL it runs.
  let subject: String

  /// The failure that the connection's last call left behind.
  func failure(_ code: Int32? = nil) -> StoreFailure {
    let extended = sqlite3_extended_errcode(pointer)
    let message = String(cString: sqlite3_errmsg(pointer))
    return .sqlite(
      code ?? extended, message, path: subject, systemError: sqlite3_system_errno(pointer))
  }

  /// Runs statements that take no parameters; rows are passed over.
  func execute(_ sql: String) throws(StoreFailure) {
    let code = sqlite3_exec(pointer, sql, nil, nil, nil)
    if code != SQLITE_OK { throw failure() }
  }

  /// Compiles the first statement of a text.
  func prepare(_ sql: String) throws(StoreFailure) -> SQLStatement {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v2(pointer, sql, -1, &statement, nil)
    guard code == SQLITE_OK else { throw failure() }
    guard let statement else { throw StoreFailure(.badQuery, subject, "the SQL is empty") }
    return SQLStatement(statement, self)
  }

  /// Runs one statement and returns its rows.
  @discardableResult
  func rows(_ sql: String, _ values: [SQLValue] = []) throws(StoreFailure) -> [[SQLValue]] {
    let statement = try prepare(sql)
    statement.bind(values)
    var rows: [[SQLValue]] = []
    while try statement.step() { rows.append(statement.row()) }
    return rows
  }

  /// Runs `body` in one transaction that takes the write lock at its start; any error rolls back.
  func transaction<T>(_ body: () throws(StoreFailure) -> T) throws(StoreFailure) -> T {
    try execute("BEGIN IMMEDIATE")
    do throws(StoreFailure) {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      rollBack()
      throw error
    }
  }

  /// Ends an open transaction without its changes. A full disk may have done so already.
  func rollBack() {
    if sqlite3_get_autocommit(pointer) == 0 { sqlite3_exec(pointer, "ROLLBACK", nil, nil, nil) }
  }
}

/// A compiled statement, finalised with its last reference. It stays on its connection's queue.
final class SQLStatement {
  let pointer: OpaquePointer
  private let handle: SQLHandle

  init(_ pointer: OpaquePointer, _ handle: SQLHandle) {
    self.pointer = pointer
    self.handle = handle
  }

  deinit { sqlite3_finalize(pointer) }

  /// Binds the parameters from the first on.
  func bind(_ values: [SQLValue]) {
    // Transient: SQLite copies the text before the call returns.
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    for (place, value) in values.enumerated() {
      let index = Int32(place + 1)
      switch value {
      case .null: sqlite3_bind_null(pointer, index)
      case .integer(let number): sqlite3_bind_int64(pointer, index, number)
      case .decimal(let number): sqlite3_bind_double(pointer, index, number)
      case .blob(let bytes): sqlite3_bind_blob64(pointer, index, bytes, UInt64(bytes.count), transient)
      case .text(var text):
        text.withUTF8 { bytes in
          bytes.withMemoryRebound(to: CChar.self) { characters in
            _ = sqlite3_bind_text64(
              pointer, index, characters.baseAddress, UInt64(characters.count), transient, UInt8(SQLITE_UTF8))
          }
        }
      }
    }
  }

  /// Goes to the next row; false after the last one.
  func step() throws(StoreFailure) -> Bool {
    switch sqlite3_step(pointer) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw handle.failure()
    }
  }

  /// Runs the statement with these parameters to its end, ready to be run again.
  func run(_ values: [SQLValue] = []) throws(StoreFailure) {
    defer { sqlite3_reset(pointer) }
    bind(values)
    while try step() {}
  }

  /// Goes back to before the first row.
  func reset() { sqlite3_reset(pointer) }

  /// The current row's values.
  func row() -> [SQLValue] {
    (0..<sqlite3_column_count(pointer)).map { column in
      switch sqlite3_column_type(pointer, column) {
      case SQLITE_NULL: .null
      case SQLITE_INTEGER: .integer(sqlite3_column_int64(pointer, column))
      case SQLITE_FLOAT: .decimal(sqlite3_column_double(pointer, column))
      case SQLITE_BLOB:
        .blob(
          Array(
            UnsafeRawBufferPointer(
              start: sqlite3_column_blob(pointer, column), count: Int(sqlite3_column_bytes(pointer, column)))))
      default:
        .text(
          String(
            decoding: UnsafeBufferPointer(
              start: sqlite3_column_text(pointer, column), count: Int(sqlite3_column_bytes(pointer, column))),
            as: UTF8.self))
      }
    }
  }
}
