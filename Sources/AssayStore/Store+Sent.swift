extension Store {
  /// The first of the runs that go on with each other up to this one: the run itself where it goes on with none.
  package func rootRun(of run: String) async throws(StoreFailure) -> String {
    try await file.perform { connection throws(StoreFailure) in
      let rows = try connection.handle.rows(
        """
        WITH RECURSIVE chain(id, before, depth) AS (
          SELECT id, resumed_from, 0 FROM runs WHERE id = ?1
          UNION SELECT runs.id, runs.resumed_from, depth + 1 FROM runs JOIN chain ON runs.id = chain.before
            WHERE depth < 100000)
        SELECT id FROM chain ORDER BY depth DESC LIMIT 1
        """, [.text(run)])
      return rows.first?.first?.text ?? run
    }
  }

  /// Keeps what a run has sent, in one transaction; it is in the file when it returns.
  /// - Throws: `noSuchRun` where the run has ended, or was taken for dead: what was sent is kept all the same, and another
  ///   run may be sending by now.
  package func keepSent(_ requests: [SentRequest], by run: String, root: String) async throws(StoreFailure) {
    if requests.isEmpty { return }
    let isAlive = try await file.perform { connection throws(StoreFailure) in
      try connection.handle.transaction { () throws(StoreFailure) in
        let insert = try connection.statement(
          """
          INSERT INTO sent_requests (root_run, "key", run_id, output, method, url, status, "rows", sent_at)
          VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (root_run, "key") DO NOTHING
          """)
        for request in requests {
          try insert.run([
            .text(root), .text(request.key), .text(run), SQLValue(request.output), .text(request.method),
            .text(request.url), SQLValue(request.status), SQLValue(request.rows), .text(request.sentAt.text),
          ])
        }
        return try !connection.handle.rows("SELECT 1 FROM runs WHERE id = ? AND outcome IS NULL", [.text(run)]).isEmpty
      }
    }
    guard isAlive else { throw Self.unknownRun(run, path) }
    try await file.keepLogShort()
  }

  /// Which of some keys were sent by the runs that go on with each other from `root` on.
  package func sentKeys(among keys: [String], root: String) async throws(StoreFailure) -> Set<String> {
    try await file.perform { connection throws(StoreFailure) in
      let select = try connection.statement("SELECT 1 FROM sent_requests WHERE root_run = ? AND \"key\" = ?")
      var found: Set<String> = []
      for key in keys {
        defer { select.reset() }
        select.bind([.text(root), .text(key)])
        if try select.step() { found.insert(key) }
      }
      return found
    }
  }

  /// Drops, within an open transaction, what runs of a pipeline have sent: one of them came to its end, so that none is
  /// gone on with.
  static func dropSent(ofPipelineOf run: String, in handle: SQLHandle) throws(StoreFailure) {
    try handle.rows("DELETE FROM sent_requests WHERE root_run IN (\(settledBy))", [.text(run)])
  }
}
