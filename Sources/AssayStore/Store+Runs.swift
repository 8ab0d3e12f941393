extension Store {
  /// Enters a run into the ledger.
  ///
  /// A dead run of the same pipeline is marked `broken` first, and what it staged is dropped.
  /// - Throws: `alreadyRunning`, naming run, host and process, while another run of the pipeline is alive.
  package func begin(_ run: RunRecord, now: StoreTime = .now) async throws(StoreFailure) {
    try await settle(now: now)
    try await file.transaction { [path] handle throws(StoreFailure) in
      // Runs of other slots may go on beside one that says so; a slot has one run at a time.
      let alive = try handle.rows(
        """
        SELECT id, host, pid, started_at FROM runs WHERE pipeline = ?1 AND outcome IS NULL
          AND (?2 = 0 OR logical_time = ?3)
        """, [.text(run.pipeline), SQLValue(run.runsBesideOthers ? 1 : 0), .text(run.logicalTime.text)])
      if let other = alive.first?.map({ $0.text ?? "" }) {
        throw StoreFailure(
          .alreadyRunning, path,
          "the pipeline '\(run.pipeline)' is running already: run \(other[0]) on \(other[1]), process \(other[2]), "
            + "since \(other[3])", advice: "wait for it to end, or use --wait")
      }
      try handle.rows(
        """
        INSERT INTO runs (id, pipeline, definition_sha256, params, started_at, host, pid, owner, lease_until,
          assay_version, logical_time, resumed_from, "trigger", slot, file, "call")
          VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
        """,
        [
          .text(run.id), .text(run.pipeline), .text(run.definitionSHA256), .text(run.params),
          .text(run.startedAt.text), .text(run.process.host), SQLValue(run.process.pid), .text(run.process.owner),
          .text(run.leaseUntil.text), .text(run.assayVersion), .text(run.logicalTime.text), SQLValue(run.resumedFrom),
          .text(run.trigger.rawValue), SQLValue(run.slot), SQLValue(run.file), SQLValue(run.call),
        ])
      if let claim = run.claim {
        try Self.enter(run.id, into: claim, of: run.pipeline, in: handle, path)
      } else if let broken = run.resumedFrom {
        // What comes of a run that a person goes on with is what came of its slot.
        try handle.rows(
          "UPDATE slots SET state = 'running', run_id = ?, decided_at = ?, reason = NULL WHERE run_id = ?",
          [.text(run.id), .text(now.text), .text(broken)])
      }
    }
  }

  /// Lets a run live longer. Call it well before the lease ends.
  /// - Throws: `noSuchRun` where the run has ended, or was taken for dead.
  package func renewLease(of run: String, until: StoreTime) async throws(StoreFailure) {
    try await file.transaction { [path] handle throws(StoreFailure) in
      let changed = try handle.rows(
        "UPDATE runs SET lease_until = ? WHERE id = ? AND outcome IS NULL RETURNING id",
        [.text(until.text), .text(run)])
      if changed.isEmpty { throw Self.unknownRun(run, path) }
    }
  }

  /// Ends a run that publishes nothing: its result is kept, what it staged is dropped.
  /// - Throws: `noSuchRun` where the run has ended, or was taken for dead.
  package func finish(_ run: String, _ result: RunResult) async throws(StoreFailure) {
    try await file.transaction { [path] handle throws(StoreFailure) in
      try Self.record(result, of: run, in: handle, path)
    }
    try await discard(run)
  }

  /// Keeps the JSON report of a run that has ended, and what was said of it beside.
  /// - Parameter messages: For people, a JSON array of texts.
  package func saveReport(
    _ json: String, messages: String = "[]", of run: String
  ) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      try Self.saveReport(json, messages: messages, of: run, in: handle)
    }
  }

  static func saveReport(
    _ json: String, messages: String, of run: String, in handle: SQLHandle
  ) throws(StoreFailure) {
    try handle.rows(
      """
      INSERT INTO run_reports (run_id, report, messages) VALUES (?1, ?2, ?3)
      ON CONFLICT (run_id) DO UPDATE SET report = ?2, messages = ?3
      """, [.text(run), .text(json), .text(messages)])
  }

  /// What was said of a run beside its report: a JSON array of texts.
  package func messages(of run: String) async throws(StoreFailure) -> String {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows("SELECT messages FROM run_reports WHERE run_id = ?", [.text(run)]).first?.first?.text
        ?? "[]"
    }
  }

  /// The JSON report of a run, if one was kept.
  package func report(of run: String) async throws(StoreFailure) -> String? {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows("SELECT report FROM run_reports WHERE run_id = ?", [.text(run)]).first?.first?.text
    }
  }

  /// Runs, the newest first.
  package func runs(of pipeline: String? = nil, limit: Int = 100) async throws(StoreFailure) -> [RunRecord] {
    try await file.perform { connection throws(StoreFailure) in
      let rows = try connection.handle.rows(
        """
        SELECT \(Self.runColumns) FROM runs \(pipeline == nil ? "" : "WHERE pipeline = ?2")
        ORDER BY started_at DESC, rowid DESC LIMIT ?1
        """, [SQLValue(limit)] + (pipeline.map { [.text($0)] } ?? []))
      return rows.map(RunRecord.init(row:))
    }
  }

  static let runColumns = """
    id, pipeline, definition_sha256, params, started_at, host, pid, owner, assay_version, lease_until, finished_at, \
    outcome, exit_code, logical_time, resumed_from, "trigger", slot, file, requests, score, failed_checks, reason, \
    "call"
    """

  /// The id of a run of a pipeline that has not come to its end; nil where there is none. O(1).
  package func runningRun(of pipeline: String) async throws(StoreFailure) -> String? {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows("SELECT id FROM runs WHERE pipeline = ? AND outcome IS NULL", [.text(pipeline)])
        .first?.first?.text
    }
  }

  /// The run of an id; nil where there is none.
  package func run(_ id: String) async throws(StoreFailure) -> RunRecord? {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows("SELECT \(Self.runColumns) FROM runs WHERE id = ?", [.text(id)]).first
        .map(RunRecord.init(row:))
    }
  }

  /// Appends events of a run, numbered from where the last ones ended.
  package func appendEvents(_ events: [(at: StoreTime, json: String)], to run: String) async throws(StoreFailure) {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.transaction { () throws(StoreFailure) in
        let insert = try connection.statement(
          """
          INSERT INTO run_events (run_id, seq, at, json)
          VALUES (?1, (SELECT ifnull(max(seq), 0) + 1 FROM run_events WHERE run_id = ?1), ?2, ?3)
          """)
        for event in events { try insert.run([.text(run), .text(event.at.text), .text(event.json)]) }
      }
    }
  }

  /// The events of a run behind a number, in order.
  package func events(
    of run: String, after sequence: Int = 0
  ) async throws(StoreFailure) -> [(sequence: Int, at: String, json: String)] {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        "SELECT seq, at, json FROM run_events WHERE run_id = ? AND seq > ? ORDER BY seq",
        [.text(run), SQLValue(sequence)]
      ).map { ($0[0].integer ?? 0, $0[1].text ?? "", $0[2].text ?? "") }
    }
  }

  static func unknownRun(_ run: String, _ path: String) -> StoreFailure {
    StoreFailure(
      .noSuchRun, path, "the run \(run) has ended, or was taken for dead because its lease ran out",
      advice: "start a new run")
  }
}

extension RunRecord {
  /// A row of `Store.runColumns`.
  init(row: [SQLValue]) {
    self.init(
      id: row[0].text ?? "", pipeline: row[1].text ?? "", definitionSHA256: row[2].text ?? "",
      params: row[3].text ?? "{}", startedAt: StoreTime(text: row[4].text ?? "") ?? StoreTime(milliseconds: 0),
      process: ProcessIdentity(host: row[5].text ?? "", pid: row[6].integer ?? 0, owner: row[7].text ?? ""),
      assayVersion: row[8].text ?? "")
    leaseUntil = StoreTime(text: row[9].text ?? "") ?? StoreTime(milliseconds: 0)
    finishedAt = row[10].text.flatMap { StoreTime(text: $0) }
    outcome = row[11].text
    exitCode = row[12].integer
    logicalTime = row[13].text.flatMap { StoreTime(text: $0) } ?? startedAt
    resumedFrom = row[14].text
    trigger = row[15].text.flatMap { RunTrigger(rawValue: $0) } ?? .manual
    slot = row[16].text
    file = row[17].text
    requests = row[18].integer
    score = row[19].decimal
    failedChecks = row[20].integer
    reason = row[21].text
    call = row[22].text
  }
}
