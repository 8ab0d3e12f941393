import AssayFormats
import Testing

/// Checks over data that push them to their edges.
@Suite struct OddCheckTests {
  private func run(_ csv: String, _ checks: String) async throws -> RunOutcome {
    let space = try Workspace()
    try space.write(csv, to: "s.csv")
    return try await space.run("sources: {s: {type: csv, path: s.csv}}\nchecks: {s: \(checks)}\n")
  }

  @Test func `numbers whose spread no double holds have no outliers, and end no run`() async throws {
    let run = try await run("v\n-1e308\n1e308\n1e308\n", "{columns: {v: [outliers]}}")
    #expect(run.code == 0 && run.check("outliers")?["failed"]?.int == 0)
  }

  @Test func `the fences of outliers are told with as many digits as tell something`() async throws {
    let values = (0..<40).map { "\(Double($0) * 0.1 + 1.0 / 3)" } + ["1000"]
    let run = try await run("v\n\(values.joined(separator: "\n"))\n", "{columns: {v: [outliers]}}")
    #expect(run.check("outliers")?["failed"]?.int == 1)
    let expected = try #require(run.check("outliers")?["expected"]?.string)
    #expect(
      expected.wholeMatch(of: /no value is an outlier, below -?[0-9.]{1,8} or above [0-9.]{1,8}/) != nil, "\(expected)")
  }

  @Test(arguments: [("at_least: 99.9%", 1), ("at_most: 0.1%", 1), ("at_least: 99.3%", 7), ("at_most: 0.7%", 7)])
  func `a share that is just met is met`(_ bound: String, _ bad: Int) async throws {
    let rows = (0..<1000).map { $0 < bad ? "b" : "a" }.joined(separator: "\n")
    let held = try await run("v\n\(rows)\n", "{columns: {v: [{accepted_values: [a], \(bound)}]}}")
    #expect(held.check("accepted_values")?["status"]?.string == "passed")
    let rest = (0..<1000).map { $0 <= bad ? "b" : "a" }.joined(separator: "\n")
    let missed = try await run("v\n\(rest)\n", "{columns: {v: [{accepted_values: [a], \(bound)}]}}")
    #expect(missed.check("accepted_values")?["status"]?.string == "failed")
  }

  @Test(arguments: [
    "{expression: \"json_extract('{}', m) is null\"}", "{sql: \"SELECT json_extract('{}', m) AS x FROM s\"}",
  ])
  func `what SQL complains of tells no private value`(_ check: String) async throws {
    let run = try await run("id,m\n1,SEKRET\n", "{private: [m], dataset: [\(check)]}")
    #expect(run.code == 3 && !run.everything.contains("SEKRET"))
    #expect(run.everything.contains("columns are private"))
  }

  @Test func `a private column that nobody has is told of`() async throws {
    let run = try await run("id,mail\n1,a\n", "{private: [Mail]}")
    #expect(run.step("s", kind: "check")?["warnings"]?.elements?.count == 1)
  }

  @Test func `a query over a dataset without columns is an error, and passes nothing`() async throws {
    let space = try Workspace()
    try space.write("[{\"k\": 1}]", to: "a.json")
    try space.write("[]", to: "b.json")
    let run = try await space.run(
      """
      sources: {a: {type: json, path: a.json}, b: {type: json, path: b.json, on_empty: pass}}
      checks: {a: {dataset: [{sql: {query: SELECT k FROM a EXCEPT SELECT k FROM b, from: [b]}}]}}
      """)
    #expect(run.code == 1 && run.check("sql", of: "a")?["status"]?.string == "error")
  }
}
