import AssayFormats
import Testing

/// Checks of a table as it will be once the run is published.
@Suite struct PublishedChecksTests {
  private func pipeline(_ mode: String, checks: String = "dataset: [{unique_key: [id]}, {row_count: {max: 3}}]")
    -> String
  {
    """
    sources: {s: {type: csv, path: in.csv}}
    checks: {published.t: {\(checks)}}
    outputs: [{type: sqlite, from: s, table: t, \(mode)}]
    """
  }

  @Test func `an upsert is judged with the rows that stay`() async throws {
    let workspace = try Workspace()
    let text = pipeline("mode: upsert, key: [id]")
    try workspace.write("id,name\n1,a\n2,b\n", to: "in.csv")
    let first = try await workspace.run(text)
    #expect(first.code == 0 && first.dataset("published.t")?["rows"]?.int == 2, "\(first.errors)")
    // One row is new, one is overwritten twice, and a column comes along.
    try workspace.write("id,name,more\n2,x,1\n3,c,\n2,y,2\n", to: "in.csv")
    let second = try await workspace.run(text)
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.dataset("published.t")?["rows"]?.int == 3)
    #expect(try await workspace.query("SELECT id, name, more FROM t ORDER BY id") == ["1|a|∅", "2|y|2", "3|c|∅"])
    // A fourth key is one too many: nothing is published.
    try workspace.write("id,name\n4,d\n", to: "in.csv")
    let third = try await workspace.run(text)
    #expect(third.code == 1 && third.check("row_count", of: "published.t")?["observed"]?.int == 4, "\(third.errors)")
    #expect(try await workspace.query("SELECT count(*) FROM t") == ["3"])
  }

  @Test func `appended rows are judged with those before them`() async throws {
    let workspace = try Workspace()
    try workspace.write("id\n1\n", to: "in.csv")
    #expect(try await workspace.run(pipeline("mode: append")).code == 0)
    let again = try await workspace.run(pipeline("mode: append"))
    #expect(again.code == 1 && again.check("unique_key", of: "published.t")?["failed"]?.int == 2, "\(again.errors)")
    #expect(try await workspace.query("SELECT count(*) FROM t") == ["1"])
  }

  @Test func `what replaces a table is judged alone, in another file too`() async throws {
    let workspace = try Workspace()
    let text = pipeline("mode: replace, path: other.db")
    for _ in 0..<2 {
      try workspace.write("id\n1\n2\n", to: "in.csv")
      let run = try await workspace.run(text)
      #expect(run.code == 0 && run.dataset("published.t")?["rows"]?.int == 2, "\(run.errors)")
    }
  }

  @Test func `a table that no output publishes is a fault`() async throws {
    let workspace = try Workspace()
    try workspace.write("id\n1\n", to: "in.csv")
    let run = try await workspace.run(pipeline("mode: append").replacing("published.t", with: "published.tt"))
    #expect(
      run.code == 2 && run.errors.contains("no output publishes a table 'tt'; did you mean 't'?"), "\(run.errors)")
  }
}
