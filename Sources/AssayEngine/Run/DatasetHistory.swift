package import AssayQuality
package import AssayStore

/// What a check must know of earlier runs. Read once, before anything is judged.
package enum HistoryNeed: Sendable, Hashable {
  /// The newest values of a metric, by its name in the ledger: `row_count`, `mean(revenue)`.
  case metric(String, runs: Int)
  /// The columns of the last run.
  case columns
  /// How a column was spread when it was last measured. What is asked for is also kept for later runs.
  case distribution(column: String)
}

/// A number that a check keeps for later runs, under the name of its metric.
package struct KeptNumber: Sendable, Hashable {
  package var name: String
  /// nil where there was no data.
  package var value: Double?

  package init(_ name: String, _ value: Double?) {
    self.name = name
    self.value = value
  }
}

/// What is known of a dataset from earlier runs of its pipeline that count: those with exit code 0, so that what a gate has
/// refused does not become the measure by coming twice. What a call let through (`--fail-on never`, a baseline) was
/// accepted, and counts. Empty without a store, in a replay, and where sources are cut short.
package struct DatasetHistory: Sendable {
  /// The newest values of metrics, by name, the newest first.
  package var metrics: [String: [Double]] = [:]
  /// The columns of the last run; nil without one.
  package var columns: [ColumnProfileRecord]?
  package var distributions: [String: DistributionSketch] = [:]

  /// Nothing is known.
  package init() {}
}

extension Store {
  /// What a dataset's checks must know of earlier runs.
  func history(
    _ needs: [HistoryNeed], of dataset: String, pipeline: String
  ) async throws(StoreFailure) -> DatasetHistory {
    var history = DatasetHistory()
    let full = "\(pipeline).\(dataset)"
    for need in needs {
      switch need {
      case .metric(let name, let runs):
        if let known = history.metrics[name], known.count >= runs { continue }
        let points = try await values(of: name, dataset: full, pipeline: pipeline, last: runs, onlyCounting: true)
        history.metrics[name] = points.compactMap(\.value)
      case .columns:
        if history.columns == nil { history.columns = try await lastColumns(of: full, in: pipeline)?.columns }
      case .distribution(let column):
        if history.distributions[column] == nil {
          history.distributions[column] = try await lastDistribution(of: column, in: full, pipeline: pipeline)
            .flatMap { DistributionSketch(json: $0.json) }
        }
      }
    }
    return history
  }
}
