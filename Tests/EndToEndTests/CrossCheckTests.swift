import AssayFormats
import Testing

/// Checks that compare a dataset with others: `references` and `row_count_match`.
@Suite struct CrossCheckTests {
  private let sources = """
    sources:
      s: {type: csv, path: orders.csv}
      customers: {type: json, path: customers.json}

    """

  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(#"[{"id": 1}, {"id": "2"}, {"id": 3.0}, {"id": "007"}]"#, to: "customers.json")
    try workspace.write(
      "id,customer,state\n1,1,CA\n2,2.0,CA\n3,3,NY\n4,7,NY\n5,,NY\n6,007,CA\n7,x,CA\n", to: "orders.csv")
    return workspace
  }

  @Test func `values meet across formats, nulls are not evaluated, and failing rows are told`() async throws {
    let workspace = try workspace()
    let run = try await workspace.run(
      sources + "checks: {s: {key: [id], columns: {customer: [{references: {dataset: customers, column: id}}]}}}\n")
    #expect(run.code == 1, "\(run.errors)")
    let check = try #require(run.check("references", "customer"))
    #expect(check["evaluated"]?.int == 6 && check["failed"]?.int == 2 && check["observed"]?.int == 2)
    #expect(check["expected"]?.string == "every value occurs in customers (id)")
    #expect(
      check["sample"]?.text
        == #"[{"row":4,"key":{"id":"4"},"values":{"customer":"7"}},{"row":7,"key":{"id":"7"},"values":{"customer":"x"}}]"#
    )
    #expect(
      try await workspace.query("SELECT row, key, value, reason FROM failed_rows") == [
        "4|id=4|7|expected: every value occurs in customers (id)",
        "7|id=7|x|expected: every value occurs in customers (id)",
      ])
    // Only measured for the checks of another, it is none that was graded.
    #expect(run.dataset("customers") == nil)
  }

  @Test(arguments: [
    ("where: \"state = 'CA'\"", 4, 1, "failed"), ("at_least: 60%", 6, 2, "passed"), ("at_most: 1", 6, 2, "failed"),
    ("at_least: {warn: 90%, fail: 50%}", 6, 2, "warned"), ("severity: warn", 6, 2, "warned"),
  ])
  func `it takes where and thresholds`(common: String, evaluated: Int, failed: Int, status: String) async throws {
    let workspace = try workspace()
    let run = try await workspace.run(
      sources
        + "checks: {s: {columns: {customer: [{references: {dataset: customers, column: id}, \(common)}]}}}\n")
    let check = try #require(run.check("references", "customer"), "\(run.errors)")
    #expect(check["status"]?.string == status)
    #expect(check["evaluated"]?.int == evaluated && check["failed"]?.int == failed)
  }

  @Test func `two datasets refer to each other, and a dataset to itself`() async throws {
    let workspace = try Workspace()
    try workspace.write("id,boss,team\n1,,a\n2,1,b\n3,9,c\n", to: "people.csv")
    try workspace.write("team,lead\na,1\nb,5\n", to: "teams.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: people.csv}, teams: {type: csv, path: teams.csv}}
      checks:
        s:
          columns:
            boss: [{references: {dataset: s, column: id}}]
            team: [{references: {dataset: teams}}]
        teams: {columns: {lead: [{references: {dataset: s, column: id}}]}}
      """)
    #expect(run.code == 1, "\(run.errors)")
    #expect(
      run.check("references", "boss")?["failed"]?.int == 1 && run.check("references", "boss")?["evaluated"]?.int == 2)
    #expect(run.check("references", "team")?["failed"]?.int == 1)
    #expect(run.check("references", "lead", of: "teams")?["failed"]?.int == 1)
  }

  @Test func `a key of several columns is looked for as one`() async throws {
    let workspace = try Workspace()
    try workspace.write("country,id\nUS,1\nUS,2\nDE,1\n,1\n", to: "a.csv")
    try workspace.write("land,number\nUS,1\nDE,2\nDE,1\n", to: "b.csv")
    let run = try await workspace.run(
      """
      sources: {s: {type: csv, path: a.csv}, b: {type: csv, path: b.csv}}
      checks: {s: {dataset: [{references: {columns: [country, id], dataset: b, to: [land, number]}}]}}
      """)
    let check = try #require(run.check("references"), "\(run.errors)")
    #expect(check["evaluated"]?.int == 3 && check["failed"]?.int == 1)
    #expect(check["sample"]?.elements?.first?["values"]?.text == #"{"country":"US","id":"2"}"#)
    #expect(check["expected"]?.string == "every key occurs in b (land, number)")
  }

  @Test func `a published table is what the run makes of it, or what stands in the store`() async throws {
    let workspace = try Workspace()
    try workspace.write("id\n1\n2\n", to: "c.csv")
    try workspace.write("customer\n1\n3\n", to: "o.csv")
    let output = "outputs: [{type: sqlite, from: c, table: customers, mode: upsert, key: [id]}]\n"
    let checks =
      "checks: {s: {columns: {customer: [{references: {dataset: published.customers, column: id}, severity: warn}]}}}\n"
    let both = "sources: {s: {type: csv, path: o.csv}, c: {type: csv, path: c.csv}}\n" + checks + output
    let first = try await workspace.run(both)
    #expect(first.code == 0 && first.check("references")?["failed"]?.int == 1, "\(first.errors)")
    // Another run brings 3 and keeps what is there; a third only looks.
    try workspace.write("id\n3\n", to: "c.csv")
    #expect(try await workspace.run(both).check("references")?["failed"]?.int == 0)
    try workspace.write("customer\n1\n2\n3\n4\n", to: "o.csv")
    let third = try await workspace.run("sources: {s: {type: csv, path: o.csv}}\n" + checks)
    #expect(third.check("references")?["failed"]?.int == 1, "\(third.errors)")
    let fourth = try await workspace.run(
      "sources: {s: {type: csv, path: o.csv}}\n" + checks.replacing("customers", with: "clients"))
    #expect(fourth.code == 3 && fourth.errors.contains("there is no table 'clients'"), "\(fourth.errors)")
  }

  @Test(arguments: [
    ("dataset: customers", 7, "failed"), ("dataset: customers, tolerance: 3", 7, "passed"),
    ("dataset: customers, tolerance: 50%", 7, "failed"), ("dataset: customers, tolerance: 75%", 7, "passed"),
    ("dataset: s", 7, "passed"),
  ])
  func `row counts match within a tolerance`(keys: String, observed: Int, status: String) async throws {
    let workspace = try workspace()
    let run = try await workspace.run(sources + "checks: {s: {dataset: [{row_count_match: {\(keys)}}]}}\n")
    let check = try #require(run.check("row_count_match"), "\(run.errors)")
    #expect(check["observed"]?.int == observed && check["status"]?.string == status, "\(check)")
  }

  @Test func `rows are counted where a condition is true`() async throws {
    let workspace = try workspace()
    let run = try await workspace.run(
      sources + "checks: {s: {dataset: [{row_count_match: {dataset: customers}, where: \"state = 'CA'\"}]}}\n")
    let check = try #require(run.check("row_count_match"), "\(run.errors)")
    #expect(check["observed"]?.int == 4 && check["status"]?.string == "passed")
    #expect(check["expected"]?.string == "row count is 4, that of customers")
  }

  @Test func `a column that is not there fails the check, and no row is no data`() async throws {
    let workspace = try workspace()
    let run = try await workspace.run(
      sources + "checks: {s: {columns: {customer: [{references: {dataset: customers, column: number}}]}}}\n")
    #expect(run.code == 1)
    #expect(run.check("references")?["observed"]?.string == "there is no column 'customers.number'")
    try workspace.write("id,customer,state\n", to: "orders.csv")
    let empty = try await workspace.run(
      sources.replacing("orders.csv}", with: "orders.csv, on_empty: pass}")
        + "checks: {s: {on_empty: pass, columns: {customer: [{references: {dataset: customers, column: id}}]}}}\n")
    #expect(empty.check("references")?["status"]?.string == "no_data", "\(empty.errors)")
  }

  @Test func `what is only looked at is not compared with what is not reached`() async throws {
    let workspace = try workspace()
    try workspace.write(
      "version: 1\nname: p\n" + sources
        + "checks: {s: {columns: {customer: [{references: {dataset: customers, column: id}}]}}}\n", to: "p.yaml")
    let ending = try await workspace.assay("run", "p.yaml", "--until", "s", "--print")
    #expect(ending.code == 0 && !ending.errors.contains("customers"), "\(ending.errors)")
  }
}
