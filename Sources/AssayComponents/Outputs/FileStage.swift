internal import AssayEngine
internal import AssayStore
internal import Dispatch

/// A file output while its run goes on: bytes are made on a worker and written on a queue of their own.
final class FileStage: Sendable {
  private let staged: StagedFile
  private let context: OutputContext
  private let queue = DispatchQueue(label: "assay.output")

  /// Starts the file; folders on its way are made.
  init(_ path: String, _ context: OutputContext) async throws {
    self.context = context
    let target = context.node.run.path(path)
    try makeFolders(for: target, shown: path)
    staged = try await context.store.stageFile(target: target, run: context.node.run.runID)
  }

  /// Appends the bytes that `make` gives.
  func write(_ make: @escaping @Sendable () -> [UInt8]) async throws {
    let bytes = try await context.node.run.workers.run(make)
    try await onQueue { [staged] in try staged.write(bytes) }
  }

  /// Writes what is left and syncs the file; it is renamed when the run is published.
  /// - Parameter filler: Writes the file anew from what it holds, where columns came late.
  func finish(rows: Int, filler: CSVFiller? = nil) async throws -> StagedOutput {
    try await onQueue { [staged] in
      if let filler {
        try staged.rewrite { narrow in try filler.fill(from: narrow, into: staged) }
      }
      return .file(try staged.finish(), rows: rows)
    }
  }

  private func onQueue<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result(catching: work)) }
    }
  }
}
