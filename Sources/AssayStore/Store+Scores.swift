/// How a dataset scored in one run.
package struct ScoreRecord: Sendable, Hashable {
  package struct Value: Sendable, Hashable {
    /// `completeness`, … or `overall_quality`.
    package var metric: String
    /// 0 to 100; nil where the run had no data for it.
    package var value: Double?

    package init(metric: String, value: Double?) {
      self.metric = metric
      self.value = value
    }
  }

  package var run: String
  /// When it was graded; RFC 3339, in UTC.
  package var at: String
  /// In the order of the run's report.
  package var values: [Value]

  package init(run: String, at: String, values: [Value]) {
    self.run = run
    self.at = at
    self.values = values
  }

  /// A metric's value; nil where it is unknown too.
  package subscript(_ metric: String) -> Double? { values.first { $0.metric == metric }?.value }
}

extension Store {
  /// The scores of a dataset in its last runs apart from one, the oldest first.
  ///
  /// Runs that graded nothing, since the dataset had no rows, are left out.
  /// - Parameters:
  ///   - dataset: The name in the ledger: `PIPELINE.DATASET`.
  ///   - run: The run that is left out: the one that asks.
  package func scores(
    of dataset: String, metrics: [String], before run: String, limit: Int
  ) async throws(StoreFailure) -> [ScoreRecord] {
    let names = metrics.map { _ in "?" }.joined(separator: ",")
    let rows = try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        WITH recent AS (
          SELECT dataset_id, run_id, timestamp, id FROM quality_metrics
          WHERE dataset_id = (SELECT id FROM datasets WHERE name = ?) AND metric_name = 'overall_quality'
            AND run_id <> ?
          ORDER BY timestamp DESC, id DESC LIMIT ?)
        SELECT recent.run_id, recent.timestamp, metric.metric_name, metric.metric_value
        FROM recent JOIN quality_metrics AS metric
          ON metric.run_id = recent.run_id AND metric.dataset_id = recent.dataset_id
        WHERE metric.metric_name IN (\(names))
        ORDER BY recent.timestamp, recent.id, metric.id
        """, [.text(dataset), .text(run), SQLValue(limit)] + metrics.map { .text($0) })
    }
    var scores: [ScoreRecord] = []
    for row in rows {
      guard let run = row[0].text, let at = row[1].text, let metric = row[2].text else { continue }
      if scores.last?.run != run { scores.append(ScoreRecord(run: run, at: at, values: [])) }
      scores[scores.count - 1].values.append(ScoreRecord.Value(metric: metric, value: row[3].decimal))
    }
    return scores
  }
}
