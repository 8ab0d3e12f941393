package import AssayColumns
import Synchronization

/// Rows that wait in a table of their own until their run is published.
package struct Stage: Sendable, Hashable {
  package var run: String
  /// The table that holds the rows.
  package var table: String
  /// The SQLite file that holds the table, as an absolute path; nil for the store.
  package var path: String?
  package var rowCount: Int
  /// Whether there is such a table: without any column there is none, and publishing it changes nothing.
  package var hasTable = true
}

/// Loads a dataset's batches into a stage, chunk by committed chunk. One task at a time appends.
///
/// Values are stored as SQL sees them: numbers, booleans as 1 and 0, and the rest as text. A column without a known
/// type is declared without one, and its cells keep their own kinds.
package final class StageWriter: Sendable {
  /// Rows of one transaction, so that the lock is never held for long.
  static let chunkRows = 65_536

  private struct State {
    var schema = DatasetSchema()
    var rowCount = 0
    /// The number of the stage's virtual table among the connection's inputs.
    var input: Int?
  }

  private let file: DatabaseFile
  private let run: String
  private let table: String
  private let path: String?
  private let yields: Bool
  private let state = Mutex(State())

  init(file: DatabaseFile, run: String, table: String, path: String?, isStore: Bool) {
    self.file = file
    self.run = run
    self.table = table
    self.path = path
    yields = isStore
  }

  /// The virtual table through which batches reach a stage.
  static func feed(of stage: String) -> String {
    "temp." + quoted("_assay_feed" + stage.dropFirst("_assay_stage".count))
  }

  private var feed: String { Self.feed(of: table) }
  private var insertion: String { "INSERT INTO main.\(quoted(table)) SELECT * FROM \(feed)" }

  /// Adds the columns that the stage does not have yet. Types of columns that are there already do not change.
  /// - Throws: `badColumns` for more than 2,000, or for two names that differ in case alone.
  package func grow(to schema: DatasetSchema) async throws(StoreFailure) {
    let known = state.withLock { $0.schema }
    guard schema.count > known.count else { return }
    try checkColumns(schema.names, of: file.path)
    let added = Array(schema.fields[known.count...])
    var grown = known
    for field in added { grown.append(field) }
    let wider = grown
    let earlier = state.withLock { $0.input }
    let number = try await file.perform { [table, feed, insertion] connection throws(StoreFailure) in
      let handle = connection.handle
      try handle.transaction { () throws(StoreFailure) in
        if known.count == 0 {
          try handle.execute("CREATE TABLE main.\(quoted(table)) (\(columnDeclarations(added)))")
        } else {
          for field in added {
            try handle.execute("ALTER TABLE main.\(quoted(table)) ADD COLUMN \(columnDeclarations([field]))")
          }
        }
      }
      connection.forget(insertion)
      if let earlier {
        try handle.execute("DROP TABLE IF EXISTS \(feed)")
        connection.inputs.remove(earlier)
      }
      let number = connection.inputs.add(TableInput(BatchList([], schema: wider)))
      try handle.execute("CREATE VIRTUAL TABLE \(feed) USING \(ColumnsTable.moduleName)(\(number))")
      return number
    }
    state.withLock {
      $0.schema = wider
      $0.input = number
    }
  }

  /// Appends a batch, in chunks of at most 65,536 rows that are committed by themselves. The stage grows by the
  /// batch's new columns.
  /// - Throws: `diskFull`, `badColumns`, `locked`, `inputOutput`.
  package func append(_ batch: Batch) async throws(StoreFailure) { try await append(PackedRows(batch)) }

  /// Appends rows that were packed elsewhere, as `append` of their batch does.
  package func append(_ rows: PackedRows) async throws(StoreFailure) {
    let batch = rows.batch
    try await grow(to: batch.schema)
    if batch.rowCount == 0 { return }
    let fields = state.withLock { $0.schema.fields }
    // What was packed under other types than the stage has is converted by SQLite, too.
    if let images = rows.images, batch.schema.fields[...] == fields[..<batch.schema.count] {
      for image in images { try await append([(image, batch)], fields) }
    } else {
      try await convert(batch, 0..<batch.rowCount)
    }
    state.withLock { $0.rowCount += batch.rowCount }
  }

  /// Appends several small runs of packed rows, `FileConnection.mostAttached` of them in one chunk.
  package func append(_ runs: [PackedRows]) async throws(StoreFailure) {
    guard let last = runs.last else { return }
    try await grow(to: last.batch.schema)
    let fields = state.withLock { $0.schema.fields }
    var parts: [(RowImage, Batch)] = []
    for rows in runs {
      let batch = rows.batch
      guard let images = rows.images, images.count == 1, batch.schema.count == fields.count,
        batch.schema.fields[...] == fields[...]
      else {
        // What came before it goes before it.
        try await append(parts, fields)
        state.withLock { $0.rowCount += parts.reduce(0) { $0 + $1.1.rowCount } }
        parts = []
        try await append(rows)
        continue
      }
      parts.append((images[0], batch))
    }
    try await append(parts, fields)
    state.withLock { $0.rowCount += parts.reduce(0) { $0 + $1.1.rowCount } }
  }

  /// How many runs of packed rows `append` takes at once.
  package static let mostRuns = FileConnection.mostAttached

  /// Moves packed rows into the stage, record by record.
  ///
  /// Between two tables of equal columns, `INSERT … SELECT *` copies records without taking them apart (SQLite's
  /// transfer optimisation); were it not to, it would give the same rows more slowly.
  private func append(_ parts: [(RowImage, Batch)], _ fields: [Field]) async throws(StoreFailure) {
    if parts.isEmpty { return }
    let hasCompany: Bool? = try await file.perform { [table, yields] connection throws(StoreFailure) in
      guard try connection.isUTF8(), parts.allSatisfy({ $0.0.declare(fields) }) else { return nil }
      try connection.withAttached(parts.map(\.0)) { names throws(StoreFailure) in
        // Not IMMEDIATE, which would want to write to the images, too.
        try connection.handle.execute("BEGIN")
        for name in names {
          try connection.handle.execute("INSERT INTO main.\(quoted(table)) SELECT * FROM \(name).\(RowImage.table)")
        }
        try connection.handle.execute("COMMIT")
      }
      return yields ? try connection.hasCompany() : false
    }
    guard let hasCompany else {
      for (image, batch) in parts { try await convert(batch, image.rows) }
      return
    }
    try await endChunk(hasCompany)
  }

  /// Hands rows to SQLite value by value.
  private func convert(_ batch: Batch, _ rows: Range<Int>) async throws(StoreFailure) {
    let (schema, input) = state.withLock { ($0.schema, $0.input) }
    guard let input else { return }
    let list = BatchList([batch], schema: schema)
    var start = rows.lowerBound
    while start < rows.upperBound {
      let window = start..<min(start + Self.chunkRows, rows.upperBound)
      let hasCompany = try await file.perform { [insertion, yields] connection throws(StoreFailure) in
        let insert = try connection.statement(insertion)
        connection.inputs[input]?.rows = list
        connection.inputs[input]?.window = window
        defer {
          connection.inputs[input]?.rows = BatchList([], schema: schema)
          connection.inputs[input]?.window = nil
        }
        try insert.run()
        return yields ? try connection.hasCompany() : false
      }
      start = window.upperBound
      try await endChunk(hasCompany)
    }
  }

  private func endChunk(_ hasCompany: Bool) async throws(StoreFailure) {
    try await file.keepLogShort()
    // SQLite's locks are not fair: a pause lets another run's writes in.
    if hasCompany { try? await Task.sleep(for: .milliseconds(2)) }
  }

  /// Ends the load. Where no column was ever known, as of an API that answers with an empty list, the stage is
  /// without a table.
  package func finish() async throws(StoreFailure) -> Stage {
    let (schema, input, rowCount) = state.withLock { ($0.schema, $0.input, $0.rowCount) }
    guard let input else {
      return Stage(run: run, table: table, path: path, rowCount: 0, hasTable: schema.count > 0)
    }
    try await file.perform { [feed, insertion] connection throws(StoreFailure) in
      connection.forget(insertion)
      try connection.handle.execute("DROP TABLE IF EXISTS \(feed)")
      connection.inputs.remove(input)
    }
    state.withLock { $0.input = nil }
    return Stage(run: run, table: table, path: path, rowCount: rowCount)
  }
}
