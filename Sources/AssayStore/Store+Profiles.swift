extension Store {
  /// Profiles that are kept of a dataset: so many of runs that count, and as many of others.
  package static let keptProfiles = 100
  /// Row snapshots that are kept of a dataset.
  package static let keptSnapshots = 5

  /// Writes the profiles of a run within an open transaction, and drops those that are too old.
  static func record(
    _ profiles: [ProfileRecord], of run: String, counts: Bool, in handle: SQLHandle
  ) throws(StoreFailure) {
    if profiles.isEmpty { return }
    let column = try handle.prepare("INSERT INTO column_profiles VALUES (?,?,?,?,?,?,?)")
    for profile in profiles {
      let id = try handle.rows(
        "INSERT INTO dataset_profiles (dataset, run_id, \"rows\", counts) VALUES (?,?,?,?) RETURNING id",
        [.text(profile.dataset), .text(run), SQLValue(profile.rows), counts ? 1 : 0])[0][0]
      for (position, record) in profile.columns.enumerated() {
        try column.run([
          id, SQLValue(position), .text(record.name), SQLValue(record.type), SQLValue(record.nulls),
          SQLValue(record.distinct), SQLValue(record.distribution),
        ])
      }
      if let snapshot = profile.snapshot {
        try handle.rows(
          "INSERT INTO row_snapshots VALUES (?,?,?,?,?,?)",
          [
            id, .text(jsonList(snapshot.key)), .text(jsonList(snapshot.columns)), SQLValue(snapshot.rows),
            SQLValue(snapshot.omission), snapshot.data.map { .blob($0) } ?? .null,
          ])
      }
      try dropOldProfiles(of: profile.dataset, counts: counts, in: handle)
    }
  }

  private static func dropOldProfiles(
    of dataset: String, counts: Bool, in handle: SQLHandle
  ) throws(StoreFailure) {
    try handle.rows(
      """
      DELETE FROM row_snapshots WHERE profile_id IN (
        SELECT profile_id FROM row_snapshots JOIN dataset_profiles ON id = profile_id WHERE dataset = ?
        ORDER BY profile_id DESC LIMIT -1 OFFSET \(keptSnapshots))
      """, [.text(dataset)])
    let old = try handle.rows(
      """
      DELETE FROM dataset_profiles WHERE id IN (
        SELECT id FROM dataset_profiles WHERE dataset = ? AND counts = ? ORDER BY id DESC LIMIT -1 OFFSET \(keptProfiles))
      RETURNING id
      """, [.text(dataset), counts ? 1 : 0])
    for row in old {
      try handle.rows("DELETE FROM column_profiles WHERE profile_id = ?", [row[0]])
      try handle.rows("DELETE FROM row_snapshots WHERE profile_id = ?", [row[0]])
    }
  }

  /// The columns of the newest run that counts, in order; nil without such a run.
  /// - Parameter dataset: `PIPELINE.DATASET`.
  package func lastColumns(
    of dataset: String, in pipeline: String
  ) async throws(StoreFailure) -> (run: String, columns: [ColumnProfileRecord])? {
    try await file.perform { connection throws(StoreFailure) in
      let found = try connection.handle.rows(
        """
        SELECT p.id, p.run_id FROM dataset_profiles p JOIN runs r ON r.id = p.run_id
        WHERE p.dataset = ? AND p.counts = 1 AND r.pipeline = ? ORDER BY p.id DESC LIMIT 1
        """, [.text(dataset), .text(pipeline)])
      guard let row = found.first else { return nil }
      return (row[1].text ?? "", try Self.columns(ofProfile: row[0], connection.handle))
    }
  }

  /// How a column was spread in the newest run that counts and has kept it, as JSON.
  /// - Parameter dataset: `PIPELINE.DATASET`.
  package func lastDistribution(
    of column: String, in dataset: String, pipeline: String
  ) async throws(StoreFailure) -> (run: String, json: String)? {
    try await file.perform { connection throws(StoreFailure) in
      try connection.handle.rows(
        """
        SELECT p.run_id, c.distribution FROM dataset_profiles p JOIN runs r ON r.id = p.run_id
        JOIN column_profiles c ON c.profile_id = p.id
        WHERE p.dataset = ? AND p.counts = 1 AND r.pipeline = ? AND c.name = ? AND c.distribution IS NOT NULL
        ORDER BY p.id DESC LIMIT 1
        """, [.text(dataset), .text(pipeline), .text(column)]
      ).first.map { ($0[0].text ?? "", $0[1].text ?? "") }
    }
  }

  /// What a run has left of its datasets, those of which no profile is kept any more left out; by dataset.
  /// - Parameter withRows: Whether the data of snapshots is read too.
  package func profiles(of run: String, withRows: Bool = false) async throws(StoreFailure) -> [ProfileRecord] {
    try await file.perform { connection throws(StoreFailure) in
      let handle = connection.handle
      var profiles: [ProfileRecord] = []
      for row in try handle.rows(
        "SELECT id, dataset, \"rows\" FROM dataset_profiles WHERE run_id = ? ORDER BY dataset", [.text(run)])
      {
        var profile = ProfileRecord(
          dataset: row[1].text ?? "", rows: row[2].integer ?? 0, columns: try Self.columns(ofProfile: row[0], handle))
        let snapshot = try handle.rows(
          """
          SELECT s."key", s.columns, s."rows", s.omission,
            \(withRows ? "s.data" : "NULL") FROM row_snapshots s WHERE profile_id = ?
          """, [row[0]]
        ).first
        if let snapshot {
          profile.snapshot = SnapshotRecord(
            key: try Self.list(snapshot[0], handle), columns: try Self.list(snapshot[1], handle),
            rows: snapshot[2].integer ?? 0, omission: snapshot[3].text, data: snapshot[4].bytes)
        }
        profiles.append(profile)
      }
      return profiles
    }
  }

  private static func columns(
    ofProfile id: SQLValue, _ handle: SQLHandle
  ) throws(StoreFailure) -> [ColumnProfileRecord] {
    try handle.rows(
      "SELECT name, type, nulls, \"distinct\", distribution FROM column_profiles WHERE profile_id = ? ORDER BY position",
      [id]
    ).map { row in
      ColumnProfileRecord(
        name: row[0].text ?? "", type: row[1].text, nulls: row[2].integer ?? 0, distinct: row[3].integer,
        distribution: row[4].text)
    }
  }

  private static func list(_ json: SQLValue, _ handle: SQLHandle) throws(StoreFailure) -> [String] {
    try handle.rows("SELECT value FROM json_each(?) ORDER BY id", [json]).map { $0[0].text ?? "" }
  }

  /// Names as a JSON array of texts.
  private static func jsonList(_ names: [String]) -> String {
    let items = names.map { name in
      let escaped = name.unicodeScalars.map { scalar in
        scalar == "\"" || scalar == "\\"
          ? "\\\(scalar)"
          : scalar.value < 0x20
            ? "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16) : "\(scalar)"
      }
      return "\"\(escaped.joined())\""
    }
    return "[\(items.joined(separator: ","))]"
  }
}
