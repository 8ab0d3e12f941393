internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine

/// `assay explain KIND`.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explains a source, step, check, output …: its keys, defaults and examples.")

  @Argument(
    help: "The kind, with its family before it where several have one name: `csv`, `source csv`; all kinds without.")
  var kind: [String] = []

  func run() async throws {
    switch Explanation(catalogue: .standard).text(of: kind) {
    case .found(let text): Terminal.output(text)
    case .unknown(let message):
      Terminal.error("error: \(message)")
      throw ExitStatus(code: 2)
    }
  }
}

/// `assay schema`.
struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Prints the JSON Schema of pipeline files, for editors to complete from.")

  func run() async throws { Terminal.output(PipelineJSONSchema(catalogue: .standard).text) }
}
