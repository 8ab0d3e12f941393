import AssayTestSupport
import Testing

/// What the README shows is what the program does.
@Suite struct ReadmeTests {
  /// The README's fenced blocks of a kind.
  private func blocks(_ kind: String) throws -> [String] {
    let text = try #require(RepositoryFile("README.md").text)
    return text.components(separatedBy: "```\(kind)\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
  }

  @Test func `the pipeline in the README is the example's`() throws {
    #expect(try blocks("yaml").first == RepositoryFile("examples/gate/pipeline.yaml").text)
  }

  @Test func `the README's output is the program's`() async throws {
    let workspace = try Workspace()
    for name in ["pipeline.yaml", "customers.csv"] {
      let path = "examples/gate/\(name)"
      try workspace.write(try #require(RepositoryFile(path).text), to: path)
    }
    let ending = try await workspace.assay("run", "examples/gate/pipeline.yaml")
    #expect(ending.code == 1)
    var shown = try #require(try blocks("console").first).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(shown.removeFirst() == "$ assay run examples/gate/pipeline.yaml")
    // Lines of progress stand before the summary where there is no terminal; time and id differ from run to run.
    var lines = ending.errors.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.first, !line.contains(" · run ") { lines = lines.dropFirst() }
    #expect(lines.first?.hasPrefix("✗ gate failed in ") == true, "\(ending.errors)")
    #expect(lines.dropFirst().joined(separator: "\n") == shown.dropFirst().joined(separator: "\n"))
  }

  @Test(arguments: [
    "run", "plan", "check", "init", "baseline", "runs", "show", "logs", "resume", "rerun", "backfill", "vacuum",
    "history", "diff", "notify", "validate", "explain", "schema",
  ])
  func `the README names every command`(command: String) async throws {
    let text = try #require(RepositoryFile("README.md").text)
    #expect(text.contains("`assay \(command)"))
    #expect(try await Workspace().assay("help", command).code == 0)
  }
}

extension String {
  /// The parts between a text's occurrences. O(length × length of the other).
  fileprivate func components(separatedBy other: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let place = rest.firstRange(of: other) {
      parts.append(String(rest[..<place.lowerBound]))
      rest = rest[place.upperBound...]
    }
    return parts + [String(rest)]
  }
}
