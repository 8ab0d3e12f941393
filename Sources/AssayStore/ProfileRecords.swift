/// What a run leaves of a dataset for later runs to compare theirs with.
package struct ProfileRecord: Sendable, Hashable {
  /// `PIPELINE.DATASET`.
  package var dataset: String
  package var rows: Int
  package var columns: [ColumnProfileRecord]
  /// The rows by their keys; nil for a dataset without a key.
  package var snapshot: SnapshotRecord?

  package init(dataset: String, rows: Int, columns: [ColumnProfileRecord], snapshot: SnapshotRecord? = nil) {
    self.dataset = dataset
    self.rows = rows
    self.columns = columns
    self.snapshot = snapshot
  }
}

/// What a run leaves of a column. Of a private one, nothing of its values.
package struct ColumnProfileRecord: Sendable, Hashable {
  package var name: String
  /// nil for a column without values.
  package var type: String?
  package var nulls: Int
  /// nil where it was not measured.
  package var distinct: Int?
  /// How the values were spread, as JSON; nil where no check asks for it.
  package var distribution: String?

  package init(
    name: String, type: String?, nulls: Int, distinct: Int? = nil, distribution: String? = nil
  ) {
    self.name = name
    self.type = type
    self.nulls = nulls
    self.distinct = distinct
    self.distribution = distribution
  }
}

/// The rows of a dataset as a later comparison needs them: their keys, and hashes of their cells.
package struct SnapshotRecord: Sendable, Hashable {
  /// The columns of the key.
  package var key: [String]
  /// The columns whose cells were hashed, in the order of the data.
  package var columns: [String]
  package var rows: Int
  /// Why there is no data, where there is none.
  package var omission: String?
  /// Keys and hashes, packed.
  package var data: [UInt8]?

  package init(key: [String], columns: [String], rows: Int, omission: String? = nil, data: [UInt8]? = nil) {
    self.key = key
    self.columns = columns
    self.rows = rows
    self.omission = omission
    self.data = data
  }
}

/// One value of a metric, with the run that it comes from.
package struct MetricPoint: Sendable, Hashable {
  package var run: String
  package var at: StoreTime
  /// nil where the run had no data for it.
  package var value: Double?
  /// The run's outcome, `passed` and so on.
  package var outcome: String
  package var exitCode: Int

  package init(run: String, at: StoreTime, value: Double?, outcome: String, exitCode: Int) {
    self.run = run
    self.at = at
    self.value = value
    self.outcome = outcome
    self.exitCode = exitCode
  }
}

/// A metric of which the store has values.
package struct KnownMetric: Sendable, Hashable {
  package var pipeline: String
  /// The dataset within its pipeline.
  package var dataset: String
  package var name: String
  /// Runs that have it.
  package var runs: Int
}
