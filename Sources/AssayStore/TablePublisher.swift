/// Makes a stage part of its table, within an open transaction of the file that holds both.
///
/// The connection must have `legacy_alter_table` on, so that renaming leaves views and other tables' triggers alone.
struct TablePublisher {
  let handle: SQLHandle

  private struct TableColumn {
    var name: String
    var type: String
    /// The column's place in the primary key from 1, or 0.
    var keyPlace: Int
  }

  /// Publishes one stage; the stage is gone afterwards. A stage without a table changes nothing.
  /// - Parameter oldName: the name that a replaced table gets until it is dropped.
  func publish(_ item: TablePublish, oldName: String) throws(StoreFailure) {
    guard item.stage.hasTable else { return }
    let existing = try existingTable(item.table)
    switch item.mode {
    case .replace:
      try replace(item, existing: existing, oldName: oldName)
    case .append:
      guard let existing else { return try rename(item.stage.table, to: item.table) }
      let columns = try addMissingColumns(of: item.stage.table, to: existing)
      try insert(columns, from: item.stage.table, into: existing, ending: "")
      try drop(item.stage.table)
    case .upsert(let key):
      try upsert(item, existing: existing, key: key)
    }
  }

  func drop(_ table: String) throws(StoreFailure) {
    try handle.execute("DROP TABLE IF EXISTS main.\(quoted(table))")
  }

  /// The table of a name, whatever its case, as it is written.
  private func existingTable(_ table: String) throws(StoreFailure) -> String? {
    let found = try handle.rows(
      "SELECT type, name FROM main.sqlite_master WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')",
      [.text(table)])
    guard let first = found.first else { return nil }
    if first[0] == "view" {
      throw StoreFailure(
        .badTable, handle.subject, "'\(table)' is a view, and rows can only be published to a table",
        advice: "name another table")
    }
    return first[1].text
  }

  private func rename(_ old: String, to new: String) throws(StoreFailure) {
    try handle.execute("ALTER TABLE main.\(quoted(old)) RENAME TO \(quoted(new))")
  }

  private func columns(of table: String) throws(StoreFailure) -> [TableColumn] {
    try handle.rows("SELECT name, type, pk FROM pragma_table_info(?)", [.text(table)]).map {
      TableColumn(name: $0[0].text ?? "", type: $0[1].text ?? "", keyPlace: $0[2].integer ?? 0)
    }
  }

  // MARK: replace

  private func replace(_ item: TablePublish, existing: String?, oldName: String) throws(StoreFailure) {
    guard let existing else { return try rename(item.stage.table, to: item.table) }
    let kept = try handle.rows(
      """
      SELECT type, name, sql FROM main.sqlite_master
      WHERE tbl_name = ? COLLATE NOCASE AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid
      """, [.text(existing)])
    // Names of indexes and triggers are the file's, so the old ones go before the new ones come.
    for object in kept {
      try handle.execute("DROP \(object[0].text ?? "INDEX") main.\(quoted(object[1].text ?? ""))")
    }
    try rename(existing, to: oldName)
    try rename(item.stage.table, to: item.table)
    for object in kept {
      let name = object[1].text ?? ""
      // An upsert's index serves upserts alone, and comes back with the next one.
      if name.hasPrefix(Self.keyPrefix) { continue }
      do throws(StoreFailure) {
        try handle.execute(object[2].text ?? "")
      } catch {
        throw StoreFailure(
          error.code == .diskFull ? .diskFull : .rejectedRows, handle.subject,
          "the \(object[0].text ?? "index") '\(name)' of table '\(item.table)' does not fit the new rows: "
            + error.problem, advice: "drop it, or publish rows that fit")
      }
    }
  }

  // MARK: append and upsert

  /// Adds the stage's columns that the table lacks, and returns the stage's columns.
  private func addMissingColumns(of stage: String, to table: String) throws(StoreFailure) -> [String] {
    let known = Set(try columns(of: table).map { folded($0.name) })
    let staged = try columns(of: stage)
    for column in staged where !known.contains(folded(column.name)) {
      try handle.execute("ALTER TABLE main.\(quoted(table)) ADD COLUMN \(quoted(column.name)) \(column.type)")
    }
    return staged.map(\.name)
  }

  /// Refuses texts such as `01` for a column that holds numbers: SQLite would make them numbers, and their zeros, with
  /// which they may be keys, would be gone.
  private func refuseCodes(
    among columns: [String], from stage: String, into table: String
  ) throws(StoreFailure) {
    let types = Dictionary(try self.columns(of: table).map { (folded($0.name), $0.type.uppercased()) }) { first, _ in
      first
    }
    for name in columns where Self.isNumeric(types[folded(name)] ?? "") {
      let column = quoted(name)
      let found = try handle.rows(
        """
        SELECT \(column) FROM main.\(quoted(stage)) WHERE typeof(\(column)) = 'text'
        AND \(column) GLOB '0[0-9]*' AND \(column) NOT GLOB '*[^0-9]*' LIMIT 1
        """)
      guard let code = found.first?.first?.text else { continue }
      throw StoreFailure(
        .rejectedRows, handle.subject,
        "the column '\(name)' of table '\(table)' holds numbers, and '\(code)' would lose its zeros there",
        advice: "declare the column as text under 'columns' of its source and publish once with mode: replace")
    }
  }

  /// Whether a column of a declared type turns texts that look like numbers into numbers (SQLite's type affinity).
  private static func isNumeric(_ type: String) -> Bool {
    if type.contains("INT") { return true }
    if type.isEmpty || ["CHAR", "CLOB", "TEXT", "BLOB"].contains(where: { type.contains($0) }) { return false }
    return true
  }

  private func insert(
    _ columns: [String], from stage: String, into table: String, ending: String
  ) throws(StoreFailure) {
    try refuseCodes(among: columns, from: stage, into: table)
    let names = columns.map { quoted($0) }.joined(separator: ", ")
    do throws(StoreFailure) {
      // WHERE true keeps the parser from reading ON CONFLICT as a join's condition.
      try handle.execute(
        """
        INSERT INTO main.\(quoted(table)) (\(names))
        SELECT \(names) FROM main.\(quoted(stage)) WHERE true ORDER BY rowid\(ending)
        """)
    } catch {
      guard error.code == .rejectedRows else { throw error }
      throw StoreFailure(
        .rejectedRows, handle.subject, "table '\(table)' does not accept the rows: \(error.problem)",
        advice: "correct the rows, or the table")
    }
  }

  private func upsert(_ item: TablePublish, existing: String?, key: [String]) throws(StoreFailure) {
    let staged = try columns(of: item.stage.table)
    let places = Set(staged.map { folded($0.name) })
    if key.isEmpty { throw StoreFailure(.badColumns, handle.subject, "an upsert to '\(item.table)' needs a key") }
    for name in key where !places.contains(folded(name)) {
      throw StoreFailure(
        .badColumns, handle.subject, "the key column '\(name)' of table '\(item.table)' is not in the rows",
        advice: "the columns are \(staged.map(\.name).joined(separator: ", "))")
    }
    let condition = key.map { "\(quoted($0)) IS NULL" }.joined(separator: " OR ")
    let nulls = try handle.rows("SELECT count(*) FROM main.\(quoted(item.stage.table)) WHERE \(condition)")
    if let count = nulls.first?.first?.integer, count > 0 {
      throw StoreFailure(
        .rejectedRows, handle.subject,
        "\(count) rows for table '\(item.table)' have no value in their key (\(key.joined(separator: ", ")))",
        advice: "filter them out, or check the key with not_null")
    }
    let table = existing ?? item.table
    if existing == nil {
      let declarations = staged.map { "\(quoted($0.name)) \($0.type)" }.joined(separator: ", ")
      try handle.execute("CREATE TABLE main.\(quoted(table)) (\(declarations))")
    }
    let names = try addMissingColumns(of: item.stage.table, to: table)
    try ensureUnique(key, of: table)
    let keys = Set(key.map(folded))
    let updates = names.filter { !keys.contains(folded($0)) }.map { "\(quoted($0)) = excluded.\(quoted($0))" }
    let target = key.map { quoted($0) }.joined(separator: ", ")
    try insert(
      names, from: item.stage.table, into: table,
      ending: " ON CONFLICT (\(target)) DO "
        + (updates.isEmpty ? "NOTHING" : "UPDATE SET \(updates.joined(separator: ", "))"))
    try drop(item.stage.table)
  }

  private static let keyPrefix = "_assay_key_"

  /// Makes sure that SQLite knows the key as unique.
  private func ensureUnique(_ key: [String], of table: String) throws(StoreFailure) {
    let wanted = Set(key.map(folded))
    let primary = try columns(of: table).filter { $0.keyPlace > 0 }.map { folded($0.name) }
    if Set(primary) == wanted { return }
    let indexes = try handle.rows(
      "SELECT name FROM pragma_index_list(?) WHERE \"unique\" = 1 AND partial = 0", [.text(table)])
    for index in indexes {
      let columns = try handle.rows("SELECT name FROM pragma_index_info(?)", [index[0]])
      if columns.count == wanted.count, Set(columns.map { folded($0[0].text ?? "") }) == wanted { return }
    }
    let name = Self.keyPrefix + table + "_" + key.joined(separator: "_")
    do throws(StoreFailure) {
      let columns = key.map { quoted($0) }.joined(separator: ", ")
      try handle.execute("CREATE UNIQUE INDEX main.\(quoted(name)) ON \(quoted(table)) (\(columns))")
    } catch {
      guard error.code == .rejectedRows else { throw error }
      throw StoreFailure(
        .rejectedRows, handle.subject,
        "table '\(table)' already has several rows with one key (\(key.joined(separator: ", ")))",
        advice: "remove the repeated rows, or name a longer key")
    }
  }
}
