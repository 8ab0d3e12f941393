import Glibc

/// How large a store is.
package struct StoreSize: Sendable, Hashable {
  /// Bytes of the file and its write-ahead log.
  package var bytes: Int
  /// Bytes of the file that hold nothing.
  package var free: Int
}

extension Store {
  /// Runs that have not ended, as far as is known.
  package func aliveRuns() async throws(StoreFailure) -> [RunRecord] {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        "SELECT \(Self.runColumns) FROM runs INDEXED BY runs_by_outcome WHERE outcome IS NULL ORDER BY started_at"
      ).map(RunRecord.init(row:))
    }
  }

  /// How many answers are kept whose time has ended.
  package func countExpiredAnswers(now: StoreTime = .now) async throws(StoreFailure) -> Int {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        "SELECT count(*) FROM http_responses WHERE expires_at IS NOT NULL AND expires_at < ?", [.text(now.text)]
      ).first?.first?.integer ?? 0
    }
  }

  /// Drops all answers whose time has ended, in small transactions.
  /// - Returns: How many have gone.
  package func dropAllExpiredAnswers(now: StoreTime = .now) async throws(StoreFailure) -> Int {
    var dropped = 0
    while true {
      let count = try await file.transaction { handle throws(StoreFailure) in
        try handle.rows(
          """
          DELETE FROM http_responses WHERE "key" IN (
            SELECT "key" FROM http_responses WHERE expires_at IS NOT NULL AND expires_at < ? LIMIT 500) RETURNING 1
          """, [.text(now.text)]
        ).count
      }
      dropped += count
      if count == 0 { return dropped }
      await Self.pauseBetweenDeletions()
    }
  }

  /// How large the file and its log are.
  package func size() async throws(StoreFailure) -> StoreSize {
    try await file.perform { [path] connection throws(StoreFailure) in
      func number(_ pragma: String) throws(StoreFailure) -> Int {
        try connection.handle.rows("PRAGMA \(pragma)").first?.first?.integer ?? 0
      }
      let page = try number("page_size")
      return StoreSize(
        bytes: fileLength(path) + fileLength(path + "-wal"), free: try number("freelist_count") * page)
    }
  }

  /// Writes the file anew without what holds nothing. It needs as much space again as the file takes, and keeps others from
  /// writing meanwhile.
  package func vacuum() async throws(StoreFailure) {
    try await file.perform { connection throws(StoreFailure) in
      connection.forgetAll()
      try connection.handle.execute("VACUUM")
      try connection.handle.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
  }
}

/// A file's length in bytes; 0 where there is none.
private func fileLength(_ path: String) -> Int {
  var status = stat()
  return stat(path, &status) == 0 ? Int(status.st_size) : 0
}
