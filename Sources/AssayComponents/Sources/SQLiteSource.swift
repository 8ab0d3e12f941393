internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayFormats
internal import AssayStore
internal import Glibc

/// Rows of a query over a SQLite file.
package struct SQLiteSource: Source, Component {
  var path = ""
  var query: String?
  var table: String?

  package static let schema = Schema(
    "sqlite", SQLiteSource(), summary: "Reads a table, or a query, of a SQLite file.",
    details: "The file is opened for reading only. Values keep SQLite's kinds.",
    keys: [
      Key("path", \.path, required: true, "The file, relative to the pipeline file."),
      Key("table", \.table, "The table that is read whole."),
      Key("query", \.query, "One SELECT, in place of `table`."),
    ],
    rules: [
      Rule("query") { $0.query != nil && $0.table != nil ? "'table' and 'query' exclude each other" : nil },
      Rule("path") { $0.query == nil && $0.table == nil ? "'sqlite' needs 'table' or 'query'" : nil },
    ],
    examples: [
      "type: sqlite\npath: legacy.db\nquery: SELECT id, name FROM customers WHERE active",
      "type: sqlite\npath: legacy.db\ntable: customers",
    ],
    faults: [
      FaultExample("type: sqlite\npath: a.db\ntable: x\n⟪query: SELECT 1", "'table' and 'query' exclude each other")
    ])

  package var file: String? { path }

  package func read(into rows: SourceWriter, _ context: NodeContext) async throws {
    let file = context.run.path(path)
    if access(file, F_OK) != 0 { throw RunFailure("there is no file '\(path)'") }
    let statement = query ?? "SELECT * FROM \(quotedSQL(table ?? ""))"
    let reader = try await SQLiteReader.open(file, query: statement)
    try rows.requireDeclared(in: reader.schema.names)
    while let batch = try await reader.next() {
      try await rows.write(
        DecodedRows(names: batch.schema.names, columns: batch.columns, rowCount: batch.rowCount), reading: .own)
    }
    if rows.isEmpty {
      let empty = reader.schema.names.map { _ in Column.nulls(count: 0) }
      try await rows.write(DecodedRows(names: reader.schema.names, columns: empty, rowCount: 0), reading: .own)
    }
  }
}

/// A name as SQL writes it, whatever is in it.
func quotedSQL(_ name: String) -> String {
  "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}
