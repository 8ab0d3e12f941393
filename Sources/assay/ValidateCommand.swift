internal import ArgumentParser
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// `assay validate pipeline.yaml`.
struct ValidateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Checks pipeline files whole, without secrets and without running anything.")

  @Argument(help: "The pipeline files.")
  var files: [String]

  @Option(
    name: .customLong("param"),
    help: ArgumentHelp("Sets a param of the pipeline; may be repeated.", valueName: "name=value"))
  var params: [String] = []

  @Option(
    help: ArgumentHelp("The file of environment variables; .env beside the pipeline by default.", valueName: "file"))
  var envFile: String?

  @Flag(help: "Write what was found to stdout, as a JSON list.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but faults.")
  var quiet = false

  func run() async throws {
    var found: [JSONValue] = []
    var hasErrors = false
    for file in files {
      let pipeline = try PipelineFile(file, params: params, envFile: envFile, unsetIsFault: false)
      let diagnostics = pipeline.result.diagnostics.sorted { $0.location < $1.location }
      if pipeline.result.definition == nil { hasErrors = true }
      if json {
        let mask = SecretMask(pipeline.result.secrets)
        found += diagnostics.map { diagnostic in
          .object([
            "file": .string(file), "line": .integer(Int64(diagnostic.location.line)),
            "column": .integer(Int64(diagnostic.location.column)), "severity": .string(diagnostic.severity.rawValue),
            "code": .string(diagnostic.code.rawValue), "message": .string(mask.apply(to: diagnostic.message)),
          ])
        }
      } else {
        pipeline.report(diagnostics)
        if !quiet, diagnostics.isEmpty { Terminal.error("\(file): valid") }
        if !diagnostics.isEmpty { Terminal.error("\(file): \(faultCount(diagnostics))") }
      }
    }
    if json { Terminal.output(JSONValue.array(found).prettyText) }
    if hasErrors { throw ExitStatus(code: 2) }
  }
}
