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
