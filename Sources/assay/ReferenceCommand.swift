internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import Foundation

/// `assay reference DIR`: writes what is derived from the components' declarations.
struct ReferenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference", abstract: "Writes the reference pages and the JSON Schema into a docs folder.")

  @Argument(help: "The docs folder.")
  var directory: String

  func run() async throws {
    let schema = (path: "pipeline.schema.json", text: PipelineJSONSchema(catalogue: .standard).text)
    let pages = ReferencePages(catalogue: .standard).pages.map { (path: $0.path, text: $0.text) }
    for page in pages + [schema] {
      let target = "\(directory)/\(page.path)"
      try makeFolders(for: target, shown: target)
      try Data(page.text.utf8).write(to: URL(fileURLWithPath: target))
      Terminal.error(target)
    }
  }
}
