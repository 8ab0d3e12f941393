import AssayFormats
import Testing

/// `sql` checks: queries over datasets of the run and over published tables.
@Suite struct SQLCheckTests {
  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write("id,total,email\n1,5,a@b.example\n2,-1,c@d.example\n3,-2,e@f.example\n", to: "s.csv")
    try workspace.write("id\n1\n2\n", to: "t.csv")
    return workspace
  }

  private func pipeline(_ check: String, rest: String = "") -> String {
    """
    sources: {s: {type: csv, path: s.csv}, t: {type: csv, path: t.csv}}
    checks:
      s:
        private: [email]
        dataset:
          - \(check)
    \(rest)
    """
  }

  @Test func `the rows of a query are failures, with a sample of their columns`() async throws {
    let workspace = try workspace()
    let run = try await workspace.run(
      pipeline("sql: {query: SELECT s.id FROM s LEFT JOIN t ON s.id = t.id WHERE t.id IS NULL OR total < 0, from: t}"))
    #expect(run.code == 1, "\(run.errors)")
    let check = try #require(run.check("sql"))
    #expect(check["failed"]?.int == 2 && check["evaluated"]?.int == 3 && check["observed"]?.int == 2)
    #expect(check["sample"]?.elements?.map { $0["values"]?.text ?? "" } == [#"{"id":"2"}"#, #"{"id":"3"}"#])
    #expect(
      try await workspace.query("SELECT row, \"column\", value FROM failed_rows") == ["1|id|2", "2|id|3"])
  }

  @Test(arguments: [
    (#"{sql: "SELECT * FROM s WHERE total < 0", at_most: 2}"#, "passed"),
    (#"{sql: "SELECT * FROM s WHERE total < 0", at_most: 1}"#, "failed"),
    (#"{sql: "SELECT * FROM s WHERE total < 0", at_most: {warn: 10%, fail: 90%}}"#, "warned"),
    (#"{sql: "SELECT * FROM s WHERE total < 0", severity: warn}"#, "warned"),
    (#"{sql: "SELECT * FROM s WHERE total < -9"}"#, "passed"),
    (#"{sql: {query: "SELECT sum(total) FROM s", min: 2, max: 2}}"#, "passed"),
    (#"{sql: {query: "SELECT sum(total) FROM s", min: {warn: 3, fail: 1}}}"#, "warned"),
    (#"{sql: {query: "SELECT total FROM s WHERE id = 9", min: 1}}"#, "no_data"),
    (#"{sql: {query: "SELECT count(*) FROM s a, t b", max: 5}}"#, "failed"),
  ])
  func `rows are bounded by at_most, a number by min and max`(check: String, status: String) async throws {
    let workspace = try workspace()
    let run = try await workspace.run(pipeline(check.replacing("FROM s a, t b", with: "FROM s a, s b")))
    #expect(run.check("sql")?["status"]?.string == status, "\(run.errors)")
  }

  @Test func `a published table is read as it will be, else as it stands`() async throws {
    let workspace = try workspace()
    let check = "sql: {query: SELECT id FROM published.t EXCEPT SELECT id FROM s, from: [published.t]}"
    let output = "outputs: [{type: sqlite, from: t, table: t, mode: append}]"
    #expect(try await workspace.run(pipeline(check, rest: output)).code == 0)
    try workspace.write("id\n8\n9\n", to: "t.csv")
    let second = try await workspace.run(pipeline(check, rest: output))
    #expect(second.code == 1 && second.check("sql")?["failed"]?.int == 2, "\(second.errors)")
    // Nothing was published, and no output writes it now.
    let third = try await workspace.run(pipeline(check).replacing(", t: {type: csv, path: t.csv}", with: ""))
    #expect(third.code == 0 && third.check("sql")?["failed"]?.int == 0, "\(third.errors)")
    // Joined twice, it is a table with indexes.
    let joined =
      "sql: {query: SELECT p.id FROM published.t p JOIN published.t q ON p.id = q.id JOIN s ON s.id = p.id, from: published.t}"
    let fourth = try await workspace.run(pipeline(joined))
    #expect(fourth.check("sql")?["failed"]?.int == 2, "\(fourth.errors)")
    let nested =
      "sql: {query: SELECT id FROM s WHERE NOT EXISTS (SELECT 1 FROM published.t p WHERE p.id = s.id), from: published.t}"
    #expect(try await workspace.run(pipeline(nested)).check("sql")?["failed"]?.int == 1)
  }

  @Test(arguments: [
    ("sql: SELECT amount FROM s", "no such column: amount"), ("sql: SELECT id FROM t", "no such table: t"),
    ("sql: DELETE FROM s", "the query is no SQL"),
    ("sql: {query: \"SELECT id FROM s\", min: 1}", "the query gives 3 rows of 1 columns"),
    ("sql: {query: \"SELECT 'a'\", min: 1}", "the query gives a text"),
    ("sql: SELECT id FROM s; SELECT 1", "the query is no SQL"),
  ])
  func `a query that cannot run breaks the run and says why`(check: String, message: String) async throws {
    let workspace = try workspace()
    let run = try await workspace.run(pipeline(check, rest: "outputs: [{type: csv, from: t, path: o.csv}]"))
    let said = run.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(said.contains(message), "\(said)")
    #expect(run.code == (message.contains("is no SQL") ? 2 : 3) && !workspace.exists("o.csv"), "\(run.errors)")
    if run.code == 3 { #expect(said.contains("checks of 's'"), "\(said)") }
  }

  @Test func `a dataset without rows is no data`() async throws {
    let workspace = try workspace()
    try workspace.write("id,total,email\n", to: "s.csv")
    for query in ["SELECT id FROM s", "SELECT 1"] {
      let run = try await workspace.run(
        pipeline("sql: \(query)").replacing("s.csv}", with: "s.csv, on_empty: pass}")
          .replacing("private:", with: "on_empty: pass\n    private:"))
      #expect(run.code == 0 && run.check("sql")?["status"]?.string == "no_data", "\(run.errors)")
    }
  }

  @Test(arguments: [
    "SELECT * FROM s", "SELECT id, email FROM s", "SELECT upper(email) AS e, id FROM s",
    "WITH x(a, b, c) AS (SELECT * FROM s) SELECT c, a FROM x", "SELECT EMAIL || id AS both FROM s",
    #"SELECT "email" AS contact FROM s"#,
  ])
  func `values of private columns are nowhere, under whatever name`(query: String) async throws {
    let workspace = try workspace()
    let run = try await workspace.run(pipeline("sql: '\(query)'"))
    #expect(run.code == 1 && run.check("sql")?["failed"]?.int == 3, "\(run.errors)")
    #expect(!run.everything.lowercased().contains(".example"), "\(run.everything)")
    let ledger = try await workspace.query(
      "SELECT coalesce(value, '') || coalesce(\"key\", '') || reason FROM failed_rows UNION ALL SELECT coalesce(observed, '') || sample FROM check_results"
    )
    #expect(!ledger.joined().lowercased().contains(".example"), "\(ledger)")
  }

  @Test func `a number that may tell a private value is not shown`() async throws {
    let workspace = try workspace()
    let run = try await workspace.run(
      pipeline("sql: {query: SELECT max(total) FROM s, max: 4}").replacing("[email]", with: "[total]"))
    let check = try #require(run.check("sql"), "\(run.errors)")
    #expect(check["status"]?.string == "failed" && check["observed"]?.string == "***")
  }
}
