import GRDBSQLite

/// Guards for SQL that users write: one statement, that reads, and nothing else.
enum ReadOnlySQL {
  /// From now on the connection reads tables and calls functions, and refuses all else: ATTACH, PRAGMA, changes.
  static func restrict(_ handle: SQLHandle) {
    // SQLite makes these tables where they are first named, and asks for leave to write its schema meanwhile.
    var statement: OpaquePointer?
    sqlite3_prepare_v2(handle.pointer, "SELECT 1 FROM json_each('[]'), json_tree('[]')", -1, &statement, nil)
    sqlite3_finalize(statement)
    sqlite3_set_authorizer(
      handle.pointer,
      { _, action, _, name, _, _ in
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return SQLITE_OK
        case SQLITE_FUNCTION:
          let function = name.map { String(cString: $0).lowercased() } ?? ""
          return function == "load_extension" || function == "fts3_tokenizer" ? SQLITE_DENY : SQLITE_OK
        default: return SQLITE_DENY
        }
      }, nil)
  }

  static func unrestrict(_ handle: SQLHandle) { sqlite3_set_authorizer(handle.pointer, nil, nil) }

  /// Compiles a text that must be one reading statement.
  /// - Throws: `badQuery` with SQLite's message, or for several statements, or one that does not read.
  static func prepare(_ sql: String, on handle: SQLHandle) throws(StoreFailure) -> SQLStatement {
    if sql.utf8.contains(0) { throw StoreFailure(.badQuery, handle.subject, "the SQL holds a NUL character") }
    var first: OpaquePointer?
    var second: OpaquePointer?
    let code = sql.withCString { text -> Int32 in
      var rest: UnsafePointer<CChar>?
      let code = sqlite3_prepare_v2(handle.pointer, text, -1, &first, &rest)
      // Comments and stray semicolons compile to nothing.
      while code == SQLITE_OK, second == nil, let tail = rest, tail.pointee != 0 {
        let tailCode = sqlite3_prepare_v2(handle.pointer, tail, -1, &second, &rest)
        if tailCode != SQLITE_OK { return tailCode }
      }
      return code
    }
    defer { sqlite3_finalize(second) }
    guard code == SQLITE_OK else {
      defer { sqlite3_finalize(first) }
      if code & 0xFF == SQLITE_AUTH {
        throw StoreFailure(
          .badQuery, handle.subject, "the SQL may only read its inputs",
          advice: "write one SELECT, without ATTACH, PRAGMA or changes")
      }
      throw handle.failure()
    }
    guard let first else { throw StoreFailure(.badQuery, handle.subject, "the SQL is empty", advice: "write a SELECT") }
    let statement = SQLStatement(first, handle)
    if second != nil {
      throw StoreFailure(
        .badQuery, handle.subject, "the SQL is more than one statement", advice: "keep one SELECT")
    }
    if sqlite3_stmt_readonly(first) == 0 || sqlite3_column_count(first) == 0 || sqlite3_stmt_isexplain(first) != 0 {
      throw StoreFailure(
        .badQuery, handle.subject, "the SQL is not a SELECT", advice: "write one SELECT over the step's inputs")
    }
    return statement
  }
}
