internal import AssayColumns
package import AssayDefinition
package import AssayEngine
internal import AssayStore

/// Rows into a table of the store, or of another SQLite file.
package struct SQLiteOutput: Output, Component {
  package enum Mode: String, ConfigChoice {
    case replace, append, upsert
  }

  package var table: String? = ""
  var mode = Mode.replace
  var key: [String] = []
  var path: String?

  package static let schema = Schema(
    "sqlite", SQLiteOutput(), summary: "Writes a table of the store, or of another SQLite file.",
    details: """
      Rows are staged while the run goes on and published in one transaction at its end. `replace` puts the new table in place of the
      old one, with its indexes, triggers and views; `append` adds rows; `upsert` overwrites the rows whose key is there already.
      `replace` by no rows is refused, unless `on_empty: pass` says that this is fine.
      """,
    keys: [
      Key(
        "table", \.table, required: true,
        "The table's name. The store's own tables, and names that begin with `_assay_` or `sqlite_`, are reserved."),
      Key("mode", \.mode, "How rows reach the table."),
      Key("key", \.key, "The columns that tell rows apart, for `upsert`."),
      Key(
        "path", \.path,
        "Another SQLite file, relative to the pipeline file; the store by default. Another file commits on its own."),
    ],
    rules: [
      Rule("table") { output in
        Store.isReserved(table: output.name)
          ? "the table name '\(output.name)' is reserved for the store itself" : nil
      },
      Rule("key") { $0.mode != .upsert && !$0.key.isEmpty ? "'key' is for mode: upsert" : nil },
      Rule("key") { Set($0.key).count < $0.key.count ? "a column stands twice in 'key'" : nil },
      Rule("mode") {
        $0.mode == .upsert && $0.key.isEmpty ? "mode: upsert needs 'key', the columns that tell rows apart" : nil
      },
    ],
    examples: [
      "type: sqlite\nfrom: example\ntable: customers\nmode: upsert\nkey: [id]",
      "type: sqlite\nfrom: example\ntable: customers\npath: warehouse.db",
    ],
    faults: [
      FaultExample(
        "type: sqlite\nfrom: example\n⟪table: runs", "the table name 'runs' is reserved for the store itself"),
      FaultExample(
        "type: sqlite\nfrom: example\ntable: t\n⟪mode: upsert",
        "mode: upsert needs 'key', the columns that tell rows apart"),
    ])

  package var needsTypes: Bool { true }
  /// Several outputs may add to one table.
  package var isExclusive: Bool { mode == .replace }
  package var file: String? { path }
  package var replaces: Bool { mode == .replace }
  private var name: String { table ?? "" }
  /// SQLite folds the case of names.
  package var identity: String { "\(path.map(normalizedPath) ?? ""):\(name.lowercased())" }
  package var target: String { path.map { "\($0):\(name)" } ?? name }

  /// Batches of fewer rows are small.
  private static let smallRows = 2048

  package func stage(_ rows: DatasetReader, _ context: OutputContext) async throws -> StagedOutput {
    let file = path.map { context.node.run.path($0) }
    if let file, let path { try makeFolders(for: file, shown: path) }
    let writer = try await context.store.stage(run: context.node.run.runID, schema: DatasetSchema(), in: file)
    let counters = context.node.counters
    let workers = context.node.run.workers
    // Small batches, as pages of an API are, share a chunk: a commit has its price, whatever is in it.
    var small: [PackedRows] = []
    try await orderedWindow(width: workers.width) {
      try await rows.next()
    } job: { batch in
      counters.add(rowsIn: batch.rowCount)
      return try await workers.run { PackedRows(batch) }
    } deliver: { packed in
      counters.add(rowsOut: packed.batch.rowCount)
      guard packed.batch.rowCount < Self.smallRows else {
        try await writer.append(small)
        small = []
        return try await writer.append(packed)
      }
      small.append(packed)
      guard small.count == StageWriter.mostRuns else { return }
      try await writer.append(small)
      small = []
    }
    try await writer.append(small)
    if let schema = rows.finalSchema { try await writer.grow(to: schema) }
    let stage = try await writer.finish()
    if stage.rowCount == 0, mode == .replace, !context.allowsEmpty {
      return .refused(
        "no rows came for the table '\(name)', and it is not replaced by nothing; set on_empty: pass under the checks of '\(rows.dataset)' if that is fine"
      )
    }
    let publish: PublishMode =
      switch mode {
      case .replace: .replace
      case .append: .append
      case .upsert: .upsert(key: key)
      }
    return .table(TablePublish(stage, to: name, mode: publish))
  }
}
