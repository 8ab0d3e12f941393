import Glibc

/// Something that a run has staged outside of the store, and what has been decided about it.
struct PublishIntent: Sendable, Hashable {
  enum Kind: String, Sendable {
    /// A file that is being written: removed should its run die.
    case stagedFile = "staged_file"
    /// A table that is being filled in another database: dropped should its run die.
    case stagedTable = "staged_table"
    /// A file that is published: to be renamed.
    case file
    /// A table of another database that is published: to be committed there.
    case table
  }

  var id: Int
  var kind: Kind
  var run: String
  var temporary: String
  var target: String
  var detail: String
}

extension Store {
  /// Settles what dead runs left behind: finishes what they had committed, drops the rest, and marks runs as broken
  /// that had not come to their end.
  ///
  /// A run is dead when its lease has run out, or when its process ran on this machine and is gone.
  func settle(now: StoreTime) async throws(StoreFailure) {
    // One transaction: a run that renews its lease meanwhile is not taken for dead, and one that is marked here can no
    // longer publish.
    let dead = try await file.transaction { handle throws(StoreFailure) in
      let dead = try Self.deadRuns(handle, now)
      for run in dead {
        try handle.rows(
          "UPDATE runs SET outcome = 'broken', exit_code = 3, finished_at = ? WHERE id = ? AND outcome IS NULL",
          [.text(now.text), .text(run)])
        try handle.rows(
          "UPDATE slots SET state = 'broken', decided_at = ? WHERE run_id = ? AND state = 'running'",
          [.text(now.text), .text(run)])
      }
      return dead
    }
    var failures: [StoreFailure] = []
    for run in dead { failures += try await settleIntents(of: run) }
    unsettled = failures
    try await file.perform { connection throws(StoreFailure) in
      // Under one lock: a run that begins meanwhile would otherwise be missing among the living, and lose its stage.
      try connection.handle.transaction { () throws(StoreFailure) in
        let alive = try Self.aliveOwners(connection.handle, now)
        try Self.dropTables(connection) { !alive.contains($0) }
      }
    }
  }

  /// Runs whose owner is dead and that have something to settle.
  private static func deadRuns(_ handle: SQLHandle, _ now: StoreTime) throws(StoreFailure) -> [String] {
    try handle.rows(
      """
      SELECT id, host, pid, owner, lease_until FROM runs WHERE outcome IS NULL
      UNION SELECT id, host, pid, owner, lease_until FROM runs
        WHERE id IN (SELECT run_id FROM publish_intents) ORDER BY id
      """
    ).filter { !isAlive($0, now) }.map { $0[0].text ?? "" }
  }

  /// Runs whose process may still be at work on their tables: also those that have just ended.
  private static func aliveOwners(_ handle: SQLHandle, _ now: StoreTime) throws(StoreFailure) -> Set<String> {
    Set(
      try handle.rows(
        "SELECT id, host, pid, owner, lease_until FROM runs WHERE lease_until > ?", [.text(now.text)]
      ).filter { isAlive($0, now) }.map { $0[0].text ?? "" })
  }

  static func isAlive(_ row: [SQLValue], _ now: StoreTime) -> Bool {
    let process = ProcessIdentity(host: row[1].text ?? "", pid: row[2].integer ?? 0, owner: row[3].text ?? "")
    guard let lease = StoreTime(text: row[4].text ?? ""), lease > now else { return false }
    return !process.hasEnded
  }

  /// Puts in place what a run has decided to publish outside of the store, and removes what it has not.
  /// - Returns: what could not be done; its intent stays for the next time.
  func settleIntents(of run: String) async throws(StoreFailure) -> [StoreFailure] {
    let intents = try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        "SELECT id, kind, temporary, target, detail FROM publish_intents WHERE run_id = ? ORDER BY id", [.text(run)]
      ).compactMap { row in
        PublishIntent.Kind(rawValue: row[1].text ?? "").map {
          PublishIntent(
            id: row[0].integer ?? 0, kind: $0, run: run, temporary: row[2].text ?? "", target: row[3].text ?? "",
            detail: row[4].text ?? "[]")
        }
      }
    }
    var failures: [StoreFailure] = []
    for intent in intents {
      do throws(StoreFailure) {
        try await settle(intent)
        try await file.transaction { handle throws(StoreFailure) in
          try handle.rows("DELETE FROM publish_intents WHERE id = ?", [SQLValue(intent.id)])
        }
      } catch {
        failures.append(error)
      }
    }
    return failures
  }

  private func settle(_ intent: PublishIntent) async throws(StoreFailure) {
    let stage = Stage(run: intent.run, table: intent.temporary, path: intent.target, rowCount: 0)
    switch intent.kind {
    case .stagedFile:
      // On the store's queue, where blocking is allowed.
      try await file.perform { _ throws(StoreFailure) in
        if unlink(intent.temporary) != 0, errno != ENOENT, errno != ENOTDIR {
          throw .system("remove the unfinished file", intent.temporary)
        }
      }
    case .file:
      let publish = FilePublish(temporary: intent.temporary, target: intent.target)
      try await file.perform { _ throws(StoreFailure) in try publish.publish() }
    case .stagedTable:
      // The run has ended by the ledger, so that what it staged here can no longer be decided on.
      try await database(at: intent.target, creates: false).perform { connection throws(StoreFailure) in
        connection.forgetAll()
        try connection.handle.transaction { () throws(StoreFailure) in
          try connection.handle.execute("DROP TABLE IF EXISTS main.\(quoted(intent.temporary))")
        }
      }
    case .table:
      try await database(at: intent.target, creates: false).perform { connection throws(StoreFailure) in
        connection.forgetAll()
        let handle = connection.handle
        try Self.preparePublishing(handle)
        let oldName = Self.oldName(of: stage)
        try handle.transaction { () throws(StoreFailure) in
          let staged = try handle.rows("SELECT 1 FROM sqlite_master WHERE name = ?", [.text(intent.temporary)])
          // Without its stage the table was published before the intent could be deleted.
          guard !staged.isEmpty, let item = try TablePublish(stage: stage, detail: intent.detail, handle)
          else { return }
          try TablePublisher(handle: handle).publish(item, oldName: oldName)
        }
        try handle.execute("DROP TABLE IF EXISTS main.\(quoted(oldName))")
      }
    }
  }
}
