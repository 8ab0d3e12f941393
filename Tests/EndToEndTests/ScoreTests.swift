import AssayFormats
import Testing

@Suite struct ScoreTests {
  private static let rows = """
    id,email,seen
    1,a@example.com,2999-01-01
    2,,2999-01-01T00:00:00Z
    3,no,2001-01-01
    4,d@example.com,
    5,e@example.com,soon
    """

  private func run(_ checks: String, pipeline: String = "", _ rows: String = rows) async throws -> RunOutcome {
    let space = try Workspace()
    try space.write(rows, to: "s.csv")
    return try await space.run("sources: {s: {type: csv, path: s.csv}}\nchecks: {s: \(checks)}\n\(pipeline)")
  }

  private func value(_ run: RunOutcome, _ metric: String) -> Double? {
    run.dataset("s")?["metrics", metric, "value"]?.number
  }

  @Test func `timeliness is the share of dates that are young, and counts in the mean once it is configured`()
    async throws
  {
    let plain = try await run("{on_empty: fail}")
    #expect(plain.dataset("s")?["metrics", "timeliness"] == nil && plain.dataset("s")?["metrics", "accuracy"] == nil)
    let run = try await run("{score: {timeliness: {column: seen, max_age: 3650d, fail_below: 60}}}")
    #expect(value(run, "timeliness") == 50, "of four values, one is no date and one is old")
    #expect(run.dataset("s")?["metrics", "timeliness", "details", "late_values"] == .integer(2))
    #expect(run.check("score.timeliness")?["status"]?.string == "failed" && run.code == 1)
    let without = try #require(value(plain, "overall_quality"))
    #expect(value(run, "overall_quality") != without)
  }

  @Test func `accuracy is the share of evaluations of row checks that hold`() async throws {
    let checks = """
      {score: {accuracy: {fail_below: 90}, columns: {email: {accuracy: {fail_below: 70}, completeness: {warn_below: 90}}}},
       columns: {id: [not_null, {range: {max: 4}, at_most: 1}], email: [{format: email, at_least: 50%}]}}
      """
    let run = try await run(checks)
    #expect(value(run, "accuracy") == 85.71, "12 of 14: 5 + 4 of 5 + 3 of 4")
    #expect(run.check("score.accuracy")?["status"]?.string == "failed")
    #expect(run.check("score.accuracy", "email")?["observed"] == .integer(75))
    #expect(run.check("score.accuracy", "email")?["status"]?.string == "passed")
    #expect(run.check("score.completeness", "email")?["status"]?.string == "warned")
    #expect(run.check("score.completeness", "email")?["location", "line"] == .integer(4))
  }

  @Test func `a column that a score needs and nobody has fails`() async throws {
    let run = try await run(
      "{score: {timeliness: {column: gone, max_age: 1d}, columns: {lost: {validity: {fail_below: 1}}}}}")
    #expect(run.check("score.timeliness")?["observed"]?.string == "there is no column 'gone'")
    #expect(run.check("score.validity", "lost")?["status"]?.string == "failed")
    #expect(run.code == 1)
  }

  @Test func `a score of nothing warns, and is no pass`() async throws {
    let run = try await run("{score: {accuracy: {fail_below: 10}, columns: {email: {validity: {fail_below: 1}}}}}")
    #expect(run.check("score.accuracy")?["status"]?.string == "no_data")
    #expect(run.check("score.validity", "email")?["status"]?.string == "no_data")
    #expect(run.outcome == "warned")
  }

  @Test func `the pipeline's score is the mean of its datasets', those without data left out`() async throws {
    let space = try Workspace()
    try space.write("a,b\n1,\n2,\n", to: "half.csv")
    try space.write("a,b\n1,2\n2,3\n", to: "full.csv")
    try space.write("a,b\n", to: "none.csv")
    let pipeline = """
      sources:
        half: {type: csv, path: half.csv}
        full: {type: csv, path: full.csv}
        none: {type: csv, path: none.csv, on_empty: pass}
      checks: {half: {}, full: {}, none: {on_empty: pass}}
      score: {completeness: {fail_below: 80}, overall: {warn_below: 50}, timeliness: {fail_below: 10}}
      """
    let run = try await space.run(pipeline)
    let checks = try #require(run.report["score", "checks"]?.elements)
    #expect(checks.map { $0["check"]?.string } == ["score.overall", "score.completeness", "score.timeliness"])
    #expect(checks.map { $0["status"]?.string } == ["passed", "failed", "no_data"])
    #expect(checks[1]["observed"] == .integer(75))
    #expect(run.code == 1 && run.errors.contains("pipeline score"))
    let kept = try await space.query("SELECT status FROM check_results WHERE dataset = 'p' ORDER BY position")
    #expect(kept == ["passed", "failed", "no_data"])
  }
}
