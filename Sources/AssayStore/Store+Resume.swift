extension Store {
  /// The outcomes of runs that came to no end of their own, so that going on with them makes sense.
  package static let resumable: Set<String> = ["broken", "error", "interrupted", "partial"]

  /// The newest run of a pipeline, if it can be gone on with; nil if it ended well, or there is none.
  ///
  /// Runs whose process died have been marked by opening the store.
  package func resumableRun(of pipeline: String) async throws(StoreFailure) -> RunRecord? {
    let newest = try await runs(of: pipeline, limit: 1).first
    guard let newest, let outcome = newest.outcome, Self.resumable.contains(outcome) else { return nil }
    return newest
  }

  /// Hands the answers that were kept for a broken run to the one that goes on with it.
  package func adoptAnswers(of broken: String, by run: String) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      try handle.rows("UPDATE http_responses SET run_id = ? WHERE run_id = ?", [.text(run), .text(broken)])
    }
  }

  /// The runs, `run` among them, that nobody goes on with once it came to its end: of the same pipeline, and of the same
  /// moment, of none, or of over a week ago. Those of other slots may still be resumed, and others may be at work.
  static let settledBy = """
    SELECT other.id FROM runs AS other JOIN runs AS own ON own.id = ?1 AND own.pipeline = other.pipeline
    WHERE other.id = own.id OR other.outcome IS NOT NULL AND (other.slot IS NULL OR other.slot = own.slot
      OR other.started_at < strftime('%Y-%m-%dT%H:%M:%fZ', own.started_at, '-7 days'))
    """

  /// Drops, within an open transaction, what runs of a pipeline keep for being resumed: one of them came to its end.
  static func dropKeptAnswers(ofPipelineOf run: String, in handle: SQLHandle) throws(StoreFailure) {
    try handle.rows("DELETE FROM http_responses WHERE run_id IN (\(settledBy))", [.text(run)])
  }
}

extension Store {
  /// The run that went on with another, the newest of several; nil where none did.
  package func runThatResumed(_ run: String) async throws(StoreFailure) -> RunRecord? {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        "SELECT \(Self.runColumns) FROM runs WHERE resumed_from = ? ORDER BY started_at DESC, rowid DESC LIMIT 1",
        [.text(run)]
      ).first.map(RunRecord.init(row:))
    }
  }

  /// The run after whose end nothing was kept any more for going on with another: see `settledBy`; nil where there is none.
  package func runThatSettled(_ run: RunRecord) async throws(StoreFailure) -> String? {
    guard let finished = run.finishedAt else { return nil }
    return try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT id FROM runs INDEXED BY runs_by_pipeline
        WHERE pipeline = ?1 AND started_at >= ?2 AND id <> ?3 AND finished_at >= ?4
          AND outcome NOT IN (\(Self.resumable.sorted().map { "'\($0)'" }.joined(separator: ", ")))
          AND (?5 IS NULL OR slot = ?5 OR ?2 < strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '-7 days'))
        ORDER BY started_at LIMIT 1
        """,
        [.text(run.pipeline), .text(run.startedAt.text), .text(run.id), .text(finished.text), SQLValue(run.slot)]
      ).first?.first?.text
    }
  }

  /// Marks as broken the runs whose process died, as opening the store does: for whoever watches one.
  package func settleDeadRuns(now: StoreTime = .now) async throws(StoreFailure) { try await settle(now: now) }
}
