/// The store's own tables, and how an older store becomes one of this version.
enum StoreSchema {
  /// `Assa`: tells a store from another SQLite file.
  static let applicationID = 0x4173_7361

  /// What each version added. A version that was released is never edited: a later one follows it.
  static let versions: [String] = [
    """
    CREATE TABLE datasets (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT, owner TEXT, created_date TEXT NOT NULL);
    CREATE TABLE quality_metrics (
      id INTEGER PRIMARY KEY, dataset_id INTEGER NOT NULL REFERENCES datasets(id), run_id TEXT NOT NULL,
      timestamp TEXT NOT NULL, metric_name TEXT NOT NULL, metric_value REAL, details TEXT);
    CREATE INDEX quality_metrics_by_time ON quality_metrics(dataset_id, metric_name, timestamp);
    CREATE INDEX quality_metrics_by_run ON quality_metrics(run_id);
    CREATE TABLE runs (
      id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, definition_sha256 TEXT NOT NULL, params TEXT NOT NULL,
      started_at TEXT NOT NULL, finished_at TEXT, outcome TEXT, exit_code INTEGER, host TEXT NOT NULL,
      pid INTEGER NOT NULL, owner TEXT NOT NULL, lease_until TEXT NOT NULL, assay_version TEXT NOT NULL,
      report TEXT);
    CREATE INDEX runs_by_pipeline ON runs(pipeline, started_at);
    CREATE INDEX runs_by_time ON runs(started_at);
    CREATE INDEX runs_by_lease ON runs(lease_until);
    CREATE INDEX runs_alive ON runs(pipeline) WHERE outcome IS NULL;
    CREATE TABLE run_steps (
      run_id TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL,
      status TEXT NOT NULL, rows_in INTEGER, rows_out INTEGER, duration_seconds REAL, requests INTEGER,
      retries INTEGER, cache_hits INTEGER, warnings TEXT, error TEXT, PRIMARY KEY (run_id, position)) WITHOUT ROWID;
    CREATE TABLE check_results (
      run_id TEXT NOT NULL, position INTEGER NOT NULL, dataset TEXT NOT NULL, "check" TEXT NOT NULL, "column" TEXT,
      severity TEXT NOT NULL, status TEXT NOT NULL, observed TEXT, expected TEXT, evaluated INTEGER, failed INTEGER,
      sample TEXT, line INTEGER, PRIMARY KEY (run_id, position)) WITHOUT ROWID;
    CREATE TABLE failed_rows (
      run_id TEXT NOT NULL, dataset TEXT NOT NULL, "check" TEXT NOT NULL, "column" TEXT, "row" INTEGER NOT NULL,
      "key" TEXT, value TEXT, reason TEXT);
    CREATE INDEX failed_rows_by_run ON failed_rows(run_id);
    CREATE TABLE http_responses (
      "key" TEXT PRIMARY KEY, api TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, status INTEGER,
      headers TEXT, body BLOB, found INTEGER, attempts INTEGER, fetched_at TEXT, expires_at TEXT, claimed_by TEXT,
      claimed_until TEXT, run_id TEXT);
    CREATE INDEX http_responses_by_run ON http_responses(run_id) WHERE run_id IS NOT NULL;
    CREATE INDEX http_responses_by_end ON http_responses(expires_at) WHERE expires_at IS NOT NULL;
    CREATE TABLE schedule_state (
      pipeline TEXT NOT NULL, schedule TEXT NOT NULL, slot TEXT, run_id TEXT, state TEXT, claimed_by TEXT,
      claimed_until TEXT, PRIMARY KEY (pipeline, schedule)) WITHOUT ROWID;
    CREATE TABLE run_events (
      run_id TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, json TEXT NOT NULL,
      PRIMARY KEY (run_id, seq)) WITHOUT ROWID;
    CREATE TABLE publish_intents (
      id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, kind TEXT NOT NULL, temporary TEXT NOT NULL,
      target TEXT NOT NULL, detail TEXT);
    CREATE INDEX publish_intents_by_run ON publish_intents(run_id);
    """,
    """
    ALTER TABLE http_responses ADD COLUMN subject TEXT;
    CREATE INDEX http_responses_by_claim ON http_responses(claimed_by) WHERE claimed_by IS NOT NULL;
    ALTER TABLE runs ADD COLUMN logical_time TEXT;
    ALTER TABLE runs ADD COLUMN resumed_from TEXT;
    CREATE TABLE source_state (
      pipeline TEXT NOT NULL, source TEXT NOT NULL, params TEXT NOT NULL, "cursor" TEXT NOT NULL, run_id TEXT NOT NULL,
      updated_at TEXT NOT NULL, PRIMARY KEY (pipeline, source, params)) WITHOUT ROWID;
    CREATE TABLE api_usage (
      api TEXT NOT NULL, day TEXT NOT NULL, requests INTEGER NOT NULL, cost REAL NOT NULL,
      PRIMARY KEY (api, day)) WITHOUT ROWID;
    """,
    enrichment + sentRequests,
    profiles,
    recovery,
    operations,
  ]

  /// What it takes to leave runs alone for months.
  private static let operations = runCalls + notices + resources

  /// What nodes of runs hold of what they share, or wait for.
  private static let resources = """
    CREATE TABLE resource_holds (
      run_id TEXT NOT NULL, node TEXT NOT NULL, resource TEXT NOT NULL, amount INTEGER NOT NULL, ticket INTEGER NOT NULL,
      asked_at TEXT NOT NULL, since TEXT, PRIMARY KEY (run_id, node, resource)) WITHOUT ROWID;

    """

  /// How runs were called, so that they can be gone on with or done again; indices for lists of them.
  private static let runCalls = """
    ALTER TABLE runs ADD COLUMN "call" TEXT;
    CREATE INDEX runs_by_pipeline_outcome ON runs(pipeline, outcome, started_at);
    CREATE INDEX runs_by_moment ON runs(pipeline, logical_time) WHERE slot IS NOT NULL;
    CREATE INDEX runs_by_origin ON runs(resumed_from) WHERE resumed_from IS NOT NULL;
    CREATE INDEX slots_without_run ON slots(slot) WHERE (run_id IS NULL OR state IN ('missed', 'skipped'));

    """

  /// When which notifier was told of what, and of which runs.
  private static let notices = """
    CREATE TABLE notices (
      pipeline TEXT NOT NULL, entry TEXT NOT NULL, event TEXT NOT NULL, sent_at TEXT, suppressed INTEGER NOT NULL DEFAULT 0,
      claimed_by TEXT, claimed_until TEXT, PRIMARY KEY (pipeline, entry, event)) WITHOUT ROWID;
    CREATE TABLE run_notices (
      run_id TEXT NOT NULL, entry TEXT NOT NULL, event TEXT NOT NULL, state TEXT NOT NULL, claimed_by TEXT,
      claimed_until TEXT, at TEXT NOT NULL, PRIMARY KEY (run_id, entry)) WITHOUT ROWID;

    """

  /// Runs that are found without reading their reports, what started them, and whose slot is whose.
  private static let recovery = """
    CREATE TABLE run_reports (run_id TEXT PRIMARY KEY, report TEXT, messages TEXT NOT NULL DEFAULT '[]');
    INSERT INTO run_reports (run_id, report) SELECT id, report FROM runs WHERE report IS NOT NULL;
    ALTER TABLE runs DROP COLUMN report;
    ALTER TABLE runs ADD COLUMN "trigger" TEXT NOT NULL DEFAULT 'manual';
    ALTER TABLE runs ADD COLUMN slot TEXT;
    ALTER TABLE runs ADD COLUMN file TEXT;
    ALTER TABLE runs ADD COLUMN requests INTEGER;
    ALTER TABLE runs ADD COLUMN score REAL;
    ALTER TABLE runs ADD COLUMN failed_checks INTEGER;
    ALTER TABLE runs ADD COLUMN reason TEXT;
    CREATE INDEX runs_by_outcome ON runs(outcome, started_at);
    CREATE INDEX runs_by_slot ON runs(pipeline, slot) WHERE slot IS NOT NULL;
    CREATE TABLE slots (
      pipeline TEXT NOT NULL, slot TEXT NOT NULL, variant TEXT NOT NULL, state TEXT NOT NULL, run_id TEXT,
      attempt INTEGER NOT NULL DEFAULT 1, claimed_by TEXT, claimed_until TEXT, reason TEXT, decided_at TEXT NOT NULL,
      PRIMARY KEY (pipeline, slot, variant)) WITHOUT ROWID;
    CREATE INDEX slots_by_run ON slots(run_id) WHERE run_id IS NOT NULL;

    """

  /// What later runs compare themselves with. A profile counts if its run ended with exit code 0.
  private static let profiles = """
    CREATE TABLE dataset_profiles (
      id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, run_id TEXT NOT NULL, "rows" INTEGER NOT NULL,
      counts INTEGER NOT NULL, UNIQUE (dataset, counts, id));
    CREATE INDEX dataset_profiles_by_run ON dataset_profiles(run_id);
    CREATE TABLE column_profiles (
      profile_id INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, type TEXT, nulls INTEGER NOT NULL,
      "distinct" INTEGER, distribution TEXT, PRIMARY KEY (profile_id, position)) WITHOUT ROWID;
    CREATE TABLE row_snapshots (
      profile_id INTEGER PRIMARY KEY, "key" TEXT NOT NULL, columns TEXT NOT NULL, "rows" INTEGER NOT NULL,
      omission TEXT, data BLOB);

    """

  /// Where answers that rows are tied to came from, and what came of look-ups.
  private static let enrichment = """
    CREATE TABLE answer_origins (
      id TEXT PRIMARY KEY, "key" TEXT NOT NULL, provider TEXT NOT NULL, api TEXT NOT NULL, method TEXT NOT NULL,
      url TEXT NOT NULL, subject TEXT, status INTEGER, found INTEGER, fetched_at TEXT NOT NULL, run_id TEXT NOT NULL)
      WITHOUT ROWID;
    ALTER TABLE run_steps ADD COLUMN enrichment TEXT;

    """

  /// What outputs have sent to others, without bodies.
  private static let sentRequests = """
    CREATE TABLE sent_requests (
      root_run TEXT NOT NULL, "key" TEXT NOT NULL, run_id TEXT NOT NULL, output INTEGER NOT NULL, method TEXT NOT NULL,
      url TEXT NOT NULL, status INTEGER NOT NULL, "rows" INTEGER NOT NULL, sent_at TEXT NOT NULL,
      PRIMARY KEY (root_run, "key")) WITHOUT ROWID;
    """

  /// The names of the store's own tables.
  static let tables: Set<String> = [
    "datasets", "quality_metrics", "runs", "run_steps", "check_results", "failed_rows", "http_responses",
    "schedule_state", "run_events", "publish_intents", "source_state", "api_usage", "answer_origins", "sent_requests",
    "dataset_profiles", "column_profiles", "row_snapshots", "run_reports", "slots", "notices", "run_notices",
    "resource_holds",
  ]

  /// Brings the file to this version in one transaction.
  /// - Throws: `newerVersion` for a store of a later version, `notADatabase` for another program's database.
  static func migrate(_ handle: SQLHandle) throws(StoreFailure) {
    if try version(of: handle) == versions.count { return }
    try handle.transaction { () throws(StoreFailure) in
      // Asked again under the lock: another process may have been faster.
      let found = try version(of: handle)
      for version in versions.dropFirst(found) { try handle.execute(version) }
      try handle.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(versions.count)")
    }
  }

  private static func version(of handle: SQLHandle) throws(StoreFailure) -> Int {
    let version = try handle.rows("PRAGMA user_version").first?.first?.integer ?? 0
    let application = try handle.rows("PRAGMA application_id").first?.first?.integer ?? 0
    let isForeign = application != applicationID && (version != 0 || application != 0)
    let takesOwnNames = try hasOwnNames(handle)
    if isForeign || application == 0 && takesOwnNames {
      throw StoreFailure(
        .notADatabase, handle.subject, "the file is a SQLite database, but no store of Assay",
        advice: "name another file with --store")
    }
    if version > versions.count {
      throw StoreFailure(
        .newerVersion, handle.subject,
        "the store has version \(version), and this Assay knows versions up to \(versions.count)",
        advice: "use the newer Assay, or another store with --store")
    }
    return version
  }

  private static func hasOwnNames(_ handle: SQLHandle) throws(StoreFailure) -> Bool {
    let names = try handle.rows("SELECT name FROM sqlite_master").compactMap { $0.first?.text }
    return names.contains { tables.contains(folded($0)) }
  }
}
