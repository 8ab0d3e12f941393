package import AssayStore
internal import Synchronization

/// The files that sources bring: staged like those of outputs, and published with them if the gate passes.
///
/// A run that breaks, is interrupted or dies leaves the old file as it was, and nothing beside it.
package final class RunFiles: Sendable {
  private let store: Store?
  private let runID: String
  private let noted: Mutex<Set<String>> = Mutex([])
  private let keep: @Sendable (FilePublish) -> Void

  /// - Parameter keep: Takes a file that is complete.
  package init(store: Store?, runID: String, keep: @escaping @Sendable (FilePublish) -> Void) {
    self.store = store
    self.runID = runID
    self.keep = keep
  }

  /// Starts a file anew, dropping what was written to it before. The folder must be there.
  package func begin(_ target: String) async throws -> StagedFile {
    guard let store else { throw RunFailure("a file can only be downloaded by a run with a store") }
    // The store knows it by now.
    if !noted.withLock({ $0.insert(target).inserted }) { return try StagedFile(target: target, run: runID) }
    return try await store.stageFile(target: target, run: runID)
  }

  /// Takes a file that is complete and synced; it is renamed when the run is published.
  package func complete(_ file: FilePublish) { keep(file) }
}
