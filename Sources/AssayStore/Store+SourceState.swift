/// How far an incremental source has read: the highest value of its cursor that was published.
package struct SourceState: Sendable, Hashable {
  package var pipeline: String
  package var source: String
  /// The run's params as text: each set of params has a state of its own.
  package var params: String
  package var cursor: String

  package init(pipeline: String, source: String, params: String, cursor: String) {
    self.pipeline = pipeline
    self.source = source
    self.params = params
    self.cursor = cursor
  }
}

extension Store {
  /// The cursor of a source, as the last published run left it; nil before the first.
  package func cursor(
    ofSource source: String, pipeline: String, params: String
  ) async throws(StoreFailure) -> String? {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        "SELECT \"cursor\" FROM source_state WHERE pipeline = ? AND source = ? AND params = ?",
        [.text(pipeline), .text(source), .text(params)]
      ).first?.first?.text
    }
  }

  /// Moves states on within an open transaction: that of publishing.
  static func record(
    _ states: [SourceState], run: String, at: StoreTime, in handle: SQLHandle
  ) throws(StoreFailure) {
    for state in states {
      try handle.rows(
        "INSERT OR REPLACE INTO source_state (pipeline, source, params, \"cursor\", run_id, updated_at) VALUES (?,?,?,?,?,?)",
        [
          .text(state.pipeline), .text(state.source), .text(state.params), .text(state.cursor), .text(run),
          .text(at.text),
        ])
    }
  }
}
