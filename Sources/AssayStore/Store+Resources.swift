/// What a node of a run wants to hold of resources that runs share.
package struct ResourceClaim: Sendable, Hashable {
  package struct Use: Sendable, Hashable {
    package var resource: String
    package var amount: Int
    /// How much there is of it, as whoever asks has it.
    package var limit: Int

    package init(_ resource: String, amount: Int, limit: Int) {
      self.resource = resource
      self.amount = amount
      self.limit = limit
    }
  }

  package var run: String
  /// Tells the nodes of a run apart.
  package var node: String
  package var uses: [Use]

  package init(run: String, node: String, uses: [Use]) {
    self.run = run
    self.node = node
    self.uses = uses
  }
}

/// A node that holds some of a resource, or waits for it.
package struct ResourceHold: Sendable, Hashable {
  package var resource: String
  package var run: String
  package var node: String
  package var amount: Int
  /// Nil while it waits.
  package var since: String?
}

extension Store {
  /// Takes all that a claim asks for, or nothing of it.
  ///
  /// Claims are served in the order in which they first asked: one that could be served waits for an earlier one that wants
  /// more of the same. What runs hold that have ended, or are dead, counts as free.
  /// - Returns: Whether the claim holds now; false where it has to ask again.
  package func acquire(_ claim: ResourceClaim, now: StoreTime = .now) async throws(StoreFailure) -> Bool {
    try await file.transaction { handle throws(StoreFailure) in
      try Self.dropDeadHolds(handle, now)
      let key: [SQLValue] = [.text(claim.run), .text(claim.node)]
      let known = try handle.rows(
        "SELECT ticket, since FROM resource_holds WHERE run_id = ? AND node = ? LIMIT 1", key
      ).first
      if known?[1].text != nil { return true }
      var ticket = known?[0].integer
      if ticket == nil {
        let next = try handle.rows("SELECT coalesce(max(ticket), 0) + 1 FROM resource_holds").first?.first?.integer ?? 1
        for use in claim.uses {
          try handle.rows(
            "INSERT INTO resource_holds (ticket, resource, run_id, node, amount, asked_at) VALUES (?, ?, ?, ?, ?, ?)",
            [SQLValue(next), .text(use.resource)] + key + [SQLValue(use.amount), .text(now.text)])
        }
        ticket = next
      }
      for use in claim.uses {
        let taken =
          try handle.rows(
            """
            SELECT coalesce(sum(amount), 0) FROM resource_holds
            WHERE resource = ?1 AND NOT (run_id = ?2 AND node = ?3) AND (since IS NOT NULL OR ticket < ?4)
            """, [.text(use.resource)] + key + [SQLValue(ticket)]
          ).first?.first?.integer ?? 0
        if taken + use.amount > use.limit { return false }
      }
      try handle.rows(
        "UPDATE resource_holds SET since = ?3 WHERE run_id = ?1 AND node = ?2", key + [.text(now.text)])
      return true
    }
  }

  /// Gives back what a node holds, or no longer waits for; nil for all nodes of the run.
  package func release(run: String, node: String? = nil) async throws(StoreFailure) {
    try await file.transaction { handle throws(StoreFailure) in
      try handle.rows(
        "DELETE FROM resource_holds WHERE run_id = ?1 AND (?2 IS NULL OR node = ?2)", [.text(run), SQLValue(node)])
    }
  }

  /// Who holds resources and who waits for them, in the order of asking.
  package func resourceHolds(now: StoreTime = .now) async throws(StoreFailure) -> [ResourceHold] {
    try await file.transaction { handle throws(StoreFailure) in
      try Self.dropDeadHolds(handle, now)
      return try handle.rows(
        "SELECT resource, run_id, node, amount, since FROM resource_holds ORDER BY ticket, resource"
      ).map {
        ResourceHold(
          resource: $0[0].text ?? "", run: $0[1].text ?? "", node: $0[2].text ?? "", amount: $0[3].integer ?? 0,
          since: $0[4].text)
      }
    }
  }

  private static func dropDeadHolds(_ handle: SQLHandle, _ now: StoreTime) throws(StoreFailure) {
    let runs = try handle.rows("SELECT DISTINCT run_id FROM resource_holds").compactMap { $0.first?.text }
    if runs.isEmpty { return }
    let alive = Set(
      try handle.rows(
        """
        SELECT id, host, pid, owner, lease_until FROM runs
        WHERE outcome IS NULL AND id IN (SELECT run_id FROM resource_holds)
        """
      ).filter { isAlive($0, now) }.compactMap { $0[0].text })
    for run in runs where !alive.contains(run) {
      try handle.rows("DELETE FROM resource_holds WHERE run_id = ?", [.text(run)])
    }
  }
}
