/// Which runs of the ledger are meant.
package struct RunFilter: Sendable, Hashable {
  /// The word for a run that has not ended, beside the outcomes of those that have.
  package static let running = "running"

  /// The pipeline's name in the ledger; nil for all pipelines, without the runs that only looked at a part of one.
  package var pipeline: String?
  /// Outcomes, `running` among them; empty for all.
  package var outcomes: Set<String> = []
  /// What started them; empty for all.
  package var triggers: Set<RunTrigger> = []
  /// Only runs that started at this moment or later.
  package var since: StoreTime?
  /// Only runs that started before this moment.
  package var until: StoreTime?

  package init() {}

  /// What SQLite is asked for: each statement walks one index from its newest entry and stops at its limit. Several
  /// outcomes are as many statements, so that rare ones are found as fast as common ones.
  package var statements: [String] { outcomeWords.map(statement) }

  private var outcomeWords: [String?] { outcomes.isEmpty ? [nil] : outcomes.sorted() }

  private func statement(_ outcome: String?) -> String {
    let index =
      switch (pipeline != nil, outcome != nil) {
      case (true, true): "runs_by_pipeline_outcome"
      case (true, false): "runs_by_pipeline"
      case (false, true): "runs_by_outcome"
      case (false, false): "runs_by_time"
      }
    var conditions = ["started_at >= ?1", "started_at <= ?2", "(started_at < ?2 OR rowid < ?3)"]
    conditions.append(pipeline == nil ? "pipeline NOT GLOB '*#part'" : "pipeline = ?5")
    if let outcome { conditions.append(outcome == Self.running ? "outcome IS NULL" : "outcome = ?6") }
    if !triggers.isEmpty {
      // The names are the enumeration's own.
      let names = triggers.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
      conditions.append("\"trigger\" IN (\(names))")
    }
    return """
      SELECT \(Store.runColumns), rowid FROM runs INDEXED BY \(index) WHERE \(conditions.joined(separator: " AND "))
      ORDER BY started_at DESC, rowid DESC LIMIT ?4
      """
  }

  /// The runs that are meant, the newest first.
  /// - Parameter end: What runs are older than: a moment, and among those of that very moment the place in the ledger.
  func runs(before end: (at: String, place: Int), limit: Int, in handle: SQLHandle) throws(StoreFailure) -> [RunRecord]
  {
    var found: [(run: RunRecord, place: Int)] = []
    for outcome in outcomeWords {
      let rows = try handle.rows(
        statement(outcome),
        [
          .text(since?.text ?? ""), .text(end.at), SQLValue(end.place), SQLValue(limit), SQLValue(pipeline),
          SQLValue(outcome),
        ])
      found += rows.map { (RunRecord(row: $0), $0.last?.integer ?? 0) }
    }
    if outcomeWords.count > 1 {
      found.sort { ($0.run.startedAt, $0.place) > ($1.run.startedAt, $1.place) }
    }
    return found.prefix(limit).map(\.run)
  }
}

/// A slot that was decided on without a run.
package struct PassedSlot: Sendable, Hashable {
  package var pipeline: String
  package var slot: StoreTime
  /// Tells slots of one moment apart; empty for a schedule without params.
  package var variant: String
  /// `missed`, `skipped`, or `error` for one whose run could not be started.
  package var state: String
  package var attempt: Int
  package var reason: String?
  package var decidedAt: StoreTime?
}

/// A part of the list of runs.
package struct RunPage: Sendable, Hashable {
  /// The newest first.
  package var runs: [RunRecord] = []
  /// The slots without a run in the time that the runs span, the newest first.
  package var slots: [PassedSlot] = []
  /// Whether older runs are meant too.
  package var hasMore = false
  /// Whether that time has more slots without a run than are here.
  package var hasMoreSlots = false

  package init() {}
}

extension Store {
  /// The runs that a filter means, the newest first, with the slots beside them that had no run.
  ///
  /// O(limit) for any number of runs; only a filter by trigger that few runs pass looks at more.
  /// - Parameters:
  ///   - run: The run behind which the page begins; nil for the newest.
  ///   - limit: The most runs.
  ///   - withSlots: Whether slots without a run are asked for.
  ///   - slotLimit: The most slots.
  package func page(
    of filter: RunFilter, before run: RunRecord? = nil, limit: Int, withSlots: Bool = true, slotLimit: Int = 500
  ) async throws(StoreFailure) -> RunPage {
    try await file.perform { connection throws(StoreFailure) in
      let handle = connection.handle
      // Greater than any moment.
      var end = (at: filter.until?.text ?? "~", place: 0)
      if let run, run.startedAt.text < end.at {
        let place = try handle.rows("SELECT rowid FROM runs WHERE id = ?", [.text(run.id)]).first?.first?.integer
        end = (run.startedAt.text, place ?? 0)
      }
      var page = RunPage()
      let runs = try filter.runs(before: end, limit: limit + 1, in: handle)
      page.hasMore = runs.count > limit
      page.runs = Array(runs.prefix(limit))
      guard withSlots else { return page }
      let start = page.hasMore ? page.runs.last?.startedAt : filter.since
      let slots = try Self.passedSlots(filter, from: start, before: end.at, limit: slotLimit + 1, in: handle)
      page.hasMoreSlots = slots.count > slotLimit
      page.slots = Array(slots.prefix(slotLimit))
      return page
    }
  }

  private static func passedSlots(
    _ filter: RunFilter, from start: StoreTime?, before end: String, limit: Int, in handle: SQLHandle
  ) throws(StoreFailure) -> [PassedSlot] {
    // A slot without a run would have been one of its schedule.
    if !filter.triggers.isEmpty, filter.triggers.isDisjoint(with: [.schedule, .catchUp]) { return [] }
    let states = filter.outcomes.subtracting([RunFilter.running]).sorted()
    if states.isEmpty, !filter.outcomes.isEmpty { return [] }
    let choice = states.isEmpty ? "" : "AND state IN (\(states.map { _ in "?" }.joined(separator: ", ")))"
    let rows = try handle.rows(
      """
      SELECT pipeline, slot, variant, state, attempt, reason, decided_at
      FROM slots \(filter.pipeline == nil ? "INDEXED BY slots_without_run" : "")
      WHERE \(Self.isPassed) AND state <> 'claimed' AND slot >= ? AND slot < ?
        \(filter.pipeline == nil ? "" : "AND pipeline = ?") \(choice)
      ORDER BY slot DESC LIMIT \(limit)
      """,
      [.text(start?.text ?? ""), .text(end)] + (filter.pipeline.map { [.text($0)] } ?? [])
        + states.map { .text($0) })
    return rows.compactMap { row in
      guard let slot = row[1].text.flatMap({ StoreTime(text: $0) }) else { return nil }
      return PassedSlot(
        pipeline: row[0].text ?? "", slot: slot, variant: row[2].text ?? "", state: row[3].text ?? "",
        attempt: row[4].integer ?? 1, reason: row[5].text, decidedAt: row[6].text.flatMap { StoreTime(text: $0) })
    }
  }
}
