/// What a person's word for a run leads to.
package enum RunLookup: Sendable, Hashable {
  case found(RunRecord)
  case none
  /// Several runs begin with it: the newest of them, at most ten.
  case several([String])
}

extension Store {
  /// The run that a word names: an id or its beginning, `last` for the newest run that has ended, `last~1` for the one
  /// before it, and so on.
  /// - Parameter pipeline: The pipeline whose runs `last` counts; that of the newest run by default. Runs that only
  ///   looked at a part of a pipeline do not count.
  package func run(named word: String, pipeline: String? = nil) async throws(StoreFailure) -> RunLookup {
    if let back = Self.stepsBack(word) {
      var pipeline = pipeline
      if pipeline == nil { pipeline = try await endedRuns(of: nil, skipping: 0)?.pipeline }
      return try await endedRuns(of: pipeline, skipping: back).map { .found($0) } ?? .none
    }
    if word.isEmpty { return .none }
    if let exact = try await run(word) { return .found(exact) }
    let ids = try await file.perform { connection throws(StoreFailure) in
      // Ids begin with the time, so the greatest are the newest.
      try connection.handle.rows(
        "SELECT id FROM runs WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) ORDER BY id DESC LIMIT 10", [.text(word)]
      ).compactMap { $0[0].text }
    }
    guard let first = ids.first else { return .none }
    guard ids.count == 1 else { return .several(ids) }
    return try await run(first).map { .found($0) } ?? .none
  }

  /// How many runs before the last one a word means; nil for a word that is no `last`.
  private static func stepsBack(_ word: String) -> Int? {
    if word == "last" { return 0 }
    guard word.hasPrefix("last~"), let steps = Int(word.dropFirst(5)), steps >= 0 else { return nil }
    return steps
  }

  private func endedRuns(of pipeline: String?, skipping count: Int) async throws(StoreFailure) -> RunRecord? {
    let id = try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT id FROM runs WHERE outcome IS NOT NULL AND \(pipeline == nil ? "pipeline NOT GLOB '*#part'" : "pipeline = ?2")
        ORDER BY started_at DESC, rowid DESC LIMIT 1 OFFSET ?1
        """, [SQLValue(count)] + (pipeline.map { [.text($0)] } ?? [])
      ).first?.first?.text
    }
    guard let id else { return nil }
    return try await run(id)
  }

  /// The metrics of a run, as they were entered.
  package func metrics(of run: String) async throws(StoreFailure) -> [MetricRecord] {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT d.name, m.metric_name, m.metric_value, m.details, m.timestamp
        FROM quality_metrics m JOIN datasets d ON d.id = m.dataset_id WHERE m.run_id = ? ORDER BY m.id
        """, [.text(run)]
      ).map { row in
        MetricRecord(
          dataset: row[0].text ?? "", name: row[1].text ?? "", value: row[2].decimal, details: row[3].text ?? "{}",
          at: row[4].text.flatMap { StoreTime(text: $0) } ?? StoreTime(milliseconds: 0))
      }
    }
  }

  /// The checks of a run, as they were entered.
  package func checks(of run: String) async throws(StoreFailure) -> [CheckRecord] {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT dataset, "check", "column", severity, status, observed, expected, evaluated, failed, sample, line
        FROM check_results WHERE run_id = ? ORDER BY position
        """, [.text(run)]
      ).map { row in
        CheckRecord(
          dataset: row[0].text ?? "", check: row[1].text ?? "", column: row[2].text, severity: row[3].text ?? "",
          status: row[4].text ?? "", observed: row[5].text, expected: row[6].text ?? "",
          evaluated: row[7].integer ?? 0, failed: row[8].integer ?? 0, sample: row[9].text ?? "[]",
          line: row[10].integer)
      }
    }
  }

  /// The steps of a run, as they were entered; none for one that did not come to its end.
  package func steps(of run: String) async throws(StoreFailure) -> [StepRecord] {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT name, kind, type, status, rows_in, rows_out, duration_seconds, requests, retries, cache_hits, warnings,
          error, enrichment FROM run_steps WHERE run_id = ? ORDER BY position
        """, [.text(run)]
      ).map { row in
        StepRecord(
          name: row[0].text ?? "", kind: row[1].text ?? "", type: row[2].text ?? "", status: row[3].text ?? "",
          rowsIn: row[4].integer ?? 0, rowsOut: row[5].integer ?? 0, durationSeconds: row[6].decimal ?? 0,
          requests: row[7].integer ?? 0, retries: row[8].integer ?? 0, cacheHits: row[9].integer ?? 0,
          warnings: row[10].text ?? "[]", error: row[11].text, enrichment: row[12].text)
      }
    }
  }

  /// How many rows of a run are kept that failed.
  package func failedRowCount(of run: String) async throws(StoreFailure) -> Int {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows("SELECT count(*) FROM failed_rows WHERE run_id = ?", [.text(run)]).first?.first?
        .integer ?? 0
    }
  }
}
