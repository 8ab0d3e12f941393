extension Store {
  /// The runs of a pipeline that stand for moments of a span, its bounds among them: by moment, then as they started. Runs
  /// that stand for the moment of their start alone are left out.
  package func runs(
    of pipeline: String, standingFrom start: StoreTime, through end: StoreTime
  ) async throws(StoreFailure) -> [RunRecord] {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT \(Self.runColumns) FROM runs INDEXED BY runs_by_moment
        WHERE pipeline = ? AND logical_time >= ? AND logical_time <= ? AND slot IS NOT NULL
        ORDER BY logical_time, started_at, rowid
        """, [.text(pipeline), .text(start.text), .text(end.text)]
      ).map(RunRecord.init(row:))
    }
  }
}
