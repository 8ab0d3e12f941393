import AssayTestSupport
import Testing

/// The pipelines in the guides are ones that the program takes.
@Suite struct GuideTests {
  static let guides = RepositoryFile("docs/guides").names.filter { $0.hasSuffix(".md") }

  @Test(arguments: guides)
  func `every whole pipeline of a guide is valid`(guide: String) async throws {
    let text = try #require(RepositoryFile("docs/guides/\(guide)").text)
    let blocks = text.split(separator: "```yaml\n").dropFirst().map { block in
      block.split(separator: "\n```", maxSplits: 1, omittingEmptySubsequences: false)[0]
    }
    let pipelines = blocks.filter { $0.hasPrefix("version:") }
    #expect(!pipelines.isEmpty)
    let workspace = try Workspace()
    for (number, pipeline) in pipelines.enumerated() {
      try workspace.write(pipeline + "\n", to: "\(number).yaml")
      let ending = try await workspace.assay("validate", "\(number).yaml")
      #expect(ending.code == 0 && !ending.errors.contains("warning"), "\(ending.errors)")
    }
  }
}
