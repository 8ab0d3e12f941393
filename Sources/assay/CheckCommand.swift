internal import ArgumentParser
internal import AssayComponents
internal import AssayEngine

/// `assay check FILE`.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Grades a file, with no pipeline and no store.")

  @OptionGroup var source: FileOptions

  @Flag(help: "Also count distinct values, and find least and greatest ones.")
  var profile = false

  @OptionGroup var gate: GateOptions

  func run() async throws {
    var check = source.check
    check.profile = profile
    check.suggests = !gate.quiet && !gate.json && check.isSmall
    let definition: PipelineDefinition
    do throws(RunFailure) {
      definition = try check.definition()
    } catch {
      Terminal.error("error: \(error)")
      throw ExitStatus(code: 2)
    }
    var options = RunOptions()
    options.file = source.file
    try await RunConsole(gate: gate).run(definition, options, secrets: []) { report, style in
      CheckSummary(report: report, style: style, suggestsFor: source.file).text
    }
  }
}
