package import AssayColumns
import GRDBSQLite

/// A `sql` step at work: one SELECT over named inputs, in a private database, batch by batch.
///
/// A query that scans its inputs once reads the batches where they are. One that scans several times (a join, a
/// self-join, a correlated subquery) gets its inputs as tables of a temporary database, where SQLite builds the
/// indexes that it needs.
package final class SQLWorkspace: Sendable {
  private let connection: PrivateConnection

  /// The columns of the result: named by the query, made unique with `_2`, `_3` …; cells carry their own kinds.
  package let schema: DatasetSchema

  private init(connection: PrivateConnection, schema: DatasetSchema) {
    self.connection = connection
    self.schema = schema
  }

  /// Prepares a query. Its inputs must be complete.
  /// - Parameters:
  ///   - step: what errors name.
  ///   - inputs: the datasets with the names by which the query knows them; `published.t` is the table `t` of a schema
  ///     `published`.
  /// - Throws: `badQuery` with SQLite's message, also for anything but one SELECT; `badColumns` for inputs that SQLite
  ///   cannot hold in a table, such as those without columns.
  package static func prepare(
    step: String, query: String, inputs: [(name: String, rows: any BatchSequence)]
  ) async throws(StoreFailure) -> SQLWorkspace {
    let connection = PrivateConnection(subject: step)
    // The empty name is a private database on disk, in memory as long as it fits the cache.
    try await connection.open("", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) { state throws(StoreFailure) in
      // SQLite sorts as much at once as its cache holds, and twice as fast what a core's own cache holds too.
      try state.handle.execute(
        """
        PRAGMA page_size = 16384; PRAGMA cache_size = -4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
        PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE
        """)
      state.inputs = try ColumnsTable.register(on: state.handle)
    }
    let schema = try await connection.perform { state throws(StoreFailure) in
      let statement = try compile(query, inputs, state)
      let rows = SQLRows(statement)
      state.rows = rows
      return rows.schema
    }
    return SQLWorkspace(connection: connection, schema: schema)
  }

  /// The next batch of the result: 8,192 rows, or 8 MiB of text; nil after the last. Cancelling the task interrupts
  /// the query.
  package func next() async throws(StoreFailure) -> Batch? {
    try await connection.perform { state throws(StoreFailure) in
      do throws(StoreFailure) {
        return try state.rows?.next()
      } catch {
        throw state.inputs?.failure ?? error
      }
    }
  }

  /// Stops the query from any thread: `next` fails with `cancelled`.
  package func cancel() { connection.cancel() }

  private static func compile(
    _ query: String, _ inputs: [(name: String, rows: any BatchSequence)], _ state: PrivateConnection.State
  ) throws(StoreFailure) -> SQLStatement {
    let handle = state.handle
    guard let tables = state.inputs else { throw StoreFailure(.badQuery, handle.subject, "no inputs") }
    var names: [String: String] = [:]
    var shown: [TableInput] = []
    if inputs.contains(where: { place(of: $0.name).schema == publishedSchema }) {
      try handle.execute("ATTACH '' AS \(publishedSchema); PRAGMA \(publishedSchema).journal_mode = OFF")
    }
    for input in inputs {
      if input.rows.schema.count == 0 {
        let cause = input.rows.rowCount == 0 ? "it has no rows" : "its rows have no values"
        throw StoreFailure(
          .badColumns, handle.subject, "the dataset '\(input.name)' has no columns because \(cause)",
          advice: "declare them under 'columns' of the source")
      }
      try checkColumns(input.rows.schema.names, of: "\(handle.subject): input '\(input.name)'")
      if let other = names.updateValue(input.name, forKey: folded(input.name)) {
        throw StoreFailure(
          .badTable, handle.subject, "SQLite does not tell the inputs '\(other)' and '\(input.name)' apart",
          advice: "rename one of them")
      }
      let table = TableInput(input.rows)
      shown.append(table)
      try handle.execute(
        "CREATE VIRTUAL TABLE \(place(of: input.name).text) USING \(ColumnsTable.moduleName)(\(tables.add(table)))")
    }
    ReadOnlySQL.restrict(handle)
    let statement = try ReadOnlySQL.prepare(query, on: handle)
    if try explain(statement, "EXPLAIN", handle).count(where: { $0.count > 1 && $0[1] == "VOpen" }) <= 1 {
      return statement
    }
    ReadOnlySQL.unrestrict(handle)
    // From here on the cache holds tables, which are read at random.
    try handle.execute("PRAGMA cache_size = -65536")
    ReadOnlySQL.restrict(handle)
    for (input, table) in zip(inputs, shown) { try load(input.name, table, tables, handle) }
    let loaded = try ReadOnlySQL.prepare(query, on: handle)
    // SQLite indexes what it joins by itself, but not within a correlated subquery, which would be quadratic.
    let plan = try explain(loaded, "EXPLAIN QUERY PLAN", handle)
    if plan.contains(where: { $0.last?.text?.hasPrefix("CORRELATED") == true }) {
      for (input, table) in zip(inputs, shown) { try index(input.name, table, handle) }
      return try ReadOnlySQL.prepare(query, on: handle)
    }
    return loaded
  }

  /// Replaces a virtual table by a table with its rows.
  private static func load(
    _ name: String, _ input: TableInput, _ tables: TableInputs, _ handle: SQLHandle
  ) throws(StoreFailure) {
    ReadOnlySQL.unrestrict(handle)
    defer { ReadOnlySQL.restrict(handle) }
    let feed = "temp._assay_feed"
    let table = place(of: name).text
    try handle.execute("DROP TABLE \(table)")
    try handle.execute("CREATE VIRTUAL TABLE \(feed) USING \(ColumnsTable.moduleName)(\(tables.add(input)))")
    try handle.execute("CREATE TABLE \(table) (\(columnDeclarations(input.fields)))")
    do throws(StoreFailure) {
      try handle.execute("INSERT INTO \(table) SELECT * FROM \(feed)")
    } catch {
      throw tables.failure ?? error
    }
    try handle.execute("DROP TABLE \(feed)")
  }

  /// Indexes the columns that the query compares.
  private static func index(_ name: String, _ table: TableInput, _ handle: SQLHandle) throws(StoreFailure) {
    ReadOnlySQL.unrestrict(handle)
    defer { ReadOnlySQL.restrict(handle) }
    for column in table.comparedColumns.sorted() {
      let index = quoted("_assay_\(name)_\(column)")
      let own = place(of: name)
      try handle.execute(
        "CREATE INDEX \(own.schema).\(index) ON \(quoted(own.name)) (\(quoted(table.fields[column].name)))")
    }
  }

  private static let publishedSchema = "published"

  /// Where an input's table stands.
  private static func place(of input: String) -> (schema: String, name: String, text: String) {
    let prefix = publishedSchema + "."
    let isPublished = input.hasPrefix(prefix)
    let (schema, name) = isPublished ? (publishedSchema, String(input.dropFirst(prefix.count))) : ("main", input)
    return (schema, name, "\(schema).\(quoted(name))")
  }

  private static func explain(
    _ statement: SQLStatement, _ prefix: String, _ handle: SQLHandle
  ) throws(StoreFailure) -> [[SQLValue]] {
    guard let sql = sqlite3_sql(statement.pointer) else { return [] }
    ReadOnlySQL.unrestrict(handle)
    defer { ReadOnlySQL.restrict(handle) }
    return try handle.rows(prefix + " " + String(cString: sql))
  }
}
