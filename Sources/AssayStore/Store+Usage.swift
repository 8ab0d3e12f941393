/// What was sent to an API on a day, by all runs over the store together.
package struct APIUsage: Sendable, Hashable {
  /// The API, by its address and name.
  package var api: String
  /// The day in UTC: `2026-11-24`.
  package var day: String
  package var requests: Int
  package var cost: Double

  package init(api: String, day: String, requests: Int = 0, cost: Double = 0) {
    self.api = api
    self.day = day
    self.requests = requests
    self.cost = cost
  }
}

extension Store {
  /// What was sent to an API on a day; nothing where nothing is known.
  package func usage(of api: String, on day: String) async throws(StoreFailure) -> APIUsage {
    try await file.perform { connection throws(StoreFailure) in
      let row = try connection.handle.rows(
        "SELECT requests, cost FROM api_usage WHERE api = ? AND day = ?", [.text(api), .text(day)]
      ).first
      return APIUsage(api: api, day: day, requests: row?[0].integer ?? 0, cost: row?[1].decimal ?? 0)
    }
  }

  /// Adds to what was sent, in one transaction, and returns the new sums, in the order of the additions. What several
  /// processes add adds up; an addition may be negative.
  @discardableResult
  package func addUsage(_ additions: [APIUsage]) async throws(StoreFailure) -> [APIUsage] {
    try await file.transaction { handle throws(StoreFailure) in
      var sums: [APIUsage] = []
      for addition in additions {
        let row = try handle.rows(
          """
          INSERT INTO api_usage (api, day, requests, cost) VALUES (?,?,?,?)
          ON CONFLICT (api, day) DO UPDATE SET requests = requests + excluded.requests, cost = cost + excluded.cost
          RETURNING requests, cost
          """,
          [.text(addition.api), .text(addition.day), SQLValue(addition.requests), SQLValue(addition.cost)]
        ).first
        sums.append(
          APIUsage(
            api: addition.api, day: addition.day, requests: row?[0].integer ?? addition.requests,
            cost: row?[1].decimal ?? addition.cost))
      }
      return sums
    }
  }
}
