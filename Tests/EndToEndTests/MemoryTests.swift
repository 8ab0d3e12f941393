import AssayFormats
import AssayTestSupport
import Testing

/// Exact measures of more rows than a pipeline's memory holds.
@Suite struct MemoryTests {
  private func pipeline(memory: String?) -> String {
    """
    sources: {s: {type: csv, path: in.csv}}
    checks:
      s:
        profile: true
        dataset: [{unique_key: [id, place]}]
        columns: {id: [unique], amount: [{range: {max: 9900}}]}
    \(memory.map { "memory: \($0)" } ?? "")
    """
  }

  private func data() -> String {
    var random = SeededRandom(seed: 41)
    var lines: [String] = []
    for row in 0..<60_000 {
      if row > 0, random.next(below: 500) == 0 {
        lines.append(lines[random.next(below: row)])
      } else {
        lines.append("c\(random.next(below: 2_000_000)),\(random.next(below: 90)),\(random.next(below: 1_000_000)).5")
      }
    }
    return "id,place,amount\n" + lines.joined(separator: "\n") + "\n"
  }

  @Test func `little memory gives the same report, samples included`() async throws {
    var found: [[JSONValue?]] = []
    for memory in [nil, "1MB"] {
      let workspace = try Workspace()
      try workspace.write(data(), to: "in.csv")
      let run = try await workspace.run(pipeline(memory: memory))
      #expect(run.code == 1, "\(run.errors)")
      #expect(run.check("unique", "id", of: "s")?["failed"]?.int ?? 0 > 1_000)
      #expect(run.check("unique", "id", of: "s")?["sample"]?.elements?.count == 5)
      #expect(run.check("unique_key", of: "s")?["failed"]?.int ?? 0 > 100)
      let rows = try await workspace.query("SELECT \"row\", \"check\", value FROM failed_rows ORDER BY 2, 1")
      found.append([
        run.dataset("s")?["metrics"], run.dataset("s")?["columns"], run.dataset("s")?["checks"],
        .array(rows.map { .string($0) }),
      ])
    }
    #expect(found[0] == found[1])
  }

  @Test func `a temporary file that cannot be made ends the run with its reason`() async throws {
    let workspace = try Workspace()
    try workspace.write(data(), to: "in.csv")
    let run = try await workspace.run(pipeline(memory: "1MB"), environment: ["TMPDIR": "/nowhere"])
    #expect(run.code == 3)
    let reason = "cannot make a temporary file in /nowhere: No such file or directory"
    #expect(run.errors.contains("checks of s failed: \(reason)"), "\(run.errors)")
    #expect(run.report.text.contains("\"error\":\"\(reason)\""), "\(run.report.text)")
  }
}
