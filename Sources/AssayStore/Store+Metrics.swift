extension Store {
  /// The newest values of a metric, the newest first.
  /// - Parameters:
  ///   - dataset: `PIPELINE.DATASET`.
  ///   - pipeline: The pipeline whose runs are asked.
  ///   - onlyCounting: Whether only runs with exit code 0 are looked at that had a value: what later runs compare with.
  package func values(
    of metric: String, dataset: String, pipeline: String, last limit: Int, onlyCounting: Bool = false
  ) async throws(StoreFailure) -> [MetricPoint] {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT r.id, m.timestamp, m.metric_value, r.outcome, r.exit_code
        FROM quality_metrics m JOIN runs r ON r.id = m.run_id
        WHERE m.dataset_id = (SELECT id FROM datasets WHERE name = ?) AND m.metric_name = ? AND r.pipeline = ?
          \(onlyCounting ? "AND r.exit_code = 0 AND m.metric_value IS NOT NULL" : "")
        ORDER BY m.timestamp DESC, m.id DESC LIMIT ?
        """, [.text(dataset), .text(metric), .text(pipeline), SQLValue(limit)]
      ).map { row in
        MetricPoint(
          run: row[0].text ?? "", at: row[1].text.flatMap { StoreTime(text: $0) } ?? StoreTime(milliseconds: 0),
          value: row[2].decimal, outcome: row[3].text ?? "", exitCode: row[4].integer ?? 0)
      }
    }
  }

  /// All metrics of a dataset in its newest runs, the newest run first: what a trend is drawn from.
  /// - Parameter dataset: `PIPELINE.DATASET`.
  package func metrics(
    of dataset: String, pipeline: String, lastRuns limit: Int
  ) async throws(StoreFailure) -> [RunMetrics] {
    try await file.perform { connection throws(StoreFailure) in
      let rows = try connection.handle.rows(
        """
        SELECT r.id, r.started_at, r.outcome, r.exit_code, m.metric_name, m.metric_value
        FROM (SELECT * FROM runs WHERE pipeline = ?1 AND outcome IS NOT NULL AND EXISTS (
            SELECT 1 FROM quality_metrics q JOIN datasets d ON d.id = q.dataset_id
            WHERE q.run_id = runs.id AND d.name = ?2)
          ORDER BY started_at DESC, id DESC LIMIT ?3) r
        JOIN quality_metrics m ON m.run_id = r.id JOIN datasets d ON d.id = m.dataset_id AND d.name = ?2
        ORDER BY r.started_at DESC, r.id DESC, m.id
        """, [.text(pipeline), .text(dataset), SQLValue(limit)])
      var runs: [RunMetrics] = []
      for row in rows {
        if runs.last?.run != row[0].text {
          runs.append(
            RunMetrics(
              run: row[0].text ?? "",
              startedAt: row[1].text.flatMap { StoreTime(text: $0) } ?? StoreTime(milliseconds: 0),
              outcome: row[2].text ?? "", exitCode: row[3].integer ?? 0, values: [:]))
        }
        if let value = row[5].decimal { runs[runs.count - 1].values[row[4].text ?? ""] = value }
      }
      return runs
    }
  }

  /// The metrics of which the store has values, by pipeline, dataset and name.
  package func knownMetrics() async throws(StoreFailure) -> [KnownMetric] {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT r.pipeline, d.name, m.metric_name, count(DISTINCT m.run_id)
        FROM quality_metrics m JOIN datasets d ON d.id = m.dataset_id JOIN runs r ON r.id = m.run_id
        GROUP BY r.pipeline, d.name, m.metric_name ORDER BY r.pipeline, d.name, m.metric_name
        """
      ).map { row in
        let pipeline = row[0].text ?? ""
        let full = row[1].text ?? ""
        return KnownMetric(
          pipeline: pipeline,
          dataset: full.hasPrefix(pipeline + ".") ? String(full.dropFirst(pipeline.count + 1)) : full,
          name: row[2].text ?? "", runs: row[3].integer ?? 0)
      }
    }
  }
}
