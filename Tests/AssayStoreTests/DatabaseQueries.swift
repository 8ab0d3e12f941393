import GRDB

/// All rows of a query over a file, cells as text, `NULL` for nulls, joined by `|`.
func query(_ path: String, _ sql: String) throws -> [String] {
  let queue = try DatabaseQueue(path: path)
  return try queue.read { database in
    try Row.fetchAll(database, sql: sql).map { row in
      row.databaseValues.map { $0.isNull ? "NULL" : "\($0.storage.value ?? "")" }.joined(separator: "|")
    }
  }
}

func execute(_ path: String, _ sql: String) throws {
  try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
}

/// Holds the write lock of a file until it is released.
final class Holder {
  private let queue: DatabaseQueue

  init(_ path: String) throws {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
  }

  func release() throws { try queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") } }
}

/// All cells of a table in the order of its rows, so that kinds and bits can be compared: texts in quotes, decimals as
/// `real` and their bits.
func storedCells(_ path: String, _ table: String) throws -> [[String]] {
  let queue = try DatabaseQueue(path: path)
  return try queue.read { database in
    try Row.fetchAll(database, sql: "SELECT * FROM \"\(table)\" ORDER BY rowid").map { row in
      row.databaseValues.map { value in
        switch value.storage {
        case .null: "NULL"
        case .int64(let number): "\(number)"
        case .double(let number): "real \(number.bitPattern)"
        case .string(let text): "'\(text)'"
        case .blob: "blob"
        }
      }
    }
  }
}
