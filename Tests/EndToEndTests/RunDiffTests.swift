import AssayFormats
import Testing

/// `assay diff` and `assay history` over real runs.
@Suite struct RunDiffTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func run(_ csv: String, _ checks: String = "{unique_key: [id]}") async throws -> Ending {
    try workspace.write(csv, to: "in.csv")
    try workspace.write(
      "version: 1\nname: p\nsources: {s: {type: csv, path: in.csv}}\nchecks: {s: {dataset: [\(checks)], columns: {amount: [not_null]}}}\n",
      to: "p.yaml")
    return try await workspace.assay("run", "p.yaml")
  }

  @Test func `rows, columns, metrics and checks that changed are told, and the exit code says whether`() async throws {
    _ = try await run("id,amount,state\n1,10,CA\n2,20,NY\n3,30,TX\n")
    _ = try await run("id,amount,state\n1,10,CA\n2,20,NY\n3,30,TX\n")
    let same = try await workspace.assay("diff")
    #expect(same.code == 0)
    #expect(same.output.contains("Nothing that is known has changed."))
    _ = try await run("id,amount,state,more\n4,,WA,x\n2,25,NJ,\n1,10,CA,\n")
    let diff = try await workspace.assay("diff", "last~1", "last")
    #expect(diff.code == 1)
    for line in [
      "rows by id: 1 added, 1 removed, 1 changed, 1 unchanged", "+ id=4", "- id=3", "~ id=2: amount, state",
      "+  more  text", "not_null(amount)  passed to failed  0 to 1 failing", "100 to 75 (-25)",
    ] {
      #expect(diff.output.contains(line), "\(line)\n\(diff.output)")
    }
    let json = try await workspace.assay("diff", "last~2", "last", "--json")
    #expect(json.code == 1)
    let report = try JSONParser.parse(json.output)
    let dataset = try #require(report["datasets"]?.elements?.first)
    #expect(dataset["rows", "added"]?.elements?.first?["id"]?.string == "4")
    #expect(
      dataset["rows", "changed"]?.elements?.first?["columns"]?.elements?.compactMap(\.string) == ["amount", "state"])
    #expect(dataset["columns"]?.elements?.compactMap { $0["name"]?.string } == ["more"])
    #expect(report["after", "outcome"]?.string == "failed")
  }

  @Test func `at most twenty rows of a kind are shown, and all of them in JSON`() async throws {
    _ = try await run("id,amount\n1,1\n")
    let rows = (1...60).map { "\($0),1\n" }.joined()
    _ = try await run("id,amount\n" + rows)
    let diff = try await workspace.assay("diff")
    #expect(diff.output.split(separator: "\n").count { $0.contains("+ id=") } == 20)
    #expect(diff.output.contains("and 39 more"))
    let json = try JSONParser.parse(try await workspace.assay("diff", "--json").output)
    #expect(json["datasets"]?.elements?.first?["rows", "added"]?.elements?.count == 59)
  }

  @Test func `without a key, beyond the limit, or switched off, it says why rows are not compared`() async throws {
    for _ in 0..<2 { _ = try await run("id,amount\n1,1\n2,2\n", "{row_count: {min: 1}}") }
    #expect(try await workspace.assay("diff").output.contains("they need a 'key'"))
    for (setting, words) in [("{rows: 1}", "more than 1 row,"), ("false", "they need a 'key'")] {
      try workspace.write(
        "version: 1\nname: p\nsources: {s: {type: csv, path: in.csv}}\nchecks: {s: {snapshot: \(setting), dataset: [{unique_key: [id]}]}}\n",
        to: "p.yaml")
      for _ in 0..<2 { #expect(try await workspace.assay("run", "p.yaml").code == 0) }
      let diff = try await workspace.assay("diff")
      #expect(diff.code == 0)
      #expect(diff.output.contains(words), "\(diff.output)")
    }
  }

  @Test func `runs that are not there, or that a word does not tell apart, are refused`() async throws {
    let none = try await workspace.assay("diff")
    #expect(none.code == 2)
    #expect(none.errors.contains("there is no store 'assay.db'"))
    #expect(!workspace.exists("assay.db"))
    _ = try await run("id,amount\n1,1\n")
    _ = try await run("id,amount\n1,1\n")
    let far = try await workspace.assay("diff", "last~9", "last")
    #expect(far.code == 2)
    #expect(far.errors.contains("no run 'last~9'"))
    let several = try await workspace.assay("diff", "20", "last")
    #expect(several.code == 2)
    #expect(several.errors.contains("several runs begin with '20'"))
    let other = try await workspace.assay("diff", "--pipeline", "q")
    #expect(other.errors.contains("no run 'last~1' of 'q'"))
    #expect(try await workspace.assay("diff", "--pipeline", "p.yaml").code == 0)
  }

  @Test func `a metric's history is listed, as JSON too, and an unknown one says what there is`() async throws {
    _ = try await run("id,amount\n1,1\n2,2\n")
    _ = try await run("id,amount\n1,1\n1,2\n3,3\n")
    let list = try await workspace.assay("history", "row_count")
    #expect(list.code == 0)
    let lines = list.output.split(separator: "\n")
    #expect(lines.first == "p.s row_count: 2 runs, 2 to 3, last 3")
    #expect(lines.count == 3)
    #expect(lines.last?.contains("failed") == true)
    let json = try await workspace.assay("history", "row_count", "--json", "--limit", "1", "--dataset", "s")
    let point = try JSONParser.parse(json.output)
    #expect(point["value"]?.number == 3)
    #expect(point["exit_code"]?.int == 1)
    let unknown = try await workspace.assay("history", "rowcount")
    #expect(unknown.code == 2)
    #expect(unknown.errors.contains("there is no metric 'rowcount' here"))
    #expect(unknown.errors.contains("overall_quality"))
    #expect(try await workspace.assay("history").output.contains("completeness"))
  }
}
