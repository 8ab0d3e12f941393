internal import AssayFormats
package import AssayHTTP
package import AssayStore
internal import Glibc

/// Finds the broken run that `--resume` goes on with.
package enum Resumption {
  /// The newest run of the pipeline, if it broke with the same definition.
  ///
  /// Throws `RunFailure` that says what keeps it from being gone on with.
  package static func run(of name: String, sha256: String, store path: String) async throws -> RunRecord {
    guard access(path, F_OK) == 0 else {
      throw RunFailure("there is nothing to resume: no run of '\(name)' is known, since there is no store '\(path)'")
    }
    let store = try await Store.open(path)
    let newest: RunRecord?
    let broken: RunRecord?
    do {
      newest = try await store.runs(of: name, limit: 1).first
      broken = try await store.resumableRun(of: name)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
    guard let newest else { throw RunFailure("there is nothing to resume: no run of '\(name)' is known") }
    guard let broken else {
      let end = newest.outcome.map { "ended as '\($0)'" } ?? "is still running"
      throw RunFailure("there is nothing to resume: the newest run of '\(name)' (\(newest.id)) \(end)")
    }
    try requireSameDefinition(sha256, as: broken)
    return broken
  }

  /// A run that broke, if it can be gone on with as things stand; nil for one that cannot.
  package static func run(
    _ id: String, if definition: PipelineDefinition, sha256: String, store path: String, mask: SecretMask
  ) async -> RunRecord? {
    guard access(path, F_OK) == 0, let store = try? await Store.open(path) else { return nil }
    let record = try? await store.run(id)
    await store.close()
    guard let record, let outcome = record.outcome, Store.resumable.contains(outcome),
      record.pipeline == definition.name,
      record.definitionSHA256 == sha256, record.params == definition.paramsText(mask)
    else { return nil }
    return record
  }

  /// Throws `RunFailure` where a broken run was of another text of the pipeline file.
  package static func requireSameDefinition(_ sha256: String, as broken: RunRecord) throws(RunFailure) {
    if broken.definitionSHA256 == sha256 { return }
    throw RunFailure(
      "the run \(broken.id) cannot be resumed: the pipeline file has changed since; start a new run without --resume")
  }

  /// Throws `RunFailure` where a broken run had other params than the definition, which was read at that run's logical
  /// time: params may hold its date.
  package static func requireSameParams(
    _ definition: PipelineDefinition, as broken: RunRecord, mask: SecretMask
  ) throws(RunFailure) {
    let params = definition.paramsText(mask)
    if broken.params == params { return }
    throw RunFailure(
      "the run \(broken.id) cannot be resumed: its params were \(broken.params), and now they are \(params); "
        + "give the same ones, or start a new run without --resume")
  }
}
