internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

extension FailOn: ExpressibleByArgument {}

/// What `run` and `check` have in common.
struct GateOptions: ParsableArguments {
  @Option(help: ArgumentHelp("When the gate fails: fail, warn (warnings too) or never.", valueName: "when"))
  var failOn = FailOn.fail

  @Option(help: ArgumentHelp("The overall score, 0 to 100, that every graded dataset must reach.", valueName: "score"))
  var minScore: Double?

  @Option(help: ArgumentHelp("Also write the JSON report to this file.", valueName: "file"))
  var report: String?

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(help: "Write the JSON report to stdout.")
  var json = false

  func validate() throws {
    if let minScore, !(0...100).contains(minScore) { throw ValidationError("--min-score is 0 to 100, not \(minScore)") }
  }
}

/// `assay run pipeline.yaml`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a pipeline: fetches, enriches, grades and publishes.")

  @Argument(help: "The pipeline file.")
  var file: String

  @Option(
    name: .customLong("param"),
    help: ArgumentHelp("Sets a param of the pipeline; may be repeated.", valueName: "name=value"))
  var params: [String] = []

  @Option(
    help: ArgumentHelp("The file of environment variables; .env beside the pipeline by default.", valueName: "file"))
  var envFile: String?

  @Option(help: ArgumentHelp("The store; assay.db beside the pipeline by default.", valueName: "file"))
  var store: String?

  @Flag(help: "Wait for another run of the pipeline to end, rather than to fail.")
  var wait = false

  @OptionGroup var gate: GateOptions

  func run() async throws {
    let pipeline = try PipelineFile(file, params: params, envFile: envFile, unsetIsFault: true)
    guard let definition = pipeline.result.definition else {
      pipeline.report(pipeline.result.diagnostics)
      Terminal.error(faultCount(pipeline.result.diagnostics) + "; nothing was run")
      throw ExitStatus(code: 2)
    }
    if !gate.quiet { pipeline.report(pipeline.result.diagnostics) }
    var options = RunOptions()
    options.file = file
    options.directory = pipeline.directory
    options.definitionSHA256 = sha256Hex(Array(pipeline.text.utf8))
    options.storePath = store ?? (pipeline.directory.isEmpty ? "assay.db" : "\(pipeline.directory)/assay.db")
    options.waits = wait
    try await RunConsole(gate: gate).run(definition, options, secrets: pipeline.result.secrets) { report, style in
      RunSummary(report: report, style: style).text
    }
  }
}

/// `2 errors, 1 warning`.
func faultCount(_ diagnostics: [Diagnostic]) -> String {
  let errors = diagnostics.count { $0.severity == .error }
  let warnings = diagnostics.count - errors
  let parts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
  return parts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
}
