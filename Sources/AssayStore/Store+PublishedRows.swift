extension Store {
  /// The rows that a table will have once stages are published to it, in their order; read before that happens.
  ///
  /// All items have one table and one file. Columns are the table's own, then those that stages bring along.
  /// - Throws: what opening the file throws.
  package func publishedRows(_ items: [TablePublish]) async throws(StoreFailure) -> SQLiteReader? {
    guard let first = items.first else { return nil }
    let database = try await database(at: first.stage.path, creates: false)
    let sql = try await database.perform { connection throws(StoreFailure) in
      try Self.publishedQuery(items, connection.handle)
    }
    guard let sql else { return nil }
    return try await SQLiteReader.open(database.path, query: sql)
  }

  /// The rows of a table of the store as it stands.
  /// - Throws: `badTable` where there is no such table; what opening the file throws.
  package func publishedRows(of table: String) async throws(StoreFailure) -> SQLiteReader {
    let database = try await database(at: nil, creates: false)
    let names = try await database.perform { connection throws(StoreFailure) in
      try connection.handle.rows("SELECT name FROM pragma_table_info(?)", [.text(table)]).compactMap { $0.first?.text }
    }
    if names.isEmpty {
      throw StoreFailure(
        .badTable, database.path, "there is no table '\(table)'",
        advice: "publish it first, by an output of this pipeline or of another")
    }
    return try await SQLiteReader.open(database.path, query: "SELECT \(Self.list(names)) FROM main.\(quoted(table))")
  }

  /// The query that tells what publishing leads to; nil where there is no table and no stage has columns.
  private static func publishedQuery(_ items: [TablePublish], _ handle: SQLHandle) throws(StoreFailure) -> String? {
    func columns(_ table: String) throws(StoreFailure) -> [String] {
      try handle.rows("SELECT name FROM pragma_table_info(?)", [.text(table)]).compactMap { $0.first?.text }
    }
    let table = items[0].table
    var names = try columns(table)
    var query: String? = names.isEmpty ? nil : "SELECT \(list(names)) FROM main.\(quoted(table))"
    for item in items where item.stage.hasTable {
      let staged = try columns(item.stage.table)
      if case .replace = item.mode {
        names = staged
        query = "SELECT \(list(names)) FROM main.\(quoted(item.stage.table))"
        continue
      }
      let known = Set(names.map { folded($0) })
      let grown = names + staged.filter { !known.contains(folded($0)) }
      let own = Set(staged.map { folded($0) })
      let added = grown.map { own.contains(folded($0)) ? quoted($0) : "NULL AS \(quoted($0))" }.joined(separator: ", ")
      var fresh = "SELECT \(added) FROM main.\(quoted(item.stage.table))"
      var kept = query.map { "SELECT \(list(names, of: grown)) FROM (\($0)) AS _assay_before" }
      if case .upsert(let key) = item.mode {
        let keys = list(key)
        let same = key.map { "_assay_stage.\(quoted($0)) IS _assay_before.\(quoted($0))" }.joined(separator: " AND ")
        kept = kept.map {
          $0 + " WHERE NOT EXISTS (SELECT 1 FROM main.\(quoted(item.stage.table)) AS _assay_stage WHERE \(same))"
        }
        // Of rows with one key the last wins.
        fresh += " WHERE rowid IN (SELECT max(rowid) FROM main.\(quoted(item.stage.table)) GROUP BY \(keys))"
      }
      query = [kept, fresh].compactMap { $0 }.joined(separator: " UNION ALL ")
      names = grown
    }
    return query
  }

  private static func list(_ names: [String]) -> String { names.map { quoted($0) }.joined(separator: ", ") }

  /// Names that are there, and nulls under those that are not.
  private static func list(_ names: [String], of all: [String]) -> String {
    all.enumerated().map { $0.offset < names.count ? quoted($0.element) : "NULL AS \(quoted($0.element))" }
      .joined(separator: ", ")
  }
}
