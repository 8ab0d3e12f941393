package import AssayColumns
import GRDBSQLite
import Synchronization

/// What an SQL expression says about each row of a batch.
package struct ExpressionVerdicts: Sendable, Hashable {
  /// Set where the expression is true or null: a null holds.
  package var holds: Bitmap
  /// Set where the expression is null.
  package var isNull: Bitmap
}

/// Why expressions could not be evaluated.
package enum ExpressionFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The batch has no column of that name.
  case missingColumn(String)
  /// SQLite does not take the expression.
  case brokenSQL(String)

  package var description: String {
    switch self {
    case .missingColumn(let name): "there is no column '\(name)'"
    case .brokenSQL(let message): message
    }
  }
}

/// Evaluates SQL predicates over batches, read where they are. Calls block on the CPU, one at a time; make one for
/// each worker.
package final class RowExpressions: Sendable {
  // Safe to send: the connection and all that hangs on it are used under the mutex only.
  private struct Connection: @unchecked Sendable {
    var handle: SQLHandle?
    var inputs: TableInputs?
    var query: Query?
  }

  /// A compiled set of expressions over columns of the same names and types.
  private struct Query {
    var expressions: [String]
    var fields: [Field]
    var input: Int
    var places: [Int]
    var statement: SQLStatement
  }

  private let connection = Mutex(Connection())
  private let control = Mutex(Control())

  private struct Control: @unchecked Sendable {
    // Safe to send: SQLite allows sqlite3_interrupt from any thread while the connection is open, and the mutex is held
    // when it is called and when the connection is closed.
    var open: OpaquePointer?
    var isStopped = false
  }

  package init() {}

  /// Ends the evaluation that is under way, and all that follow, with `brokenSQL`. May be called from any thread.
  package func stop() {
    control.withLock { control in
      control.isStopped = true
      if let open = control.open { sqlite3_interrupt(open) }
    }
  }

  deinit {
    control.withLock { $0.open = nil }
    connection.withLock { connection in
      connection.query = nil
      connection.inputs = nil
      if let handle = connection.handle { sqlite3_close_v2(handle.pointer) }
    }
  }

  /// What is wrong with an expression as far as it can be told without columns, or nil: for validation.
  package static func check(_ expression: String) -> String? {
    do throws(ExpressionFailure) {
      let expressions = RowExpressions()
      try expressions.connection.withLock { connection throws(ExpressionFailure) in
        let handle = try open(&connection)
        try checkAlone(expression, from: "(SELECT 1)", handle, schema: nil)
      }
      return nil
    } catch {
      guard case .brokenSQL(let message) = error else { return nil }
      return message
    }
  }

  /// The verdicts of each expression over a batch's rows.
  ///
  /// Only columns whose names occur in an expression are shown to SQLite, so a wide batch costs no more than a narrow
  /// one. Names in double quotes are columns, never strings.
  /// - Throws: `missingColumn`, or `brokenSQL` with SQLite's message.
  package func evaluate(
    _ expressions: [String], over batch: Batch
  ) throws(ExpressionFailure) -> [ExpressionVerdicts] {
    if expressions.isEmpty { return [] }
    return try connection.withLock { connection throws(ExpressionFailure) in
      let handle = try Self.open(&connection)
      let isStopped = control.withLock { control in
        control.open = handle.pointer
        return control.isStopped
      }
      if isStopped { throw .brokenSQL("interrupted") }
      let query = try Self.compile(expressions, batch.schema, &connection, handle)
      return try Self.run(query, batch, connection, handle)
    }
  }

  private static func open(_ connection: inout Connection) throws(ExpressionFailure) -> SQLHandle {
    if let handle = connection.handle { return handle }
    var pointer: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    guard sqlite3_open_v2(":memory:", &pointer, flags, nil) == SQLITE_OK, let pointer else {
      sqlite3_close_v2(pointer)
      throw .brokenSQL("SQLite has no memory for a connection")
    }
    let handle = SQLHandle(pointer: pointer, subject: "expression")
    connection.handle = handle
    _disableDoubleQuotedStringLiterals(pointer)
    do throws(StoreFailure) {
      connection.inputs = try ColumnsTable.register(on: handle)
    } catch {
      throw .brokenSQL(error.problem)
    }
    return handle
  }

  private static func compile(
    _ expressions: [String], _ schema: DatasetSchema, _ connection: inout Connection, _ handle: SQLHandle
  ) throws(ExpressionFailure) -> Query {
    let text = expressions.map(folded).joined(separator: "\n")
    let places = schema.fields.indices.filter { occurs(schema.fields[$0].name, in: text) }
    let fields = places.map { schema.fields[$0] }
    if let known = connection.query, known.expressions == expressions, known.fields == fields {
      var query = known
      query.places = places
      return query
    }
    guard let inputs = connection.inputs else { throw .brokenSQL("SQLite has no memory for a connection") }
    if let old = connection.query {
      connection.query = nil
      inputs.remove(old.input)
    }
    do throws(StoreFailure) {
      ReadOnlySQL.unrestrict(handle)
      try handle.execute("DROP TABLE IF EXISTS rows_of_batch")
      // Without any column the table needs one nevertheless, under a name that no expression means.
      if !fields.isEmpty { try checkColumns(fields.map(\.name), of: "expression") }
    } catch {
      throw .brokenSQL(error.problem)
    }
    let shown = fields.isEmpty ? DatasetSchema([Field("_assay_none", reading: .own)]) : DatasetSchema(fields)
    let input = inputs.add(TableInput(BatchList([], schema: shown)))
    do throws(StoreFailure) {
      try handle.execute("CREATE VIRTUAL TABLE rows_of_batch USING \(ColumnsTable.moduleName)(\(input))")
    } catch {
      throw .brokenSQL(error.problem)
    }
    for expression in expressions { try checkAlone(expression, from: "rows_of_batch", handle, schema: schema) }
    do throws(StoreFailure) {
      // NOT keeps nulls and turns everything else into 0 and 1, evaluating the expression once.
      let list = expressions.map { "NOT (\n\($0)\n)" }.joined(separator: ", ")
      let statement = try ReadOnlySQL.prepare("SELECT \(list) FROM rows_of_batch", on: handle)
      let query = Query(
        expressions: expressions, fields: fields, input: input, places: places, statement: statement)
      connection.query = query
      return query
    } catch {
      throw .brokenSQL(error.problem)
    }
  }

  /// Compiles one expression where aggregates and several columns are not allowed, and tells missing columns apart.
  private static func checkAlone(
    _ expression: String, from source: String, _ handle: SQLHandle, schema: DatasetSchema?
  ) throws(ExpressionFailure) {
    ReadOnlySQL.restrict(handle)
    do throws(StoreFailure) {
      _ = try ReadOnlySQL.prepare("SELECT 1 FROM \(source) WHERE (\n\(expression)\n)", on: handle)
      // Without the parentheses, for a text that closes them and opens others.
      _ = try ReadOnlySQL.prepare("SELECT 1 FROM \(source) WHERE\n\(expression)\n", on: handle)
    } catch {
      let prefix = "no such column: "
      guard error.problem.hasPrefix(prefix) else { throw .brokenSQL(error.problem) }
      let name = String(error.problem.dropFirst(prefix.count))
      if let schema, name.contains("."), schema.index(of: name) != nil {
        throw .brokenSQL("the column \(name) has to be written in double quotes: \(quoted(name))")
      }
      throw .missingColumn(name)
    }
  }

  private static func run(
    _ query: Query, _ batch: Batch, _ connection: Connection, _ handle: SQLHandle
  ) throws(ExpressionFailure) -> [ExpressionVerdicts] {
    let statement = query.statement
    guard let input = connection.inputs?[query.input] else { throw .brokenSQL("the expression's input is gone") }
    let shown =
      query.places.isEmpty
      ? Batch(
        schema: input.rows.schema, columns: [.nulls(count: batch.rowCount)], rowCount: batch.rowCount)
      : Batch(
        schema: input.rows.schema, columns: query.places.map { batch.columns[$0] }, rowCount: batch.rowCount)
    input.rows = BatchList([shown], schema: shown.schema)
    defer {
      statement.reset()
      input.rows = BatchList([], schema: shown.schema)
    }
    let blank = ExpressionVerdicts(holds: Bitmap(count: batch.rowCount), isNull: Bitmap(count: batch.rowCount))
    var verdicts = [ExpressionVerdicts](repeating: blank, count: query.expressions.count)
    do throws(StoreFailure) {
      var row = 0
      while try statement.step() {
        for place in verdicts.indices {
          if sqlite3_column_type(statement.pointer, Int32(place)) == SQLITE_NULL {
            verdicts[place].holds[row] = true
            verdicts[place].isNull[row] = true
          } else if sqlite3_column_int(statement.pointer, Int32(place)) == 0 {
            verdicts[place].holds[row] = true
          }
        }
        row += 1
      }
    } catch {
      throw .brokenSQL(error.problem)
    }
    return verdicts
  }

  /// Whether a name can be meant in a text of folded expressions: plainly, or with its double quotes doubled.
  private static func occurs(_ name: String, in text: String) -> Bool {
    let name = folded(name)
    return text.contains(name) || name.contains("\"") && text.contains(name.replacing("\"", with: "\"\""))
  }
}
