package import AssayColumns
import Synchronization

extension Store {
  /// Starts a stage for a dataset of a run. Its columns may be known later, or grow.
  /// - Parameter path: another SQLite file to publish to; nil for the store.
  /// - Throws: `badColumns`, or what opening the other file throws.
  package func stage(
    run: String, schema: DatasetSchema, in path: String? = nil
  ) async throws(StoreFailure) -> StageWriter {
    let database = try await database(at: path, creates: true)
    let isStore = database === file
    let number = stageCount.withLock { count in
      count += 1
      return count
    }
    let table = "_assay_stage_\(run)_\(number)"
    let other = isStore ? nil : database.path
    if let other {
      try await file.transaction { handle throws(StoreFailure) in
        try Self.note(.stagedTable, run: run, temporary: table, target: other, in: handle)
      }
    }
    let writer = StageWriter(file: database, run: run, table: table, path: other, isStore: isStore)
    try await writer.grow(to: schema)
    return writer
  }

  /// Starts a file output of a run. Should the process die, the next one removes what was written.
  package func stageFile(target: String, run: String) async throws(StoreFailure) -> StagedFile {
    try await file.perform { connection throws(StoreFailure) in
      let target = absolutePath(target)
      let temporary = StagedFile.temporaryName(for: target, run: run)
      try connection.handle.transaction { () throws(StoreFailure) in
        try Self.note(.stagedFile, run: run, temporary: temporary, target: target, in: connection.handle)
      }
      return try StagedFile(target: target, run: run)
    }
  }

  /// Enters an intent within an open transaction. Both places are absolute paths, as the process that settles it may
  /// start in any folder; a table's name is no place.
  private static func note(
    _ kind: PublishIntent.Kind, run: String, temporary: String, target: String, in handle: SQLHandle
  ) throws(StoreFailure) {
    try handle.rows(
      "INSERT INTO publish_intents (run_id, kind, temporary, target) VALUES (?, ?, ?, ?)",
      [.text(run), .text(kind.rawValue), .text(temporary), .text(target)])
  }

  /// Publishes a run: all tables of the store, the ledger, and the decision about files and other databases, in one
  /// transaction; then files are renamed and other databases follow. The run has ended afterwards.
  /// - Returns: late failures: what went wrong after the decision, such as a file that could not be put in its place.
  ///   The run is published nevertheless, and the next opener of the store tries again.
  /// - Throws: whatever kept the transaction from being committed: then nothing was published, and the run goes on.
  package func publish(_ plan: PublishPlan) async throws(StoreFailure) -> [StoreFailure] {
    try await commit(plan)
    return await complete(plan.run)
  }

  /// The first half of `publish`, up to and including COMMIT.
  package func commit(_ plan: PublishPlan) async throws(StoreFailure) {
    try refuseReserved(plan.tables)
    try await rehearse(plan.tables.filter { $0.stage.path != nil })
    try await file.perform { [path] connection throws(StoreFailure) in
      connection.forgetAll()
      let handle = connection.handle
      try Self.preparePublishing(handle)
      defer { try? handle.execute("PRAGMA synchronous = NORMAL; PRAGMA legacy_alter_table = OFF") }
      try handle.transaction { () throws(StoreFailure) in
        let publisher = TablePublisher(handle: handle)
        for item in plan.tables {
          // Without columns there is nothing to decide.
          guard item.stage.hasTable else { continue }
          if item.stage.path == nil {
            try publisher.publish(item, oldName: Self.oldName(of: item.stage))
          } else {
            try handle.rows(
              "UPDATE publish_intents SET kind = ?, detail = ? WHERE run_id = ? AND temporary = ?",
              [
                .text(PublishIntent.Kind.table.rawValue), .text(item.detail(handle)), .text(plan.run),
                .text(item.stage.table),
              ])
          }
        }
        for file in plan.files {
          try handle.rows(
            "DELETE FROM publish_intents WHERE run_id = ? AND temporary = ?", [.text(plan.run), .text(file.temporary)])
          try Self.note(.file, run: plan.run, temporary: file.temporary, target: file.target, in: handle)
        }
        try Self.record(plan.sourceStates, run: plan.run, at: plan.result.finishedAt, in: handle)
        try Self.record(plan.result, of: plan.run, in: handle, path)
      }
    }
  }

  /// Tries the publishing of tables, in the store and in other databases, and takes it back: rows that they refuse are
  /// found before what cannot be taken back is done. Costs about as much as the publishing.
  /// - Throws: what `publish` would.
  package func rehearsePublishing(_ tables: [TablePublish]) async throws(StoreFailure) {
    try refuseReserved(tables)
    try await rehearse(tables)
  }

  private func refuseReserved(_ tables: [TablePublish]) throws(StoreFailure) {
    for item in tables where Self.isReserved(table: item.table) || item.table.utf8.contains(0) {
      throw StoreFailure(
        .badTable, item.stage.path ?? path, "the table name '\(item.table)' is reserved", advice: "name another table")
    }
  }

  /// Those of one database are tried one by one in one transaction, as they may go to one table.
  private func rehearse(_ tables: [TablePublish]) async throws(StoreFailure) {
    var places: [String?] = []
    for item in tables where item.stage.hasTable && !places.contains(item.stage.path) { places.append(item.stage.path) }
    for place in places {
      let items = tables.filter { $0.stage.hasTable && $0.stage.path == place }
      try await database(at: place, creates: false).perform { connection throws(StoreFailure) in
        connection.forgetAll()
        try Self.preparePublishing(connection.handle)
        defer {
          // Files of other programs stay as careful as they are.
          if place == nil {
            try? connection.handle.execute("PRAGMA synchronous = NORMAL; PRAGMA legacy_alter_table = OFF")
          }
        }
        try connection.handle.execute("BEGIN IMMEDIATE")
        defer { connection.handle.rollBack() }
        for item in items {
          try TablePublisher(handle: connection.handle).publish(item, oldName: Self.oldName(of: item.stage))
        }
      }
    }
  }

  static func preparePublishing(_ handle: SQLHandle) throws(StoreFailure) {
    try handle.execute("PRAGMA legacy_alter_table = ON; PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL")
  }

  static func oldName(of stage: Stage) -> String { "_assay_old" + stage.table.dropFirst("_assay_stage".count) }

  /// Drops all that a run has staged and not published.
  package func discard(_ run: String) async throws(StoreFailure) {
    _ = try await settleIntents(of: run)
    try await dropTables(of: run)
  }

  /// The second half of `publish`: puts in place what was decided, and drops what the run left over.
  /// - Returns: what could not be done. It throws nothing, as the run is published by now.
  private func complete(_ run: String) async -> [StoreFailure] {
    var failures: [StoreFailure]
    do throws(StoreFailure) {
      failures = try await settleIntents(of: run)
    } catch {
      failures = [error]
    }
    do throws(StoreFailure) {
      try await dropTables(of: run)
    } catch {
      failures.append(error)
    }
    return failures
  }

  private func dropTables(of run: String) async throws(StoreFailure) {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.transaction { () throws(StoreFailure) in
        try Self.dropTables(connection) { $0 == run }
      }
    }
  }

  /// Drops stages and replaced tables of the runs that `isMeant` picks, within an open transaction.
  static func dropTables(_ connection: FileConnection, _ isMeant: (String) -> Bool) throws(StoreFailure) {
    let names = try connection.handle.rows(
      """
      SELECT name FROM main.sqlite_master
      WHERE type = 'table' AND (name GLOB '_assay_stage_*' OR name GLOB '_assay_old_*')
      """)
    for name in names.compactMap({ $0.first?.text }) {
      guard let run = Self.run(ofTable: name), isMeant(run) else { continue }
      connection.forgetAll()
      try connection.handle.execute("DROP TABLE IF EXISTS main.\(quoted(name))")
      if name.hasPrefix("_assay_stage") {
        try connection.handle.execute("DROP TABLE IF EXISTS \(StageWriter.feed(of: name))")
      }
    }
  }

  /// The run in `_assay_stage_RUN_N` or `_assay_old_RUN_N`.
  static func run(ofTable name: String) -> String? {
    guard let end = name.lastIndex(of: "_") else { return nil }
    for prefix in ["_assay_stage_", "_assay_old_"] where name.hasPrefix(prefix) {
      let start = name.index(name.startIndex, offsetBy: prefix.count)
      return start < end ? String(name[start..<end]) : nil
    }
    return nil
  }
}
