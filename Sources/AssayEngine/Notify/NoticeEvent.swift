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

  /// What a run is that ended so, the event that says most first; none for one that was interrupted. A run of a part of
  /// its pipeline is at most a failure.
  /// - Parameter hasFailedBefore: Whether the judged run before it was a failure.
  package static func all(_ ending: RunEnding, hasFailedBefore: Bool) -> [NoticeEvent] {
    if ending.isFailure { return [.failure] }
    guard ending.exitCode == 0, !ending.isOfPart else { return [] }
    var events: [NoticeEvent] = ending.isGood && hasFailedBefore ? [.recovery] : []
    if ending.outcome != Outcome.passed.rawValue { events.append(.warning) }
    if ending.isGood { events.append(.success) }
    return events
  }

  /// What a run is that ended so, by what the store knows of those before it.
  package static func all(
    _ ending: RunEnding, run: String, pipeline: String, in store: Store?
  ) async throws(StoreFailure) -> [NoticeEvent] {
    var hasFailedBefore = false
    if ending.isGood, let store, let earlier = try await store.judgedRun(before: run, of: pipeline) {
      hasFailedBefore = RunEnding(outcome: earlier.outcome ?? "", exitCode: earlier.exitCode).isFailure
      // A run may have been told of as a failure for what came after its judgement, such as a report that was not written.
      if !hasFailedBefore { hasFailedBefore = try await store.hasToldFailure(of: earlier.id) }
    }
    return all(ending, hasFailedBefore: hasFailedBefore)
  }
}

/// How a run ended, as far as it says what is told of it.
package struct RunEnding: Sendable, Hashable {
  /// As the ledger has it; `broken` for a run whose process died.
  package var outcome: String
  package var exitCode: Int?
  /// Whether it was of a part of its pipeline alone, which says nothing of the whole.
  package var isOfPart = false
  /// Whether nothing came of it, since parts failed that were told to `continue`.
  package var isEmptyHanded = false

  package init(outcome: String, exitCode: Int?) {
    self.outcome = outcome
    self.exitCode = exitCode
  }

  /// - Parameter steps: Kind and status of each of its steps.
  package init(outcome: String, exitCode: Int?, isOfPart: Bool, steps: [(kind: String, status: String)]) {
    self.init(outcome: outcome, exitCode: exitCode)
    self.isOfPart = isOfPart
    let yielding = steps.contains { $0.kind == "output" } ? "output" : "source"
    isEmptyHanded =
      steps.contains { $0.status == "failed" }
      && !steps.contains { $0.kind == yielding && $0.status == "finished" }
  }

  package var isFailure: Bool { outcome == "broken" || exitCode.map([1, 3, 4].contains) == true }

  /// Whether it came out well.
  package var isGood: Bool {
    exitCode == 0 && [Outcome.passed.rawValue, Outcome.warned.rawValue].contains(outcome) && !isOfPart
      && !isEmptyHanded
  }
}
