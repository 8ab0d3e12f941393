/// Which runs are too old to stay.
package struct RunRetention: Sendable, Hashable {
  /// Runs that started before this moment go, unless they are at work, the newest that was published, or such that a run
  /// that stays has gone on with.
  package var before: StoreTime
  /// Slots before this moment go with their runs; what has been decided about later ones is still asked for.
  package var slotsBefore: StoreTime

  package init(olderThan moment: StoreTime) {
    before = moment
    slotsBefore = moment
  }
}

extension Store {
  /// For how long one transaction that deletes holds the lock, about.
  private static let timeSlice = Duration.milliseconds(25)

  /// Lets others have the lock between two transactions that delete: who waits for it looks only now and then whether it is
  /// free, and would otherwise never find it so.
  static func pauseBetweenDeletions() async { try? await Task.sleep(for: timeSlice) }

  /// Deletes runs of a pipeline that are too old, with all that hangs on them, in small transactions.
  /// - Parameters:
  ///   - spared: A run that stays however old it is: the one that is ending.
  ///   - limit: The most runs; the others go at the next time.
  /// - Returns: How many have gone.
  @discardableResult
  package func dropRuns(
    of pipeline: String, _ retention: RunRetention, sparing spared: String? = nil, limit: Int = .max
  ) async throws(StoreFailure) -> Int {
    var dropped = 0
    var isDone = false
    while !isDone, dropped < limit {
      let rest = limit - dropped
      let (count, ended) = try await file.transaction { handle throws(StoreFailure) in
        try Self.dropSome(of: pipeline, retention, sparing: spared, limit: rest, handle)
      }
      dropped += count
      isDone = ended
      if !isDone { await Self.pauseBetweenDeletions() }
    }
    try await file.transaction { handle throws(StoreFailure) in
      try handle.rows(
        "DELETE FROM slots WHERE pipeline = ? AND slot < ? AND \(Self.isPassed) AND state <> 'claimed'",
        [.text(pipeline), .text(retention.slotsBefore.text)])
    }
    return dropped
  }

  /// The runs that `dropRuns` would delete.
  package func countRuns(of pipeline: String, _ retention: RunRetention) async throws(StoreFailure) -> Int {
    try await file.perform { connection throws(StoreFailure) in
      let newest = try Self.newestPublished(of: pipeline, connection.handle)
      return try connection.handle.rows(
        """
        SELECT count(*) FROM runs INDEXED BY runs_by_pipeline
        WHERE pipeline = ?1 AND started_at < ?2 AND outcome IS NOT NULL AND id IS NOT ?3 AND NOT EXISTS (
          SELECT 1 FROM runs AS later WHERE later.resumed_from = runs.id AND (later.id IS ?3 OR later.started_at >= ?2))
        """,
        [.text(pipeline), .text(retention.before.text), SQLValue(newest)]
      ).first?.first?.integer ?? 0
    }
  }

  /// The pipelines that have runs, by name, those of parts among them.
  package func pipelinesWithRuns() async throws(StoreFailure) -> [String] {
    try await file.perform { connection throws(StoreFailure) in
      // A step from name to name in the index, however many runs there are.
      try connection.handle.rows(
        """
        WITH RECURSIVE names(name) AS (
          SELECT min(pipeline) FROM runs
          UNION ALL SELECT (SELECT min(pipeline) FROM runs WHERE pipeline > name) FROM names WHERE name IS NOT NULL)
        SELECT name FROM names WHERE name IS NOT NULL
        """
      ).compactMap { $0[0].text }
    }
  }

  private static func newestPublished(of pipeline: String, _ handle: SQLHandle) throws(StoreFailure) -> String? {
    try handle.rows(
      """
      SELECT id FROM runs INDEXED BY runs_by_pipeline WHERE pipeline = ? AND exit_code = 0
      ORDER BY started_at DESC, rowid DESC LIMIT 1
      """, [.text(pipeline)]
    ).first?.first?.text
  }

  /// Deletes for about a time slice within an open transaction.
  private static func dropSome(
    of pipeline: String, _ retention: RunRetention, sparing spared: String?, limit: Int, _ handle: SQLHandle
  ) throws(StoreFailure) -> (count: Int, isDone: Bool) {
    let start = ContinuousClock.now
    let newest = try newestPublished(of: pipeline, handle)
    var dropped = 0
    while dropped < limit {
      let runs = try handle.rows(
        """
        SELECT id FROM runs INDEXED BY runs_by_pipeline
        WHERE pipeline = ?1 AND started_at < ?2 AND outcome IS NOT NULL AND id IS NOT ?3 AND id IS NOT ?4
          AND NOT EXISTS (SELECT 1 FROM runs AS later WHERE later.resumed_from = runs.id)
          AND id NOT IN (SELECT run_id FROM publish_intents)
        ORDER BY started_at LIMIT \(min(20, limit - dropped))
        """, [.text(pipeline), .text(retention.before.text), SQLValue(newest), SQLValue(spared)]
      ).map { $0[0] }
      if runs.isEmpty { return (dropped, true) }
      while try !dropPart(of: runs, retention, handle) {
        if ContinuousClock.now - start > timeSlice { return (dropped, false) }
      }
      dropped += runs.count
      if ContinuousClock.now - start > timeSlice { return (dropped, false) }
    }
    return (dropped, false)
  }

  /// Deletes some of what hangs on runs, and at last the runs.
  /// - Returns: Whether they are gone.
  private static func dropPart(
    of runs: [SQLValue], _ retention: RunRetention, _ handle: SQLHandle
  ) throws(StoreFailure) -> Bool {
    let marks = runs.map { _ in "?" }.joined(separator: ", ")
    // What a run may have many of goes in pieces.
    for (table, key, size) in [
      ("failed_rows", "rowid", 5000), ("http_responses", "\"key\"", 200), ("run_events", "run_id, seq", 5000),
    ] {
      let gone = try handle.rows(
        """
        DELETE FROM \(table) WHERE (\(key)) IN (SELECT \(key) FROM \(table) WHERE run_id IN (\(marks)) LIMIT \(size))
        RETURNING 1
        """, runs)
      if gone.count == size { return false }
    }
    let profiles = "SELECT id FROM dataset_profiles WHERE run_id IN (\(marks))"
    for table in ["column_profiles", "row_snapshots"] {
      try handle.rows("DELETE FROM \(table) WHERE profile_id IN (\(profiles))", runs)
    }
    for table in ["dataset_profiles", "quality_metrics", "check_results", "run_steps", "run_reports", "run_notices"] {
      try handle.rows("DELETE FROM \(table) WHERE run_id IN (\(marks))", runs)
    }
    try handle.rows("DELETE FROM sent_requests WHERE root_run IN (\(marks))", runs)
    try handle.rows(
      "DELETE FROM slots WHERE run_id IN (\(marks)) AND slot < ?", runs + [.text(retention.slotsBefore.text)])
    try handle.rows(
      "DELETE FROM run_notices WHERE run_id GLOB ? AND at < ?",
      [.text(NoticeKey.slotPrefix + "*"), .text(retention.slotsBefore.text)])
    try handle.rows("DELETE FROM runs WHERE id IN (\(marks))", runs)
    return true
  }
}
