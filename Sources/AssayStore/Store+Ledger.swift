extension Store {
  /// Writes a run's result within an open transaction.
  static func record(
    _ result: RunResult, of run: String, in handle: SQLHandle, _ path: String
  ) throws(StoreFailure) {
    let ended = try handle.rows(
      """
      UPDATE runs SET outcome = ?, exit_code = ?, finished_at = ?, requests = ?, score = ?, failed_checks = ?,
        reason = ? WHERE id = ? AND outcome IS NULL RETURNING id
      """,
      [
        .text(result.outcome), SQLValue(result.exitCode), .text(result.finishedAt.text), SQLValue(result.requests),
        result.score.map { .decimal($0) } ?? .null, SQLValue(result.failedChecks), SQLValue(result.reason), .text(run),
      ])
    if ended.isEmpty { throw unknownRun(run, path) }
    if let report = result.report { try saveReport(report, messages: "[]", of: run, in: handle) }
    try handle.rows(
      "UPDATE slots SET state = ?, decided_at = ?, reason = ? WHERE run_id = ?",
      [.text(result.outcome), .text(result.finishedAt.text), SQLValue(result.reason), .text(run)])
    try releaseClaims(of: run, in: handle)
    // Pages and sent requests were kept for a resume, which is over; answers to look-ups belong to no run.
    if !resumable.contains(result.outcome) {
      try dropKeptAnswers(ofPipelineOf: run, in: handle)
      try dropSent(ofPipelineOf: run, in: handle)
    }
    let step = try handle.prepare("INSERT INTO run_steps VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
    for (position, record) in result.steps.enumerated() {
      try step.run([
        .text(run), SQLValue(position), .text(record.name), .text(record.kind), .text(record.type),
        .text(record.status), SQLValue(record.rowsIn), SQLValue(record.rowsOut), .decimal(record.durationSeconds),
        SQLValue(record.requests), SQLValue(record.retries), SQLValue(record.cacheHits), .text(record.warnings),
        SQLValue(record.error), SQLValue(record.enrichment),
      ])
    }
    try record(result.metrics, of: run, in: handle)
    try record(result.profiles, of: run, counts: result.exitCode == 0, in: handle)
    let check = try handle.prepare("INSERT INTO check_results VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
    for (position, record) in result.checks.enumerated() {
      try check.run([
        .text(run), SQLValue(position), .text(record.dataset), .text(record.check), SQLValue(record.column),
        .text(record.severity), .text(record.status), SQLValue(record.observed), .text(record.expected),
        SQLValue(record.evaluated), SQLValue(record.failed), .text(record.sample), SQLValue(record.line),
      ])
    }
    let failed = try handle.prepare("INSERT INTO failed_rows VALUES (?,?,?,?,?,?,?,?)")
    for record in result.failedRows {
      try failed.run([
        .text(run), .text(record.dataset), .text(record.check), SQLValue(record.column), SQLValue(record.row),
        SQLValue(record.key), SQLValue(record.value), .text(record.reason),
      ])
    }
  }

  private static func record(
    _ metrics: [MetricRecord], of run: String, in handle: SQLHandle
  ) throws(StoreFailure) {
    let dataset = try handle.prepare(
      "INSERT INTO datasets (name, created_date) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
    let metric = try handle.prepare(
      """
      INSERT INTO quality_metrics (dataset_id, run_id, timestamp, metric_name, metric_value, details)
      VALUES ((SELECT id FROM datasets WHERE name = ?), ?, ?, ?, ?, ?)
      """)
    for record in metrics {
      try dataset.run([.text(record.dataset), .text(record.at.text)])
      try metric.run([
        .text(record.dataset), .text(run), .text(record.at.text), .text(record.name), SQLValue(record.value),
        .text(record.details),
      ])
    }
  }

  /// Says what a dataset is and whose; enters it where it is new.
  package func describe(
    dataset: String, description: String?, owner: String?, now: StoreTime = .now
  ) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      try handle.rows(
        """
        INSERT INTO datasets (name, description, owner, created_date) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET description = excluded.description, owner = excluded.owner
        """, [.text(dataset), SQLValue(description), SQLValue(owner), .text(now.text)])
    }
  }
}
