import AssayStore
import Testing

/// Stores of older versions, as they were written by them.
@Suite struct UpgradeTests {
  let folder = TemporaryFolder()

  @Test(arguments: [1, 2, 3, 4, 5])
  func `a store of an older version is upgraded with what it has, and again nothing is done`(version: Int) async throws
  {
    let path = folder.file("a.db")
    try execute(path, "PRAGMA journal_mode = WAL")
    let schema = [versionOne, versionTwo, versionThree, versionFour, versionFive].prefix(version).joined()
    try execute(path, schema + "PRAGMA application_id = 1098085217; PRAGMA user_version = \(version);")
    try execute(
      path,
      """
      INSERT INTO datasets (name, created_date) VALUES ('p.s', '2026-11-01T00:00:00.000Z');
      INSERT INTO runs (id, pipeline, definition_sha256, params, started_at, outcome, exit_code, host, pid, owner,
        lease_until, assay_version) VALUES ('r1', 'p', '', '{}', '2026-11-01T00:00:00.000Z', 'passed', 0, 'h', 1, 'o',
        '2026-11-01T00:01:00.000Z', '0.1');
      CREATE TABLE customers (id INTEGER);
      INSERT INTO customers VALUES (7);
      """)
    for _ in 0..<2 {
      let store = try await Store.open(path)
      #expect(try await store.runs(of: "p").map(\.id) == ["r1"])
      try await store.addUsage([APIUsage(api: "a", day: "2026-11-24", requests: 1, cost: 1)])
      await store.close()
    }
    #expect(try query(path, "SELECT id FROM customers") == ["7"])
    #expect(try query(path, "SELECT name FROM datasets") == ["p.s"])
    #expect(try query(path, "SELECT requests FROM api_usage") == ["2"])
    let new = try await Store.open(folder.file("new.db"))
    await new.close()
    let tables = "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'customers' AND sql IS NOT NULL ORDER BY name"
    #expect(try query(path, tables) == query(new.path, tables), "an upgraded store is as a new one")
    #expect(try query(path, "PRAGMA user_version") == query(new.path, "PRAGMA user_version"))
  }

  @Test func `what runs send on a day adds up, over processes too`() async throws {
    let path = folder.file("a.db")
    let first = try await Store.open(path)
    let second = try await Store.open(path)
    #expect(try await first.usage(of: "a", on: "2026-11-24") == APIUsage(api: "a", day: "2026-11-24"))
    let sums = try await first.addUsage([
      APIUsage(api: "a", day: "2026-11-24", requests: 3, cost: 4.5),
      APIUsage(api: "a", day: "2026-11-25", requests: 1, cost: 1),
      APIUsage(api: "b", day: "2026-11-24", requests: 9, cost: 0),
    ])
    #expect(sums.map(\.requests) == [3, 1, 9])
    let more = try await second.addUsage([
      APIUsage(api: "a", day: "2026-11-24", requests: 5, cost: 0.25),
      APIUsage(api: "a", day: "2026-11-24", requests: -1, cost: -0.25),
    ])
    #expect(more.map(\.requests) == [8, 7])
    #expect(
      try await first.usage(of: "a", on: "2026-11-24")
        == APIUsage(api: "a", day: "2026-11-24", requests: 7, cost: 4.5))
    #expect(try await first.usage(of: "b", on: "2026-11-25").requests == 0)
    await first.close()
    await second.close()
  }
}

/// What the first version made. It is written out, since it must stay what it was.
private let versionOne = """
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

  """

/// What the second version added to it.
private let versionTwo = """
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

  """

/// What the third version added to that.
private let versionThree = """
  CREATE TABLE answer_origins (
    id TEXT PRIMARY KEY, "key" TEXT NOT NULL, provider TEXT NOT NULL, api TEXT NOT NULL, method TEXT NOT NULL,
    url TEXT NOT NULL, subject TEXT, status INTEGER, found INTEGER, fetched_at TEXT NOT NULL, run_id TEXT NOT NULL)
    WITHOUT ROWID;
  ALTER TABLE run_steps ADD COLUMN enrichment TEXT;
  CREATE TABLE sent_requests (
    root_run TEXT NOT NULL, "key" TEXT NOT NULL, run_id TEXT NOT NULL, output INTEGER NOT NULL, method TEXT NOT NULL,
    url TEXT NOT NULL, status INTEGER NOT NULL, "rows" INTEGER NOT NULL, sent_at TEXT NOT NULL,
    PRIMARY KEY (root_run, "key")) WITHOUT ROWID;

  """

/// What the fourth version added to that.
private let versionFour = """
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

/// What the fifth version added to that.
private let versionFive = """
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
