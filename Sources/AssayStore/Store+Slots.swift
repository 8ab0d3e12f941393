/// A scheduler's right to start the run of a slot.
package struct SlotClaim: Sendable, Hashable {
  /// The slot's moment in RFC 3339, UTC, as `StoreTime` writes it.
  package var slot: StoreTime
  /// Tells slots of one moment apart whose runs are called differently; empty for a schedule without params.
  package var variant: String
  /// The `ProcessIdentity.owner` of the scheduler that holds it.
  package var owner: String

  package init(slot: StoreTime, variant: String = "", owner: String) {
    self.slot = slot
    self.variant = variant
    self.owner = owner
  }
}

/// A slot as the store knows it.
package struct SlotRecord: Sendable, Hashable {
  package var slot: StoreTime
  package var variant: String
  /// `claimed`, `running`, `skipped`, `missed`, or the outcome of its run.
  package var state: String
  package var runID: String?
  /// How many runs it has had, the present one among them.
  package var attempt: Int
  package var reason: String?
  package var decidedAt: StoreTime?
  /// Whether whoever claimed it is still there.
  package var isClaimAlive: Bool
}

extension Store {
  /// Claims a slot, so that nobody else starts its run. The run that it had is known until the next one enters. O(log slots).
  /// - Parameters:
  ///   - again: Claim it although it had a run: the outcomes, or states, after which that is wanted.
  ///   - lease: For how long the claim holds without being renewed, should its process not be of this machine.
  /// - Returns: The number of the attempt, from 1; nil where the slot is another's, or was decided on.
  package func claim(
    _ claim: SlotClaim, of pipeline: String, again: Set<String> = [], lease: Duration = .seconds(60),
    now: StoreTime = .now
  ) async throws(StoreFailure) -> Int? {
    try await file.transaction { handle throws(StoreFailure) in
      let key: [SQLValue] = [.text(pipeline), .text(claim.slot.text), .text(claim.variant)]
      let known = try handle.rows(
        "SELECT state, claimed_by, claimed_until, attempt FROM slots WHERE pipeline = ? AND slot = ? AND variant = ?",
        key
      ).first
      var attempt = 1
      if let known {
        let state = known[0].text ?? ""
        let isDead = !Self.isClaimAlive(known[1].text, until: known[2].text, now)
        guard state == "claimed" && isDead || again.contains(state) else { return nil }
        attempt = (known[3].integer ?? 1) + (state == "claimed" ? 0 : 1)
      }
      try handle.rows(
        """
        INSERT INTO slots (pipeline, slot, variant, state, attempt, claimed_by, claimed_until, decided_at)
          VALUES (?1, ?2, ?3, 'claimed', ?4, ?5, ?6, ?7)
        ON CONFLICT (pipeline, slot, variant) DO UPDATE SET state = 'claimed', attempt = ?4,
          claimed_by = ?5, claimed_until = ?6, reason = NULL, decided_at = ?7
        """, key + [SQLValue(attempt), .text(claim.owner), .text(now.adding(lease).text), .text(now.text)])
      return attempt
    }
  }

  /// Whether a slot has no run of its own; the words of an index.
  static let isPassed = "(run_id IS NULL OR state IN ('missed', 'skipped'))"

  /// Decides that a slot has no run, unless it is decided on, or the live claim of another: `missed` or `skipped`, with the
  /// reason.
  /// - Parameter owner: The `ProcessIdentity.owner` of the scheduler that decides.
  package func pass(
    _ slot: StoreTime, variant: String, of pipeline: String, as state: String, reason: String,
    owner: String = ProcessIdentity.current.owner, now: StoreTime = .now
  ) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      let claim = try handle.rows(
        """
        SELECT claimed_by, claimed_until FROM slots
        WHERE pipeline = ? AND slot = ? AND variant = ? AND state = 'claimed'
        """, [.text(pipeline), .text(slot.text), .text(variant)]
      ).first
      if let claim, claim[0].text != owner, Self.isClaimAlive(claim[0].text, until: claim[1].text, now) { return }
      try handle.rows(
        """
        INSERT INTO slots (pipeline, slot, variant, state, decided_at, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (pipeline, slot, variant) DO UPDATE SET state = ?4, decided_at = ?5, reason = ?6
          WHERE state = 'claimed'
        """,
        [.text(pipeline), .text(slot.text), .text(variant), .text(state), .text(now.text), .text(reason)])
    }
  }

  /// The slots of a pipeline from a moment on, in order.
  package func slots(
    of pipeline: String, since: StoreTime, now: StoreTime = .now
  ) async throws(StoreFailure) -> [SlotRecord] {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT slot, variant, state, run_id, attempt, reason, claimed_by, claimed_until, decided_at FROM slots
        WHERE pipeline = ? AND slot >= ? ORDER BY slot, variant
        """, [.text(pipeline), .text(since.text)]
      ).compactMap { Self.slotRecord($0, now) }
    }
  }

  /// One slot of a pipeline; nil for one that nobody has decided on. O(log slots).
  package func slot(
    _ slot: StoreTime, variant: String, of pipeline: String, now: StoreTime = .now
  ) async throws(StoreFailure) -> SlotRecord? {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT slot, variant, state, run_id, attempt, reason, claimed_by, claimed_until, decided_at FROM slots
        WHERE pipeline = ? AND slot = ? AND variant = ?
        """, [.text(pipeline), .text(slot.text), .text(variant)]
      ).first.flatMap { Self.slotRecord($0, now) }
    }
  }

  private static func slotRecord(_ row: [SQLValue], _ now: StoreTime) -> SlotRecord? {
    guard let slot = row[0].text.flatMap({ StoreTime(text: $0) }) else { return nil }
    return SlotRecord(
      slot: slot, variant: row[1].text ?? "", state: row[2].text ?? "", runID: row[3].text,
      attempt: row[4].integer ?? 1, reason: row[5].text, decidedAt: row[8].text.flatMap { StoreTime(text: $0) },
      isClaimAlive: isClaimAlive(row[6].text, until: row[7].text, now))
  }

  /// Whether a run of a pipeline that stands for a moment came to a good end. O(log runs).
  package func hasRun(of pipeline: String, for slot: StoreTime) async throws(StoreFailure) -> Bool {
    try await file.perform { connection throws(StoreFailure) in
      try !connection.handle.rows(
        """
        SELECT 1 FROM runs WHERE pipeline = ? AND logical_time = ? AND slot IS NOT NULL
          AND outcome IN ('passed', 'warned') LIMIT 1
        """, [.text(pipeline), .text(slot.text)]
      ).isEmpty
    }
  }

  /// Gives a claim back, so that the slot is as if nobody had taken it up.
  package func unclaim(_ claim: SlotClaim, of pipeline: String) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      try handle.rows(
        "DELETE FROM slots WHERE pipeline = ? AND slot = ? AND variant = ? AND state = 'claimed' AND claimed_by = ?",
        [.text(pipeline), .text(claim.slot.text), .text(claim.variant), .text(claim.owner)])
    }
  }

  /// Up to which moment the slots of a pipeline have been decided on; nil for one that no scheduler has seen.
  package func scheduledUntil(_ pipeline: String) async throws(StoreFailure) -> StoreTime? {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        "SELECT slot FROM schedule_state WHERE pipeline = ? AND schedule = ''", [.text(pipeline)]
      ).first?.first?.text.flatMap { StoreTime(text: $0) }
    }
  }

  /// Keeps up to which moment the slots of pipelines have been decided on.
  package func setScheduled(
    _ moments: [(pipeline: String, until: StoreTime)]
  ) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      for moment in moments {
        try handle.rows(
          """
          INSERT INTO schedule_state (pipeline, schedule, slot) VALUES (?1, '', ?2)
          ON CONFLICT (pipeline, schedule) DO UPDATE SET slot = ?2
          """, [.text(moment.pipeline), .text(moment.until.text)])
      }
    }
  }

  /// Enters a run into the slot that was claimed for it, within the transaction that begins the run.
  /// - Throws: `slotTaken` where the claim is no longer there.
  static func enter(
    _ run: String, into claim: SlotClaim, of pipeline: String, in handle: SQLHandle, _ path: String
  ) throws(StoreFailure) {
    let taken = try handle.rows(
      """
      UPDATE slots SET state = 'running', run_id = ?1
      WHERE pipeline = ?2 AND slot = ?3 AND variant = ?4 AND state = 'claimed' AND claimed_by = ?5 RETURNING slot
      """,
      [.text(run), .text(pipeline), .text(claim.slot.text), .text(claim.variant), .text(claim.owner)])
    if taken.isEmpty {
      throw StoreFailure(
        .slotTaken, path, "the slot \(claim.slot.text) of '\(pipeline)' is another scheduler's, or was decided on",
        advice: "start a run of your own with 'assay run --at'")
    }
  }

  /// Whether what a process has claimed is still its own: the claim is not over, and the process not certainly dead.
  static func isClaimAlive(_ owner: String?, until: String?, _ now: StoreTime) -> Bool {
    guard let owner, let until = until.flatMap({ StoreTime(text: $0) }) else { return false }
    let parts = owner.split(separator: "/", omittingEmptySubsequences: false)
    let process = ProcessIdentity(
      host: String(parts.first ?? ""), pid: parts.count > 2 ? Int(parts[2]) ?? 0 : 0, owner: owner)
    return until > now && !process.hasEnded
  }
}
