import AssayColumns
import AssayStore
import Testing

@Suite struct PublishTests {
  let folder = TemporaryFolder()

  private func open() async throws -> Store { try await Store.open(folder.file("a.db")) }

  @Test func `replace swaps the rows, and indexes, triggers and views live on`() async throws {
    let store = try await open()
    try await store.publishRun("r1", [people([(1, "Ann"), (2, "Bob")])], to: "t")
    try execute(
      store.path,
      """
      CREATE INDEX by_name ON t(name);
      CREATE VIEW names AS SELECT name FROM t;
      CREATE TABLE log (x);
      CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END;
      CREATE TRIGGER other AFTER INSERT ON log WHEN new.x = 99 BEGIN DELETE FROM t WHERE id = 99; END;
      """)
    try await store.publishRun("r2", [people([(3, "Cy")])], to: "T")
    #expect(try query(store.path, "SELECT * FROM t") == ["3|Cy"])
    #expect(try query(store.path, "SELECT * FROM names") == ["Cy"])
    try execute(store.path, "INSERT INTO t VALUES (99, 'gone')")
    #expect(try query(store.path, "SELECT * FROM log") == ["99"])
    #expect(try query(store.path, "SELECT id FROM t") == ["3"])
    #expect(
      try query(
        store.path,
        "SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger') AND lower(tbl_name) = 't' ORDER BY name")
        == ["by_name", "logged"])
    #expect(try query(store.path, "SELECT name FROM sqlite_master WHERE name LIKE '\\_assay%' ESCAPE '\\'") == [])
    await store.close()
  }

  @Test func `an index that the new rows break publishes nothing`() async throws {
    let store = try await open()
    try await store.publishRun("r1", [people([(1, "Ann")])], to: "t")
    try execute(store.path, "CREATE UNIQUE INDEX one ON t(id)")
    let found = await failure { try await store.publishRun("r2", [people([(5, "a"), (5, "b")])], to: "t") }
    #expect(found?.code == .rejectedRows)
    #expect(found?.problem.contains("'one'") == true)
    #expect(try query(store.path, "SELECT * FROM t") == ["1|Ann"])
    #expect(try await store.runs().first?.outcome == nil)
    await store.close()
  }

  @Test func `append goes by name, and adds the columns that are missing`() async throws {
    let store = try await open()
    try execute(store.path, "CREATE TABLE t (name TEXT, id INTEGER, note)")
    try execute(store.path, "INSERT INTO t VALUES ('Ann', 1, 'old')")
    let more = batch(
      (Field("ID", reading: .own, type: .integer), Column(.integers([2]))),
      (Field("score", reading: .own, type: .decimal), Column(.decimals([1.5]))))
    try await store.publishRun("r1", [more], to: "t", mode: .append)
    #expect(try query(store.path, "SELECT name, id, note, score FROM t") == ["Ann|1|old|NULL", "NULL|2|NULL|1.5"])
    #expect(try query(store.path, "SELECT type FROM pragma_table_info('t') WHERE name = 'score'") == ["REAL"])
    await store.close()
  }

  @Test func `append makes a table that is not there`() async throws {
    let store = try await open()
    try await store.publishRun("r1", [people([(1, nil)])], to: "t", mode: .append)
    #expect(try query(store.path, "SELECT * FROM t") == ["1|NULL"])
    await store.close()
  }

  @Test func `upsert overwrites by key, and the last row of a key wins`() async throws {
    let store = try await open()
    let key = PublishMode.upsert(key: ["id"])
    try await store.publishRun("r1", [people([(1, "Ann"), (2, "Bob"), (1, "Anna")])], to: "t", mode: key)
    #expect(try query(store.path, "SELECT * FROM t ORDER BY id") == ["1|Anna", "2|Bob"])
    try await store.publishRun("r2", [people([(3, "Cy"), (2, "Bert")])], to: "t", mode: key)
    #expect(try query(store.path, "SELECT * FROM t ORDER BY id") == ["1|Anna", "2|Bert", "3|Cy"])
    // A replace after it may repeat keys: the upsert's index is not the user's.
    try await store.publishRun("r3", [people([(1, "a"), (1, "b")])], to: "t")
    #expect(try query(store.path, "SELECT count(*) FROM t") == ["2"])
    let repeated = await failure { try await store.publishRun("r4", [people([(1, "c")])], to: "t", mode: key) }
    #expect(repeated?.code == .rejectedRows)
    #expect(try query(store.path, "SELECT name FROM t") == ["a", "b"])
    await store.close()
  }

  @Test(arguments: [
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)", "CREATE TABLE t (id INTEGER, name TEXT, UNIQUE (id))",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT) WITHOUT ROWID",
  ])
  func `upsert uses a key that the table has`(definition: String) async throws {
    let store = try await open()
    try execute(store.path, definition + "; INSERT INTO t VALUES (1, 'x')")
    try await store.publishRun("r1", [people([(1, "Ann")])], to: "t", mode: .upsert(key: ["ID"]))
    #expect(try query(store.path, "SELECT * FROM t") == ["1|Ann"])
    #expect(try query(store.path, "SELECT count(*) FROM sqlite_master WHERE name LIKE '%key%'") == ["0"])
    await store.close()
  }

  @Test func `upsert refuses null keys and unknown keys`() async throws {
    let store = try await open()
    let nulls = batch((Field("id", reading: .own, type: .integer), .cells([.integer(1), .null])))
    let found = await failure { try await store.publishRun("r1", [nulls], to: "t", mode: .upsert(key: ["id"])) }
    #expect(found?.code == .rejectedRows)
    #expect(found?.problem.contains("1 rows") == true)
    _ = try await store.discard("r1")
    try await store.finish("r1", RunResult(outcome: "error", exitCode: 3))
    let unknown = await failure { try await store.publishRun("r2", [nulls], to: "t", mode: .upsert(key: ["no"])) }
    #expect(unknown?.code == .badColumns)
    #expect(try query(store.path, "SELECT count(*) FROM sqlite_master WHERE name = 't'") == ["0"])
    await store.close()
  }

  @Test func `one bad table of several publishes none`() async throws {
    let store = try await open()
    try await store.begin(run("r1"))
    let good = try await store.staged([people([(1, "Ann")])], run: "r1")
    let bad = try await store.staged([people([(1, "Ann")])], run: "r1")
    try execute(store.path, "CREATE VIEW v AS SELECT 1")
    let file = try await store.stageFile(target: folder.file("out.csv"), run: "r1")
    try file.write(Array("x".utf8))
    let plan = PublishPlan(
      run: "r1",
      tables: [TablePublish(good, to: "t", mode: .replace), TablePublish(bad, to: "v", mode: .replace)],
      files: [try file.finish()], result: .passed)
    #expect(await failure { _ = try await store.publish(plan) }?.code == .badTable)
    #expect(try query(store.path, "SELECT name FROM sqlite_master WHERE name = 't'") == [])
    #expect(contents(folder.file("out.csv")) == nil)
    try await store.finish("r1", RunResult(outcome: "error", exitCode: 3))
    #expect(fileNames(folder.path).allSatisfy { $0.hasPrefix("a.db") })
    #expect(try query(store.path, "SELECT name FROM sqlite_master WHERE name GLOB '_assay*'") == [])
    await store.close()
  }

  @Test(arguments: ["runs", "Datasets", "_assay_x", "sqlite_master"])
  func `reserved tables are refused`(table: String) async throws {
    let store = try await open()
    #expect(await failure { try await store.publishRun("r1", [people([(1, "a")])], to: table) }?.code == .badTable)
    await store.close()
  }

  @Test func `ledger, metrics, checks, failed rows and files come with the tables`() async throws {
    let store = try await open()
    try await store.begin(run("r1"))
    let file = try await store.stageFile(target: folder.file("out.csv"), run: "r1")
    try file.write(Array("a,b\n".utf8))
    let result = RunResult(
      outcome: "warned", exitCode: 0,
      steps: [StepRecord(name: "s", kind: "source", type: "csv", status: "finished", rowsOut: 2)],
      metrics: [
        MetricRecord(dataset: "p.s", name: "completeness", value: 99.5),
        MetricRecord(dataset: "p.s", name: "validity", value: nil),
      ],
      checks: [CheckRecord(dataset: "p.s", check: "not_null", column: "id", severity: "warn", status: "warned")],
      failedRows: [FailedRowRecord(dataset: "p.s", check: "type", column: "id", row: 7, value: "x", reason: "no")],
      report: "{}")
    let plan = PublishPlan(run: "r1", tables: [], files: [try file.finish()], result: result)
    #expect(try await store.publish(plan).isEmpty)
    #expect(contents(folder.file("out.csv")) == "a,b\n")
    #expect(
      try query(
        store.path,
        "SELECT d.name, metric_name, metric_value FROM quality_metrics JOIN datasets d ON d.id = dataset_id")
        == ["p.s|completeness|99.5", "p.s|validity|NULL"])
    #expect(try query(store.path, "SELECT \"row\", value FROM failed_rows") == ["7|x"])
    #expect(try query(store.path, "SELECT status FROM check_results") == ["warned"])
    #expect(try query(store.path, "SELECT rows_out FROM run_steps") == ["2"])
    #expect(try query(store.path, "SELECT count(*) FROM publish_intents") == ["0"])
    try await store.saveReport("{\"a\":1}", of: "r1")
    #expect(try await store.report(of: "r1") == "{\"a\":1}")
    #expect(await failure { _ = try await store.publish(plan) }?.code == .noSuchRun)
    await store.close()
  }

  @Test func `what fails behind the decision is reported late, and the run is published`() async throws {
    let store = try await open()
    try await store.publishRun("r0", [people([(0, "old")])], to: "t")
    try execute(
      store.path,
      """
      CREATE TRIGGER stuck BEFORE DELETE ON publish_intents WHEN old.kind = 'file'
        BEGIN SELECT RAISE(ABORT, 'stuck'); END;
      """)
    try await store.begin(run("r1"))
    // A table of a module that is not there cannot be dropped.
    try execute(
      store.path,
      """
      PRAGMA writable_schema = ON;
      INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', '_assay_stage_r1_99',
        '_assay_stage_r1_99', 0, 'CREATE VIRTUAL TABLE "_assay_stage_r1_99" USING nowhere(x)');
      PRAGMA writable_schema = OFF;
      """)
    let stage = try await store.staged([people([(1, "Ann")])], run: "r1")
    let file = try await store.stageFile(target: folder.file("out.csv"), run: "r1")
    try file.write(Array("a".utf8))
    let late = try await store.publish(
      PublishPlan(
        run: "r1", tables: [TablePublish(stage, to: "t", mode: .replace)], files: [try file.finish()],
        result: .passed))
    #expect(late.count == 2)
    #expect(late.first?.problem.contains("stuck") == true)
    #expect(late.last?.problem.contains("nowhere") == true)
    #expect(try query(store.path, "SELECT * FROM t") == ["1|Ann"])
    #expect(contents(folder.file("out.csv")) == "a")
    #expect(try await store.runs().first { $0.id == "r1" }?.outcome == "passed")
    await store.close()
  }

  @Test func `another database is published to, and keeps its journal`() async throws {
    let store = try await open()
    let other = folder.file("other.db")
    try await store.publishRun("r1", [people([(1, "Ann")])], to: "t", in: other)
    try await store.publishRun("r2", [people([(2, "Bob")])], to: "t", mode: .append, in: other)
    #expect(try query(other, "SELECT * FROM t") == ["1|Ann", "2|Bob"])
    #expect(try query(other, "PRAGMA journal_mode") == ["delete"])
    #expect(try query(other, "SELECT name FROM sqlite_master") == ["t"])
    try execute(other, "CREATE UNIQUE INDEX one ON t(id)")
    let found = await failure {
      try await store.publishRun("r3", [people([(1, "again")])], to: "t", mode: .append, in: other)
    }
    #expect(found?.code == .rejectedRows)
    #expect(try await store.runs().first?.outcome == nil)
    try await store.finish("r3", RunResult(outcome: "error", exitCode: 3))
    #expect(try query(other, "SELECT name FROM sqlite_master WHERE type = 'table'") == ["t"])
    await store.close()
  }
}
