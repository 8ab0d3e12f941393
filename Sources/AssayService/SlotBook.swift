internal import AssaySchedule
internal import AssayStore

/// What the stores of pipelines remember of their slots, so that none has two runs, whoever starts them.
struct SlotBook: Sendable {
  /// What is known of a pipeline's slots when a scheduler starts.
  struct Memory: Sendable {
    var decidedUntil: Int?
    /// The run that goes on, started by a scheduler before this one.
    var running: DueSlot?
    var unfinished: [DueSlot] = []
    /// The slot whose run broke, and when it is tried again.
    var retrying: (due: DueSlot, at: Int)?
  }

  /// Why a slot has no run.
  enum Refusal: Error {
    /// Somebody else has it, or it was decided on.
    case taken
    /// Another run of the pipeline goes on.
    case busy(String)
  }

  /// What the ledger says of a run whose process is gone.
  enum Settled: Equatable {
    case ended(outcome: String, score: Double?)
    /// It did not come so far as to enter the ledger.
    case neverBegan
    /// The ledger cannot be asked.
    case unknown
  }

  static let owner = ProcessIdentity.current.owner

  func withStore<Value>(
    _ path: String, patience: Duration = .seconds(10), _ body: (Store) async throws(StoreFailure) -> Value
  ) async throws(StoreFailure) -> Value {
    let store = try await Store.open(path, patience: patience)
    do throws(StoreFailure) {
      let value = try await body(store)
      await store.close()
      return value
    } catch {
      await store.close()
      throw error
    }
  }

  /// Reads what is known of pipelines of one store, and enters those that were never seen: they begin now.
  func memories(
    of pipelines: [ScheduledPipeline], in path: String, now: Int
  ) async throws(StoreFailure) -> [String: Memory] {
    try await withStore(path) { store throws(StoreFailure) in
      var memories: [String: Memory] = [:]
      var fresh: [(pipeline: String, until: StoreTime)] = []
      for pipeline in pipelines {
        var memory = Memory()
        memory.decidedUntil = try await store.scheduledUntil(pipeline.name).map { Int($0.milliseconds / 1000) }
        if memory.decidedUntil == nil {
          fresh.append((pipeline.name, Self.time(now)))
        } else {
          try await fill(&memory, of: pipeline, from: store, now: now)
        }
        memories[pipeline.id] = memory
      }
      if !fresh.isEmpty { try await store.setScheduled(fresh) }
      return memories
    }
  }

  private func fill(
    _ memory: inout Memory, of pipeline: ScheduledPipeline, from store: Store, now: Int
  ) async throws(StoreFailure) {
    let window = pipeline.entries.map(\.catchUpWindow).max() ?? 0
    let slots = try await store.slots(of: pipeline.name, since: Self.time(now - max(window, 86_400)))
    for slot in slots {
      guard let schedule = pipeline.place(of: slot.variant).map({ pipeline.entries[$0] }) else { continue }
      let seconds = Int(slot.slot.milliseconds / 1000)
      // The slot with the offset of its place: the first moment after the one before it.
      let moment = schedule.slots.next(after: seconds - 1) ?? ZonedMoment(seconds: seconds)
      let due = DueSlot(
        job: pipeline.id, slot: moment.seconds == seconds ? moment : ZonedMoment(seconds: seconds),
        variant: slot.variant, reason: .onTime, attempt: slot.attempt)
      memory.retrying = nil
      let isOpen = !["passed", "warned", "failed", "running", "skipped", "missed"].contains(slot.state)
      // A person may have run it again meanwhile.
      if isOpen, pipeline.entries.allSatisfy({ $0.variant == slot.variant }),
        try await store.hasRun(of: pipeline.name, for: slot.slot)
      {
        continue
      }
      switch slot.state {
      case "error":
        // The newest slot alone: what came after it would have been in its way.
        if let wait = schedule.retry.wait(after: slot.attempt), let broke = slot.decidedAt {
          let at = Int(broke.milliseconds / 1000) + wait
          // Long after, it is no longer the same attempt, but a slot that broke.
          if at > now - 3600 { memory.retrying = (due, at) }
        }
      case "running": memory.running = due
      case "broken", "interrupted": memory.unfinished.append(due)
      case "claimed" where !slot.isClaimAlive:
        if schedule.catchUp == .none {
          try await store.pass(
            slot.slot, variant: slot.variant, of: pipeline.name, as: "missed",
            reason: "the scheduler was ended before the run began")
        } else {
          memory.unfinished.append(due)
        }
      case "passed", "warned", "failed":
        // What came later and was done makes an older one old news, where only the latest counts.
        if schedule.catchUp == .latest { memory.unfinished.removeAll { $0.variant == slot.variant } }
      default: break
      }
    }
  }

  /// Claims a slot for a run that is about to start. Returns the run of an earlier attempt, which may be gone on with.
  /// - Parameter waits: Whether the run waits for others of its pipeline.
  func claim(
    _ due: DueSlot, of pipeline: ScheduledPipeline, waits: Bool, decidedUntil: Int?
  ) async throws -> String? {
    // A store that is locked is tried again: its runs have no place while they wait.
    try await withStore(pipeline.store, patience: .seconds(5)) { store throws(StoreFailure) in
      let slot = Self.time(due.slot.seconds)
      let known = try await store.slot(slot, variant: due.variant, of: pipeline.name)
      let again: Set<String> =
        switch due.reason {
        case .onTime: ["missed"]
        case .catchUp: due.attempt > 1 ? ["missed", "broken", "interrupted"] : ["missed"]
        case .retry: ["error", "broken", "interrupted"]
        }
      let claim = SlotClaim(slot: slot, variant: due.variant, owner: Self.owner)
      let lease = Duration.seconds(waits ? 7 * 86_400 : 900)
      guard try await store.claim(claim, of: pipeline.name, again: again, lease: lease) != nil else {
        return Result<String?, Refusal>.failure(.taken)
      }
      if let decidedUntil { try await store.setScheduled([(pipeline.name, Self.time(decidedUntil))]) }
      if !waits, let other = try await store.runningRun(of: pipeline.name) {
        let reason = "run \(other) of the pipeline was going on"
        try await store.pass(slot, variant: due.variant, of: pipeline.name, as: "skipped", reason: reason)
        return .failure(.busy(reason))
      }
      return .success(known?.runID)
    }.get()
  }

  /// Gives a claim back.
  func unclaim(_ due: DueSlot, of pipeline: ScheduledPipeline) async throws(StoreFailure) {
    try await withStore(pipeline.store) { store throws(StoreFailure) in
      let slot = Self.time(due.slot.seconds)
      try await store.unclaim(SlotClaim(slot: slot, variant: due.variant, owner: Self.owner), of: pipeline.name)
    }
  }

  /// Writes slots that have no run. Returns, for each decision, those that nobody had decided on.
  func pass(
    _ decisions: [SlotDecision], in path: String, decidedUntil: (String) -> Int?
  ) async throws(StoreFailure) -> [[DueSlot]] {
    try await withStore(path, patience: .seconds(30)) { store throws(StoreFailure) in
      var all: [[DueSlot]] = []
      for decision in decisions {
        let name = decision.job.pipeline.name
        var decided: [DueSlot] = []
        for due in decision.slots {
          let slot = Self.time(due.slot.seconds)
          let known = try await store.slot(slot, variant: due.variant, of: name)
          if let known, known.state != "claimed" || known.isClaimAlive { continue }
          try await store.pass(slot, variant: due.variant, of: name, as: decision.state, reason: decision.reason)
          decided.append(due)
        }
        if let until = decidedUntil(decision.job.pipeline.id) {
          try await store.setScheduled([(name, Self.time(until))])
        }
        all.append(decided)
      }
      return all
    }
  }

  /// How a run ended whose process is gone; a slot that it never entered gets the reason.
  func settle(
    run: String, _ due: DueSlot, of pipeline: ScheduledPipeline, unenteredBecause reason: String
  ) async throws(StoreFailure) -> Settled {
    try await withStore(pipeline.store, patience: .seconds(30)) { store throws(StoreFailure) in
      guard let record = try await store.run(run) else {
        try await store.pass(
          Self.time(due.slot.seconds), variant: due.variant, of: pipeline.name, as: "error", reason: reason)
        return .neverBegan
      }
      return .ended(outcome: record.outcome ?? "error", score: record.score)
    }
  }

  /// The state of slots of one store.
  func states(
    of slots: [(due: DueSlot, pipeline: ScheduledPipeline)], in path: String
  ) async throws(StoreFailure) -> [DueSlot: String] {
    try await withStore(path) { store throws(StoreFailure) in
      var states: [DueSlot: String] = [:]
      for (due, pipeline) in slots {
        let slot = Self.time(due.slot.seconds)
        states[due] =
          try await store.slot(slot, variant: due.variant, of: pipeline.name)?.state
      }
      return states
    }
  }

  /// Keeps up to which moment the slots of pipelines are decided on.
  func keep(_ moments: [(pipeline: String, until: Int)], in path: String) async throws(StoreFailure) {
    try await withStore(path) { store throws(StoreFailure) in
      try await store.setScheduled(moments.map { ($0.pipeline, Self.time($0.until)) })
    }
  }

  private static func time(_ seconds: Int) -> StoreTime { StoreTime(milliseconds: Int64(seconds) * 1000) }
}
