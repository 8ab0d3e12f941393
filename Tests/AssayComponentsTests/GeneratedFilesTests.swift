import AssayComponents
import AssayDefinition
import AssayEngine
import AssayTestSupport
import Testing

/// What is derived from the catalogue and committed is what would be derived today.
@Suite struct GeneratedFilesTests {
  @Test(arguments: ReferencePages(catalogue: .standard).pages)
  func `a page of the reference is current`(_ page: ReferencePages.Page) {
    let file = RepositoryFile("docs/\(page.path)")
    #expect(file.text == page.text, "\(file.path) is not current: run 'assay reference docs'")
  }

  @Test func `the reference has no other pages`() {
    let pages = ReferencePages(catalogue: .standard).pages.map(\.path)
    #expect(
      RepositoryFile("docs/reference").names.map { "reference/\($0)" } == pages.sorted(),
      "delete pages that nothing writes any more")
  }

  @Test func `the JSON Schema of the pipeline file is current`() {
    let file = RepositoryFile("docs/pipeline.schema.json")
    #expect(
      file.text == PipelineJSONSchema(catalogue: .standard).text,
      "\(file.path) is not current: run 'assay reference docs'")
  }

  @Test func `links within the reference lead to pages and headings that exist`() throws {
    let pages = ReferencePages(catalogue: .standard).pages
    let link = try Regex(#"\]\(([a-z-]*\.md|README\.md)?(?:#([^)]*))?\)"#, as: (Substring, Substring?, Substring?).self)
    for page in pages {
      let matches = page.text.matches(of: link)
      for match in matches {
        let path = match.output.1.map { "reference/\($0)" } ?? page.path
        let target = pages.first { $0.path == path }
        #expect(target != nil, "\(page.path) links to \(path)")
        guard let heading = match.output.2 else { continue }
        let anchors = (target?.text ?? "").split(separator: "\n").filter { $0.hasPrefix("#") }.map {
          $0.drop { $0 == "#" || $0 == " " }.lowercased().map { $0 == " " ? "-" : String($0) }.joined()
        }
        #expect(anchors.contains(String(heading)), "\(page.path) links to \(path)#\(heading)")
      }
    }
  }
}
