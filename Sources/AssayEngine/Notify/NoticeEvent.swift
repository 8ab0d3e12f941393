internal import AssayDefinition
package import AssayStore

/// What a pipeline tells others of.
package enum NoticeEvent: String, ConfigChoice {
  /// The gate failed, the run broke, or a budget ran out: exit code 1, 3 or 4; or its process died.
  case failure
  /// A run came out well, and the one before it had failed.
  case recovery
  /// Checks warned, or failed without failing the gate.
  case warning
  /// Slots of the schedule had no run.
  case missed
  /// A run came out well: passed, or with warnings.
  case success

  /// What a run is that ended so, the event that says most first; none for one that was interrupted.
  /// - Parameters:
  ///   - outcome: As the ledger has it; `broken` for a run whose process died.
  ///   - hasFailedBefore: Whether the judged run before it was a failure.
  package static func all(outcome: String, exitCode: Int?, hasFailedBefore: Bool) -> [NoticeEvent] {
    if isFailure(outcome: outcome, exitCode: exitCode) { return [.failure] }
    guard exitCode == 0 else { return [] }
    let isGood = isGood(outcome: outcome, exitCode: exitCode)
    var events: [NoticeEvent] = isGood && hasFailedBefore ? [.recovery] : []
    if outcome != Outcome.passed.rawValue { events.append(.warning) }
    if isGood { events.append(.success) }
    return events
  }

  /// What a run is that ended so, by what the store knows of the one before it.
  package static func all(
    outcome: String, exitCode: Int?, run: String, pipeline: String, in store: Store?
  ) async throws(StoreFailure) -> [NoticeEvent] {
    var hasFailedBefore = false
    if isGood(outcome: outcome, exitCode: exitCode), let store,
      let earlier = try await store.judgedRun(before: run, of: pipeline)
    {
      hasFailedBefore = isFailure(outcome: earlier.outcome ?? "", exitCode: earlier.exitCode)
      // A run may have been told of as a failure for what came after its judgement, such as a report that was not written.
      if !hasFailedBefore { hasFailedBefore = try await store.hasToldFailure(of: earlier.id) }
    }
    return all(outcome: outcome, exitCode: exitCode, hasFailedBefore: hasFailedBefore)
  }

  /// Whether a run that ended so is a failure.
  package static func isFailure(outcome: String, exitCode: Int?) -> Bool {
    outcome == "broken" || exitCode.map([1, 3, 4].contains) == true
  }

  /// Whether a run that ended so came out well.
  package static func isGood(outcome: String, exitCode: Int?) -> Bool {
    exitCode == 0 && [Outcome.passed.rawValue, Outcome.warned.rawValue].contains(outcome)
  }
}
