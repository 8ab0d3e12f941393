import AssayColumns

/// How many columns a table may have in a SQLite built with its defaults.
let columnLimit = 2_000

/// A name as an SQL identifier, whatever characters it has.
func quoted(_ name: String) -> String {
  "\"" + name.replacing("\"", with: "\"\"") + "\""
}

/// A name as SQLite compares it: ASCII letters without their case.
func folded(_ name: String) -> String {
  String(decoding: name.utf8.map { $0 &- 65 < 26 ? $0 | 0x20 : $0 }, as: UTF8.self)
}

/// The type with which a column of a field is declared: empty where its type is not known.
func declaredType(_ field: Field) -> String {
  switch field.type {
  case .integer, .boolean: "INTEGER"
  case .decimal: "REAL"
  case .text, .date, .datetime: "TEXT"
  case nil: ""
  }
}

/// Refuses names that cannot stand side by side in one table of SQLite.
/// - Throws: `badColumns` for no column or more than 2,000, an empty name, a NUL in a name, or two names that differ
///   in case alone.
func checkColumns(_ names: [String], of subject: String) throws(StoreFailure) {
  if names.isEmpty {
    throw StoreFailure(.badColumns, subject, "there are no columns, and a table needs one")
  }
  if names.count > columnLimit {
    throw StoreFailure(
      .badColumns, subject, "\(names.count) columns, and SQLite holds at most 2,000 in a table",
      advice: "keep fewer with a select step, or write a csv or jsonl output")
  }
  var seen: [String: String] = [:]
  for name in names {
    if name.utf8.contains(0) {
      throw StoreFailure(
        .badColumns, subject, "the column name \(name.debugDescription) holds a NUL character",
        advice: "rename it with a select step")
    }
    if let earlier = seen.updateValue(name, forKey: folded(name)) {
      throw StoreFailure(
        .badColumns, subject, "SQLite does not tell the columns '\(earlier)' and '\(name)' apart",
        advice: "rename one of them with a select step")
    }
  }
}

/// Columns as in CREATE TABLE: quoted names with their types.
func columnDeclarations(_ fields: [Field]) -> String {
  fields.map { field in
    let type = declaredType(field)
    return type.isEmpty ? quoted(field.name) : "\(quoted(field.name)) \(type)"
  }.joined(separator: ", ")
}
