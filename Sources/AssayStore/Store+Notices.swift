/// Whether a notice may be sent.
package enum NoticeClaim: Sendable, Hashable {
  /// It is the caller's to send: `settle` says how that went. Notices that were held back since the last one that was
  /// sent are told with it.
  case granted(suppressed: Int)
  /// Another of its kind was sent not long ago, or is being sent: it is counted, and the next one tells of it.
  case suppressed
  /// Somebody has told of the run, or is about to.
  case told
}

/// What is told, and by whom.
package struct NoticeKey: Sendable, Hashable {
  package var pipeline: String
  /// The name of the entry under `notify`.
  package var entry: String
  /// `failure`, `recovery`, `warning`, `missed` or `success`.
  package var event: String
  /// The run that it is about, of which no entry tells twice; nil for none.
  package var run: String?
  /// The slot that it is about where it is of no run; no entry tells twice of it either.
  package var slot: String?

  package init(pipeline: String, entry: String, event: String, run: String? = nil, slot: String? = nil) {
    self.pipeline = pipeline
    self.entry = entry
    self.event = event
    self.run = run
    self.slot = slot
  }

  /// What no entry tells of twice, as `run_notices` has it: no run's id has a colon.
  fileprivate var subject: String? { run ?? slot.map { "slot:\(pipeline):\($0)" } }
  /// Begins the subjects that are slots.
  static let slotPrefix = "slot:"
}

extension Store {
  /// Asks for the right to send a notice, so that no two processes send it.
  /// - Parameters:
  ///   - every: At most one is sent in that time; nil for any number.
  ///   - lease: For how long the right holds, should its process not be of this machine.
  package func claim(
    _ notice: NoticeKey, atMostEvery every: Duration?, lease: Duration, owner: String = ProcessIdentity.current.owner,
    now: StoreTime = .now
  ) async throws(StoreFailure) -> NoticeClaim {
    try await file.transaction { handle throws(StoreFailure) in
      if try Self.isTold(notice, in: handle, now) { return .told }
      let known = try handle.rows(
        """
        SELECT sent_at, suppressed, claimed_by, claimed_until FROM notices
        WHERE pipeline = ? AND entry = ? AND event = ?
        """, notice.values
      ).first
      let until = now.adding(lease).text
      if let every, let known {
        let sentAt = known[0].text.flatMap { StoreTime(text: $0) }
        // A clock that was set back must not hold notices for long.
        let isRecent = sentAt.map { $0 <= now && now < $0.adding(every) } ?? false
        if isRecent || Self.isClaimAlive(known[2].text, until: known[3].text, now) {
          try handle.rows(
            "UPDATE notices SET suppressed = suppressed + 1 WHERE pipeline = ? AND entry = ? AND event = ?",
            notice.values)
          try Self.note(notice, "suppressed", owner: nil, until: nil, in: handle, now)
          return .suppressed
        }
      }
      try handle.rows(
        """
        INSERT INTO notices (pipeline, entry, event, claimed_by, claimed_until) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (pipeline, entry, event) DO UPDATE SET claimed_by = excluded.claimed_by,
          claimed_until = excluded.claimed_until
        """, notice.values + [.text(owner), .text(until)])
      try Self.note(notice, "claimed", owner: owner, until: until, in: handle, now)
      return .granted(suppressed: known?[1].integer ?? 0)
    }
  }

  /// Says how the sending of a notice went that was claimed. One that could not be sent counts as none.
  ///
  /// A failure that was told, or a recovery that could not be, leaves an incident open, which a recovery or a success ends
  /// that was told.
  /// - Parameters:
  ///   - told: How many of those that were held back it told of.
  ///   - failures: How many failures of those that were held back it told of besides.
  package func settle(
    _ notice: NoticeKey, sent: Bool, told: Int = 0, ofFailures failures: Int = 0, now: StoreTime = .now
  ) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      try handle.rows(
        """
        UPDATE notices SET claimed_by = NULL, claimed_until = NULL, sent_at = CASE WHEN ?4 THEN ?5 ELSE sent_at END,
          suppressed = CASE WHEN ?4 THEN max(0, suppressed - ?6) ELSE suppressed END
        WHERE pipeline = ?1 AND entry = ?2 AND event = ?3
        """, notice.values + [SQLValue(sent ? 1 : 0), .text(now.text), SQLValue(told)])
      if sent, failures > 0 {
        var ofFailures = notice
        ofFailures.event = "failure"
        try handle.rows(
          """
          UPDATE notices SET suppressed = max(0, suppressed - ?4) WHERE pipeline = ?1 AND entry = ?2 AND event = ?3
          """, ofFailures.values + [SQLValue(failures)])
      }
      try Self.noteIncident(notice, sent: sent, in: handle, now)
      try Self.note(notice, sent ? "sent" : "failed", owner: nil, until: nil, in: handle, now)
    }
  }

  /// The event under which `notices` has that an incident is open; `sent_at` is when the run began that opened it.
  private static let incident = "incident"

  private static func noteIncident(
    _ notice: NoticeKey, sent: Bool, in handle: SQLHandle, _ now: StoreTime
  ) throws(StoreFailure) {
    var key = notice
    key.event = incident
    switch (notice.event, sent) {
    case ("failure", true), ("recovery", false):
      try handle.rows(
        """
        INSERT INTO notices (pipeline, entry, event, sent_at)
        VALUES (?1, ?2, ?3, ifnull((SELECT started_at FROM runs WHERE id = ?4), ?5))
        ON CONFLICT (pipeline, entry, event) DO NOTHING
        """, key.values + [SQLValue(notice.run), .text(now.text)])
    case ("recovery", true), ("success", true):
      try handle.rows("DELETE FROM notices WHERE pipeline = ? AND entry = ? AND event = ?", key.values)
    default: break
    }
  }

  /// Whether an entry was told of a failure before a run, and of no recovery since.
  package func isIncidentOpen(
    of entry: String, pipeline: String, before run: String?
  ) async throws(StoreFailure) -> Bool {
    try await file.perform { connection throws(StoreFailure) in
      try !connection.handle.rows(
        """
        SELECT 1 FROM notices WHERE pipeline = ?1 AND entry = ?2 AND event = ?3
          AND sent_at <= ifnull((SELECT started_at FROM runs WHERE id = ?4), '~')
        """,
        NoticeKey(pipeline: pipeline, entry: entry, event: Self.incident).values + [SQLValue(run)]
      ).isEmpty
    }
  }

  /// Forgets when an entry last told of an event, as after a recovery: the next one is told at once.
  /// - Returns: How many were held back and not yet told of, which is still to be done.
  package func resetNotices(
    of event: String, entry: String, pipeline: String
  ) async throws(StoreFailure) -> Int {
    try await file.transaction { handle throws(StoreFailure) in
      try handle.rows(
        """
        UPDATE notices SET sent_at = NULL, claimed_by = NULL, claimed_until = NULL
        WHERE pipeline = ? AND entry = ? AND event = ? RETURNING suppressed
        """,
        NoticeKey(pipeline: pipeline, entry: entry, event: event).values
      ).first?.first?.integer ?? 0
    }
  }

  /// The newest run before another of its pipeline that was a failure or came out well. Neither are interrupted runs, those
  /// that were let through, those of a part of the pipeline, and those of which nothing came since parts failed that were
  /// told to `continue`; backfills are of the past. O(log runs) but for those.
  package func judgedRun(before run: String, of pipeline: String) async throws(StoreFailure) -> RunRecord? {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT \(Self.runColumns) FROM runs
        WHERE pipeline = ?2 AND outcome IS NOT NULL AND outcome <> 'interrupted' AND "trigger" <> 'backfill'
          AND NOT EXISTS (
            SELECT 1 FROM json_each(ifnull(runs."call", '{}'), '$.arguments') a
            WHERE a.value IN ('--only', '--from-step'))
          AND (outcome = 'broken' OR exit_code IN (1, 3, 4)
            OR EXISTS (SELECT 1 FROM run_notices n WHERE n.run_id = runs.id AND n.event = 'failure')
            OR exit_code = 0 AND outcome IN ('passed', 'warned') AND NOT (
              EXISTS (SELECT 1 FROM run_steps s WHERE s.run_id = runs.id AND s.status = 'failed')
              AND NOT EXISTS (
                SELECT 1 FROM run_steps s WHERE s.run_id = runs.id AND s.status = 'finished' AND s.kind = iif(
                  EXISTS (SELECT 1 FROM run_steps o WHERE o.run_id = runs.id AND o.kind = 'output'),
                  'output', 'source'))))
          AND id <> ?1 AND started_at <= ifnull((SELECT started_at FROM runs WHERE id = ?1), '~')
        ORDER BY started_at DESC, id DESC LIMIT 1
        """, [.text(run), .text(pipeline)]
      ).first.map(RunRecord.init(row:))
    }
  }

  /// Whether anybody was told that a run failed, or was to be told.
  package func hasToldFailure(of run: String) async throws(StoreFailure) -> Bool {
    try await file.perform { connection throws(StoreFailure) in
      try !connection.handle.rows(
        "SELECT 1 FROM run_notices WHERE run_id = ? AND event = 'failure' LIMIT 1", [.text(run)]
      ).isEmpty
    }
  }

  private static func isTold(_ notice: NoticeKey, in handle: SQLHandle, _ now: StoreTime) throws(StoreFailure) -> Bool {
    guard let subject = notice.subject else { return false }
    let known = try handle.rows(
      "SELECT state, claimed_by, claimed_until FROM run_notices WHERE run_id = ? AND entry = ?",
      [.text(subject), .text(notice.entry)]
    ).first
    guard let known else { return false }
    switch known[0].text {
    case "sent", "suppressed": return true
    case "claimed": return isClaimAlive(known[1].text, until: known[2].text, now)
    default: return false
    }
  }

  private static func note(
    _ notice: NoticeKey, _ state: String, owner: String?, until: String?, in handle: SQLHandle, _ now: StoreTime
  ) throws(StoreFailure) {
    guard let subject = notice.subject else { return }
    try handle.rows(
      """
      INSERT INTO run_notices (run_id, entry, event, state, claimed_by, claimed_until, at) VALUES (?,?,?,?,?,?,?)
      ON CONFLICT (run_id, entry) DO UPDATE SET event = excluded.event, state = excluded.state,
        claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until, at = excluded.at
      """,
      [
        .text(subject), .text(notice.entry), .text(notice.event), .text(state), SQLValue(owner), SQLValue(until),
        .text(now.text),
      ])
  }
}

extension NoticeKey {
  /// Pipeline, entry and event, as conditions of SQL take them.
  fileprivate var values: [SQLValue] { [.text(pipeline), .text(entry), .text(event)] }
}
