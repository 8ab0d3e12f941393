import AssayColumns
import AssayStore
import Testing

@Suite struct SQLWorkspaceTests {
  private func sequence(_ batches: Batch...) -> BatchList { BatchList(batches, schema: batches[0].schema) }

  /// All rows of a query, cells as text.
  private func rows(
    _ sql: String, _ inputs: [(name: String, rows: any BatchSequence)]
  ) async throws -> [[Cell]] {
    let workspace = try await SQLWorkspace.prepare(step: "joined", query: sql, inputs: inputs)
    var rows: [[Cell]] = []
    while let batch = try await workspace.next() {
      #expect(batch.firstRow == rows.count)
      for row in 0..<batch.rowCount { rows.append(batch.columns.map { $0[row] }) }
    }
    return rows
  }

  @Test func `a query reads numbers, booleans as 1 and 0, and the rest as text`() async throws {
    let input = sequence(
      batch(
        (Field("i", reading: .fromText, type: .integer), .texts(["10", "9", nil])),
        (Field("zip", reading: .fromText, type: .text), .texts(["00501", "9", "10"])),
        (Field("ok", reading: .fromText, type: .boolean), .texts(["true", "FALSE", nil])),
        (Field("j", reading: .own), .cells([.boolean(true), .text("x"), .decimal(0.5)]))))
    #expect(
      try await rows("SELECT i, zip, ok, j FROM a WHERE i IS NULL OR i > 5 ORDER BY i", [("a", input)]) == [
        [.null, .text("10"), .null, .decimal(0.5)], [.integer(9), .text("9"), .integer(0), .text("x")],
        [.integer(10), .text("00501"), .integer(1), .integer(1)],
      ])
  }

  @Test func `columns of one name are told apart`() async throws {
    let input = sequence(people([(1, "Ann")]))
    let workspace = try await SQLWorkspace.prepare(
      step: "s", query: "SELECT id, id, 1 AS id_2, count(*) FROM a", inputs: [("a", input)])
    #expect(workspace.schema.names == ["id", "id_2", "id_2_2", "count(*)"])
  }

  @Test func `a left join of 100,000 rows with 100,000 rows uses an index`() async throws {
    let count = 100_000
    func table(_ key: String, _ value: String) -> BatchList {
      let batches = stride(from: 0, to: count, by: 10_000).map { start in
        batch(
          (Field(key, reading: .own, type: .integer), Column(.integers((start..<(start + 10_000)).map { Int64($0) }))),
          (Field(value, reading: .fromText), .texts((start..<(start + 10_000)).map { "v\($0)" })))
      }
      return BatchList(batches, schema: batches[0].schema)
    }
    let found = try await rows(
      "SELECT count(*), sum(o.total IS NOT NULL), max(p.name) FROM priced p LEFT JOIN orders o ON o.customer_id = p.id",
      [("priced", table("id", "name")), ("orders", table("customer_id", "total"))])
    #expect(found == [[.integer(100_000), .integer(100_000), .text("v99999")]])
  }

  @Test func `a self-join and a correlated subquery are not quadratic either`() async throws {
    let ids = (0..<50_000).map { Int64($0) }
    let input = sequence(batch((Field("id", reading: .own, type: .integer), Column(.integers(ids)))))
    #expect(
      try await rows("SELECT count(*) FROM a x JOIN a y ON y.id = x.id + 1", [("a", input)]) == [[.integer(49_999)]])
    #expect(
      try await rows(
        "SELECT sum((SELECT count(*) FROM a y WHERE y.id = x.id)) FROM a x", [("a", input)]) == [[.integer(50_000)]])
  }

  @Test func `results come in batches of 8,192 rows`() async throws {
    let workspace = try await SQLWorkspace.prepare(
      step: "s", query: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20000) SELECT x FROM n",
      inputs: [])
    var counts: [Int] = []
    while let batch = try await workspace.next() { counts.append(batch.rowCount) }
    #expect(counts == [8_192, 8_192, 3_616])
    #expect(try await workspace.next() == nil)
  }

  @Test func `values that outlive their batch are kept by SQLite`() async throws {
    let kept = KeptRows(memory: 0)
    for page in 0..<50 {
      try kept.append(people((0..<100).map { (Int64(page * 100 + $0), "name \(page) \($0) with some length to it") }))
    }
    #expect(!kept.staysInMemory)
    #expect(
      try await rows("SELECT max(name), min(name), count(DISTINCT name) FROM a", [("a", kept)]) == [
        [
          .text("name 9 99 with some length to it"), .text("name 0 0 with some length to it"), .integer(5_000),
        ]
      ])
  }

  @Test(arguments: [
    ("DROP TABLE a", "may only read"), ("SELECT 1; SELECT 2", "more than one"),
    ("SELECT 1; DROP TABLE a", "may only read"),
    ("ATTACH 'x.db' AS x", "may only read"), ("PRAGMA journal_mode = WAL", "may only read"),
    ("SELECT * FROM pragma_table_info('a')", "not authorized"), ("INSERT INTO a VALUES (1, 2)", "may only read"),
    ("SELECT load_extension('x')", "not authorized"), ("", "empty"), ("-- nothing", "empty"),
    ("SELEC 1", "syntax error"), ("SELECT nope FROM a", "no such column"), ("SELECT \"nope\" FROM a", "no such column"),
    ("SELECT * FROM b", "no such table"), ("EXPLAIN SELECT 1", "not a SELECT"), ("CREATE TABLE x (y)", "may only read"),
    ("SELECT writefile('x', 'y')", "no such function"),
  ])
  func `anything but one SELECT is refused`(sql: String, expected: String) async throws {
    let found = await failure { _ = try await rows(sql, [("a", sequence(people([(1, "Ann")])))]) }
    #expect(found?.code == .badQuery)
    #expect(found?.subject == "joined")
    #expect(found?.problem.contains(expected) == true, "\(found.debugDescription)")
  }

  @Test(arguments: ["json_each", "json_tree"])
  func `a list in JSON can be read as a table`(function: String) async throws {
    let lists = sequence(people([(1, #"[{"b": "x"}, {"b": "y"}]"#), (2, "[]"), (3, #"[{"b": null}]"#)]))
    let found = try await rows(
      "SELECT a.id, json_extract(l.value, '$.b') FROM a, \(function)(a.name) l WHERE l.type = 'object' ORDER BY 1, 2",
      [("a", lists)])
    #expect(found == [[.integer(1), .text("x")], [.integer(1), .text("y")], [.integer(3), .null]])
  }

  @Test func `a comment and a semicolon behind the statement are no second one`() async throws {
    #expect(try await rows("SELECT 1; -- done\n ;", []) == [[.integer(1)]])
  }

  @Test func `an error in the middle of a query names the step`() async throws {
    let input = sequence(people([(1, "a"), (-9_223_372_036_854_775_808, "b")]))
    let found = await failure { _ = try await rows("SELECT abs(id) FROM a", [("a", input)]) }
    #expect(found?.problem.contains("overflow") == true)
    #expect(found?.subject == "joined")
  }

  @Test func `a query that never ends is cancelled`() async throws {
    let task = Task {
      let workspace = try await SQLWorkspace.prepare(
        step: "s", query: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
        inputs: [])
      _ = try await workspace.next()
    }
    await Task.yield()
    task.cancel()
    await #expect(throws: StoreFailure.self) { try await task.value }
  }

  @Test(arguments: ["UTF-8", "UTF-16le", "UTF-16be"])
  func `text is UTF-8 whatever the encoding of the database`(encoding: String) async throws {
    let folder = TemporaryFolder()
    let path = folder.file("x.db")
    try execute(
      path, "PRAGMA encoding = '\(encoding)'; CREATE TABLE t (a); INSERT INTO t VALUES ('plain'), ('é🚀'), ('')")
    let found = try await SQLiteReader.open(path, query: "SELECT a FROM t").next()
    #expect((0..<3).map { found?.columns[0][$0] } == [.text("plain"), .text("é🚀"), .text("")])
  }

  @Test func `another database is read and not written`() async throws {
    let folder = TemporaryFolder()
    let path = folder.file("x.db")
    try execute(path, "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, x'ff00'), (2.5, 'é'), (NULL, x'6869')")
    let reader = try await SQLiteReader.open(path, query: "SELECT * FROM t")
    let found = try await reader.next()
    #expect(reader.schema.names == ["a", "b"])
    #expect((0..<3).map { found?.columns[0][$0] } == [.integer(1), .decimal(2.5), .null])
    #expect(found?.columns[1][0] == .text("ff00") && found?.columns[1][1] == .text("é"))
    #expect(found?.columns[1][2] == .text("hi"))
    #expect(try await reader.next() == nil)
    #expect(await failure { _ = try await SQLiteReader.open(path, query: "DELETE FROM t") }?.code == .badQuery)
    let missing = await failure { _ = try await SQLiteReader.open(folder.file("no"), query: "SELECT 1") }
    #expect(missing?.code == .cannotOpen)
    let program = await failure { _ = try await SQLiteReader.open("/bin/ls", query: "SELECT 1") }
    #expect(program?.code == .notADatabase)
    #expect(fileNames(folder.path) == ["x.db"])
  }

  @Test(arguments: [(0, "it has no rows"), (2, "its rows have no values")])
  func `an input without columns is told to declare them`(rowCount: Int, cause: String) async {
    let none = BatchList(
      [Batch(schema: DatasetSchema(), columns: [], rowCount: rowCount)], schema: DatasetSchema())
    let found = await failure {
      _ = try await SQLWorkspace.prepare(step: "sums", query: "SELECT * FROM orders", inputs: [("orders", none)])
    }
    #expect(found?.code == .badColumns)
    #expect(
      found?.description
        == "sums: the dataset 'orders' has no columns because \(cause); declare them under 'columns' of the source")
  }
}
