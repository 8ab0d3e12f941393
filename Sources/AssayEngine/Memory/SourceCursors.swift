package import AssayStore
internal import Synchronization

/// Where incremental sources begin, and how far they have come in this run.
package final class SourceCursors: Sendable {
  private let store: Store?
  private let pipeline: String
  private let params: String
  private let reached = Mutex<[String: String]>([:])

  /// Cursors of a run. Without a store, every source begins anew.
  package init(_ store: Store? = nil, pipeline: String = "", params: String = "") {
    self.store = store
    self.pipeline = pipeline
    self.params = params
  }

  /// The cursor that the last published run reached; nil before the first.
  package func start(of source: String) async throws -> String? {
    try await store?.cursor(ofSource: source, pipeline: pipeline, params: params)
  }

  /// Notes how far a source has come; it counts once the run is published.
  package func advance(_ source: String, to cursor: String) { reached.withLock { $0[source] = cursor } }

  /// What is kept with publishing, sorted by source.
  var states: [SourceState] {
    reached.withLock { $0 }.sorted { $0.key < $1.key }.map {
      SourceState(pipeline: pipeline, source: $0.key, params: params, cursor: $0.value)
    }
  }
}
