internal import ArgumentParser
internal import AssayComponents
internal import AssayEngine
internal import Foundation

/// `assay baseline pipeline.yaml --output FILE`.
struct BaselineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Writes down what is wrong today, for 'run --baseline' to fail only for what is new or worse.",
    discussion: """
      Reads the sources, looks up and grades as 'run' does, and publishes nothing. The file names each check that does not \
      hold, with how many rows fail and, where the dataset has a key, which; keep it under version control.
      """)

  @OptionGroup var pipeline: PipelineOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The file that is written.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("Also the score that 'run --min-score' asks for, 0 to 100.", valueName: "score"))
  var minScore: Double?

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  func run() async throws {
    var arguments = ["--fail-on", "never"]
    if let minScore { arguments += ["--min-score", "\(minScore)"] }
    if quiet { arguments.append("--quiet") }
    let gate = try GateOptions.parse(arguments)
    let (file, definition) = try pipeline.read(at: RunClock(), tellsNobody: true, quiet: quiet)
    var options = pipeline.runOptions(file)
    options.publishes = false
    options.reports = [RequestedReport(kind: "baseline", report: BaselineReport(path: output), option: "--output")]
    try await RunConsole(gate: gate).run(definition, options, secrets: file.result.secrets) { report, style in
      let summary = RunSummary(report: report, style: style).text
      if report.exitCode != 0 { return summary + "no baseline was written\n" }
      return summary + "the baseline is written, and nothing was published: \(output)\n"
    }
  }
}

/// The baseline that a run is held against. One that cannot be used ends the command.
func readBaseline(_ path: String, of definition: PipelineDefinition) throws -> Baseline {
  func fail(_ what: String) -> ExitStatus {
    Terminal.error("error: the baseline '\(path)' \(what)")
    Terminal.error("nothing was run")
    return ExitStatus(code: 2)
  }
  guard let data = FileManager.default.contents(atPath: path) else {
    throw fail(FileManager.default.fileExists(atPath: path) ? "cannot be read" : "is not there")
  }
  guard let text = String(validating: data, as: UTF8.self) else { throw fail("is not UTF-8") }
  let baseline: Baseline
  do throws(RunFailure) {
    baseline = try Baseline(reading: text)
  } catch {
    throw fail("\(error)")
  }
  if baseline.pipeline != definition.name {
    throw fail("is of the pipeline '\(baseline.pipeline)', not of '\(definition.name)'")
  }
  return baseline
}
