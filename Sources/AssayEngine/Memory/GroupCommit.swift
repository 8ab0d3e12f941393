package import AssayStore
internal import Synchronization

/// Writes records into the store so that those which come at the same time are committed together.
///
/// A commit is not undone when the task that waits for it is cancelled. Once one has failed no further record is awaited.
package final class GroupCommit<Record: Sendable>: Sendable {
  private struct Waiting {
    var records: [Record] = []
    var tasks: [CheckedContinuation<Void, any Error>] = []
    var isWriting = false
  }

  private let write: @Sendable ([Record]) async throws(StoreFailure) -> Void
  private let waiting = Mutex(Waiting())
  /// Requests that are under way, and of which something will be kept.
  private let underWay = Atomic(0)
  private let firstFailure = Mutex<StoreFailure?>(nil)

  /// - Parameter write: Commits a group.
  package init(_ write: @escaping @Sendable ([Record]) async throws(StoreFailure) -> Void) { self.write = write }

  /// Why a record could not be kept, if one could not.
  package var failure: StoreFailure? { firstFailure.withLock { $0 } }

  /// Throws the failure that kept an earlier record from being kept.
  package func check() throws {
    if let failure { throw failure }
  }

  /// Keeps records; they are committed when it returns.
  package func keep(_ records: [Record]) async throws {
    if records.isEmpty { return }
    try await withCheckedThrowingContinuation { (task: CheckedContinuation<Void, any Error>) in
      let starts = waiting.withLock { waiting in
        waiting.records += records
        waiting.tasks.append(task)
        defer { waiting.isWriting = true }
        return !waiting.isWriting
      }
      if starts { Task { await drain() } }
    }
  }

  /// Does what brings a record, so that a commit may wait for it. Throws what `check` throws.
  package func expecting<R>(_ body: () async throws -> R) async throws -> R {
    try check()
    underWay.wrappingAdd(1, ordering: .relaxed)
    defer { underWay.wrappingSubtract(1, ordering: .relaxed) }
    return try await body()
  }

  /// How long a commit waits for further records where some are under way. A commit costs about as much as writing five
  /// pages of the file, whatever is in it.
  private static var gathering: Duration { .milliseconds(1) }

  private func drain() async {
    while true {
      // Nobody waits for a wait that ends early because the task was cancelled: it never is.
      if underWay.load(ordering: .relaxed) > 0 { try? await Task.sleep(for: Self.gathering) }
      let group = waiting.withLock { waiting -> Waiting? in
        if waiting.tasks.isEmpty {
          waiting.isWriting = false
          return nil
        }
        defer { waiting = Waiting(isWriting: true) }
        return waiting
      }
      guard let group else { return }
      do throws(StoreFailure) {
        try await write(group.records)
        for task in group.tasks { task.resume() }
      } catch {
        firstFailure.withLock { $0 = $0 ?? error }
        for task in group.tasks { task.resume(throwing: error) }
      }
    }
  }
}
