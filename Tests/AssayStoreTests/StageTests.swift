import AssayColumns
import AssayStore
import Testing

@Suite struct StageTests {
  let folder = TemporaryFolder()

  @Test func `cells are stored as SQL sees them`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let rows = batch(
      (Field("i", reading: .fromText, declared: .integer), .texts(["007", nil, "-5"])),
      (Field("d", reading: .fromText, type: .decimal), .texts(["1.50", "2", nil])),
      (Field("b", reading: .fromText, type: .boolean), .texts(["True", "false", nil])),
      (Field("t", reading: .fromText, type: .text), .texts(["00501", "ü\0x", ""])),
      (Field("day", reading: .fromText, type: .date), .texts(["2026-01-02", nil, "2026-01-03"])),
      (Field("u", reading: .fromText), .texts(["12", "x", nil])),
      (Field("v", reading: .own), .cells([.integer(1), .text("1"), .boolean(true)])),
      (Field("n", reading: .own), .nulls(count: 3)),
      (Field("f", reading: .own), Column(.booleans(Bitmap(words: [0b101], count: 3)))),
      (Field("g", reading: .own, type: .decimal), Column(.decimals([1, 2.5, -0.5]))))
    try await store.publishRun("r1", [rows], to: "t")
    #expect(
      try query(store.path, "SELECT i, d, b, hex(t), day, u, v, n, f, g FROM t") == [
        "7|1.5|1|3030353031|2026-01-02|12|1|NULL|1|1.0", "NULL|2.0|0|C3BC0078|NULL|x|1|NULL|0|2.5",
        "-5|NULL|NULL||2026-01-03|NULL|1|NULL|1|-0.5",
      ])
    #expect(
      try query(store.path, "SELECT typeof(u), typeof(v) FROM t") == ["text|integer", "text|text", "null|integer"])
    #expect(
      try query(store.path, "SELECT type FROM pragma_table_info('t')") == [
        "INTEGER", "REAL", "INTEGER", "TEXT", "TEXT", "", "", "", "", "REAL",
      ])
    await store.close()
  }

  @Test func `hostile names are only names`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let names = ["\"; DROP TABLE runs; --", "a'b", "", " ", "select", "naïve 🚀", "x,y", "rowid"]
    let rows = Batch(
      schema: DatasetSchema(names.map { Field($0, reading: .own) }),
      columns: names.map { .texts([$0]) }, rowCount: 1)
    try await store.publishRun("r1", [rows], to: "my \"table\"; --")
    try await store.publishRun("r2", [rows], to: "my \"table\"; --", mode: .upsert(key: [names[0], names[1]]))
    #expect(try query(store.path, "SELECT * FROM \"my \"\"table\"\"; --\"") == [names.joined(separator: "|")])
    #expect(try query(store.path, "SELECT count(*) FROM runs") == ["2"])
    await store.close()
  }

  @Test func `a schema grows while rows are staged`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await store.begin(run("r1"))
    let writer = try await store.stage(run: "r1", schema: DatasetSchema())
    try await writer.append(people([(1, "Ann")]))
    let wide = batch(
      (Field("id", reading: .own, type: .integer), Column(.integers([2]))),
      (Field("name", reading: .fromText, type: .text), .texts(["Bob"])),
      (Field("late", reading: .own), .cells([.decimal(0.5)])))
    try await writer.append(wide)
    try await writer.append(people([(3, nil)]))
    let stage = try await writer.finish()
    #expect(stage.rowCount == 3)
    _ = try await store.publish(
      PublishPlan(run: "r1", tables: [TablePublish(stage, to: "t", mode: .replace)], files: [], result: .passed))
    #expect(try query(store.path, "SELECT * FROM t") == ["1|Ann|NULL", "2|Bob|0.5", "3|NULL|NULL"])
    await store.close()
  }

  @Test func `a batch larger than a chunk is loaded whole and in order`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let count = 150_000
    let rows = batch((Field("id", reading: .own, type: .integer), Column(.integers((0..<count).map { Int64($0) }))))
    try await store.publishRun("r1", [rows], to: "t")
    #expect(
      try query(store.path, "SELECT count(*), min(id), max(id), sum(id = rowid - 1) FROM t") == [
        "150000|0|149999|150000"
      ])
    await store.close()
  }

  @Test func `several stages of a run load at the same time`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await store.begin(run("r1"))
    let stages = try await withThrowingTaskGroup(of: (Int, Stage).self) { group in
      for number in 0..<4 {
        group.addTask {
          let batches = (0..<20).map { page in people((0..<100).map { (Int64(page * 100 + $0), "n\(number)") }) }
          return (number, try await store.staged(batches, run: "r1"))
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    let tables = stages.keys.sorted().compactMap { number in
      stages[number].map { TablePublish($0, to: "t\(number)", mode: .replace) }
    }
    _ = try await store.publish(PublishPlan(run: "r1", tables: tables, files: [], result: .passed))
    for number in 0..<4 {
      #expect(
        try query(store.path, "SELECT count(*), min(name), max(name) FROM t\(number)")
          == ["2000|n\(number)|n\(number)"])
    }
    await store.close()
  }

  @Test func `names that SQLite does not tell apart are both named`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    let rows = batch((Field("ID", reading: .own), .texts(["1"])), (Field("id", reading: .own), .texts(["2"])))
    let found = await failure { _ = try await store.stage(run: "r1", schema: rows.schema) }
    #expect(found?.code == .badColumns)
    #expect(found?.problem.contains("'ID' and 'id'") == true)
    await store.close()
  }

  @Test func `2,000 columns are stored and 2,001 are refused`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    func wide(_ count: Int) -> Batch {
      Batch(
        schema: DatasetSchema((0..<count).map { Field("c\($0)", reading: .own) }),
        columns: (0..<count).map { .cells([.integer(Int64($0))]) }, rowCount: 1)
    }
    try await store.publishRun("r1", [wide(2_000)], to: "t")
    #expect(try query(store.path, "SELECT c0, c1999 FROM t") == ["0|1999"])
    let found = await failure { _ = try await store.stage(run: "r2", schema: wide(2_001).schema) }
    #expect(found?.code == .badColumns)
    #expect(found?.problem.contains("2001") == true)
    await store.close()
  }

  @Test(arguments: [PublishMode.replace, .append, .upsert(key: ["id"])], [false, true])
  func `a dataset without columns publishes nothing, and the table that is there stays`(
    mode: PublishMode, isOutside: Bool
  ) async throws {
    let store = try await Store.open(folder.file("a.db"))
    let other = isOutside ? folder.file("other.db") : nil
    try await store.publishRun("r1", [people([(1, "Ann")])], to: "t", in: other)
    try await store.begin(run("r2"))
    var items: [TablePublish] = []
    for table in ["t", "new"] {
      let writer = try await store.stage(run: "r2", schema: DatasetSchema(), in: other)
      try await writer.append(Batch(schema: DatasetSchema(), columns: [], rowCount: 0))
      let stage = try await writer.finish()
      #expect(stage.rowCount == 0 && !stage.hasTable)
      items.append(TablePublish(stage, to: table, mode: mode))
    }
    #expect(
      try await store.publish(PublishPlan(run: "r2", tables: items, files: [], result: .passed)).isEmpty)
    #expect(try await store.runs().first { $0.id == "r2" }?.outcome == "passed")
    #expect(try query(other ?? store.path, "SELECT * FROM t") == ["1|Ann"])
    #expect(try query(other ?? store.path, "SELECT name FROM sqlite_master WHERE name = 'new'") == [])
    #expect(try query(store.path, "SELECT count(*) FROM publish_intents") == ["0"])
    await store.close()
  }

  @Test func `columns without rows still replace a table`() async throws {
    let store = try await Store.open(folder.file("a.db"))
    try await store.publishRun("r1", [people([(1, "Ann")])], to: "t")
    try await store.publishRun("r2", [people([])], to: "t")
    #expect(try query(store.path, "SELECT count(*) FROM t") == ["0"])
    await store.close()
  }
}
