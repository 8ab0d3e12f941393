internal import ArgumentParser
internal import AssayEngine
internal import AssayHTTP
internal import AssayStore

/// The run that another goes on with or does again: what `assay resume` and `assay rerun` tell `assay run`.
struct RunOriginOptions: ParsableArguments {
  /// The run's id, in the store that `--store` names.
  @Option(help: .hidden)
  var resumeRun: String?

  @Option(help: .hidden)
  var rerunOf: String?

  /// The run of the ledger that is meant; nil for a run of its own.
  func record(in store: String?) async throws -> RunRecord? {
    guard let id = resumeRun ?? rerunOf else { return nil }
    return try await orUsageFault {
      let store = try await Store.open(store ?? "assay.db")
      let found: RunRecord?
      do {
        found = try await store.run(id)
      } catch {
        await store.close()
        throw error
      }
      await store.close()
      guard let found else { throw RunFailure("the store has no run '\(id)'") }
      return found
    }
  }

  /// Tells a run what it goes on with, or that it does another again. A file or params that are not the other's end the command.
  func apply(
    _ record: RunRecord?, to options: inout RunOptions, _ definition: PipelineDefinition, mask: SecretMask
  ) async throws {
    if rerunOf != nil { options.trigger = .rerun }
    guard resumeRun != nil, let record else { return }
    try await orUsageFault { [options] in
      try Resumption.requireSameDefinition(options.definitionSHA256, as: record)
      try Resumption.requireSameParams(definition, as: record, mask: mask)
    }
    options.resumes = record
    options.trigger = .resume
  }
}
