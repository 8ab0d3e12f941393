/// Keys that are claimed in one transaction: some milliseconds, after which others get at the file.
private let claimsAtOnce = 1000

extension Store {
  /// Looks for answers that are young enough, and claims what is missing for a run, so that no other asks for it too.
  ///
  /// A claim is good as long as its run lives. One result for each key, in their order; a key may come once only.
  /// Answers that belong to the run itself count whatever their age. O(keys).
  package func claimAnswers(
    _ keys: [String], for run: String, age: AnswerAge, now: StoreTime = .now
  ) async throws(StoreFailure) -> [AnswerClaim] {
    try await file.perform { connection throws(StoreFailure) in
      var found: [AnswerClaim?] = []
      found.reserveCapacity(keys.count)
      for key in keys {
        found.append(try Self.remembered(key, run, age, now, connection).map { .remembered($0) })
      }
      var open = found.indices.filter { found[$0] == nil }[...]
      while !open.isEmpty {
        let part = open.prefix(claimsAtOnce)
        open = open.dropFirst(claimsAtOnce)
        try connection.handle.transaction { () throws(StoreFailure) in
          for place in part { found[place] = try Self.claim(keys[place], run, age, now, connection) }
        }
      }
      return found.map { $0 ?? .foreign }
    }
  }

  /// Answers that are young enough, without claiming what is missing. One result for each key, in their order.
  package func rememberedAnswers(
    _ keys: [String], for run: String, age: AnswerAge, now: StoreTime = .now
  ) async throws(StoreFailure) -> [AnswerRecord?] {
    try await file.perform { connection throws(StoreFailure) in
      var found: [AnswerRecord?] = []
      for key in keys { found.append(try Self.remembered(key, run, age, now, connection)) }
      return found
    }
  }

  /// Keeps answers, ends their claims, in one transaction. They are in the file when it returns.
  ///
  /// Pipelines may believe one answer for different times: an answer that all share lasts as long as the most patient of
  /// them has it.
  package func keepAnswers(_ answers: [AnswerRecord]) async throws(StoreFailure) {
    if answers.isEmpty { return }
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.transaction { () throws(StoreFailure) in
        let insert = try connection.statement(
          """
          INSERT INTO http_responses ("key", api, method, url, subject, status, headers, body, found, attempts,
            fetched_at, expires_at, run_id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)
          ON CONFLICT ("key") DO UPDATE SET api = excluded.api, method = excluded.method, url = excluded.url,
            subject = excluded.subject, status = excluded.status, headers = excluded.headers, body = excluded.body,
            found = excluded.found, attempts = excluded.attempts, fetched_at = excluded.fetched_at,
            expires_at = iif(run_id IS NULL AND excluded.run_id IS NULL,
              max(ifnull(expires_at, ''), excluded.expires_at), excluded.expires_at),
            run_id = excluded.run_id, claimed_by = NULL, claimed_until = NULL
          """)
        for answer in answers {
          try insert.run([
            .text(answer.key), .text(answer.api), .text(answer.method), .text(answer.url), SQLValue(answer.subject),
            SQLValue(answer.status), .text(answer.headers), .blob(answer.body),
            SQLValue(answer.found.map { $0 ? 1 : 0 }), SQLValue(answer.attempts), .text(answer.fetchedAt.text),
            SQLValue(answer.expiresAt?.text), SQLValue(answer.runID),
          ])
        }
      }
    }
    try await file.keepLogShort()
  }

  /// Notes where answers come from, for good: what is noted already stays as it is. In one transaction.
  package func noteOrigins(_ origins: [AnswerOriginRecord], run: String) async throws(StoreFailure) {
    if origins.isEmpty { return }
    try await file.transaction { handle throws(StoreFailure) in
      let insert = try handle.prepare(
        """
        INSERT OR IGNORE INTO answer_origins (id, "key", provider, api, method, url, subject, status, found, fetched_at,
          run_id)
        SELECT ?1, "key", ?3, api, method, url, subject, status, found, fetched_at, ?4 FROM http_responses
        WHERE "key" = ?2 AND fetched_at IS NOT NULL AND (?5 IS NULL OR fetched_at = ?5)
        """)
      for origin in origins {
        try insert.run([
          .text(origin.id), .text(origin.key), .text(origin.provider), .text(run), SQLValue(origin.fetchedAt?.text),
        ])
      }
    }
  }

  /// Gives up claims of a run without an answer: all of them, or those of some keys.
  package func releaseClaims(of run: String, keys: [String]? = nil) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      guard let keys else { return try Self.releaseClaims(of: run, in: handle) }
      let drop = try handle.prepare(
        "DELETE FROM http_responses WHERE \"key\" = ? AND claimed_by = ? AND fetched_at IS NULL")
      let clear = try handle.prepare(
        "UPDATE http_responses SET claimed_by = NULL, claimed_until = NULL WHERE \"key\" = ? AND claimed_by = ?")
      for key in keys {
        try drop.run([.text(key), .text(run)])
        try clear.run([.text(key), .text(run)])
      }
    }
  }

  /// Gives up all claims of a run within an open transaction.
  static func releaseClaims(of run: String, in handle: SQLHandle) throws(StoreFailure) {
    try handle.rows("DELETE FROM http_responses WHERE claimed_by = ? AND fetched_at IS NULL", [.text(run)])
    try handle.rows(
      "UPDATE http_responses SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = ?", [.text(run)])
  }

  /// An answer that was kept for a run, such as a page that a resumed run need not fetch again; nil if there is none, or
  /// none that is younger than `maximumAge`.
  package func answer(
    _ key: String, keptFor run: String, maximumAge: Duration, now: StoreTime = .now
  ) async throws(StoreFailure) -> AnswerRecord? {
    try await file.perform { connection throws(StoreFailure) in
      let select = try connection.statement(Self.selectAnswer)
      defer { select.reset() }
      select.bind([.text(key)])
      guard try select.step(), let answer = AnswerRecord(row: select.row()), answer.runID == run,
        answer.fetchedAt.adding(maximumAge) > now
      else { return nil }
      return answer
    }
  }

  /// Drops answers whose time has ended, a bounded number at once.
  package func dropExpiredAnswers(now: StoreTime = .now) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      try handle.rows(
        """
        DELETE FROM http_responses WHERE "key" IN (
          SELECT "key" FROM http_responses WHERE expires_at IS NOT NULL AND expires_at < ? LIMIT 10000)
        """, [.text(now.text)])
    }
  }

  static let selectAnswer = """
    SELECT "key", api, method, url, subject, status, headers, body, found, attempts, fetched_at, expires_at, run_id,
      claimed_by FROM http_responses WHERE "key" = ?
    """

  private static func remembered(
    _ key: String, _ run: String, _ age: AnswerAge, _ now: StoreTime, _ connection: FileConnection
  ) throws(StoreFailure) -> AnswerRecord? {
    let select = try connection.statement(selectAnswer)
    defer { select.reset() }
    select.bind([.text(key)])
    guard try select.step(), let answer = AnswerRecord(row: select.row()) else { return nil }
    if answer.runID == run { return answer }
    // An answer of another run that nobody else may use, or a page, is none.
    guard answer.runID == nil, let found = answer.found else { return nil }
    return answer.fetchedAt.adding(age.limit(found: found)) > now ? answer : nil
  }

  private static func claim(
    _ key: String, _ run: String, _ age: AnswerAge, _ now: StoreTime, _ connection: FileConnection
  ) throws(StoreFailure) -> AnswerClaim {
    // Asked again under the lock: another run may have been faster.
    if let answer = try remembered(key, run, age, now, connection) { return .remembered(answer) }
    let claim = try connection.statement(
      """
      INSERT INTO http_responses ("key", api, method, url, claimed_by) VALUES (?1, '', '', '', ?2)
      ON CONFLICT ("key") DO UPDATE SET claimed_by = excluded.claimed_by
      WHERE claimed_by IS NULL OR claimed_by = excluded.claimed_by
        OR claimed_by NOT IN (SELECT id FROM runs WHERE outcome IS NULL AND lease_until > ?3)
      RETURNING 1
      """)
    defer { claim.reset() }
    claim.bind([.text(key), .text(run), .text(now.text)])
    return try claim.step() ? .claimed : .foreign
  }
}

extension AnswerRecord {
  /// A row of `Store.selectAnswer`; nil for a claim without an answer.
  init?(row: [SQLValue]) {
    guard let fetchedAt = row[10].text.flatMap({ StoreTime(text: $0) }) else { return nil }
    self.init(
      key: row[0].text ?? "", api: row[1].text ?? "", method: row[2].text ?? "", url: row[3].text ?? "",
      subject: row[4].text, status: row[5].integer ?? 0, headers: row[6].text ?? "[]", body: row[7].bytes ?? [],
      found: row[8].integer.map { $0 != 0 }, attempts: row[9].integer ?? 1, fetchedAt: fetchedAt,
      expiresAt: row[11].text.flatMap { StoreTime(text: $0) }, runID: row[12].text)
  }
}
