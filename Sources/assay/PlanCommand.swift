internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP

/// `assay plan pipeline.yaml`.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows what a run would ask of its look-ups, and what it would send, without doing so.",
    discussion: """
      Sources are read, also those over HTTP: their rows tell the keys. Nothing is sent to look-ups, nothing is published.
      """)

  @OptionGroup var pipeline: PipelineOptions

  @Option(help: ArgumentHelp("Read at most so many rows of each source.", valueName: "rows"))
  var limit: Int?

  @Flag(help: "Write the plan to stdout as JSON.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors and the plan.")
  var quiet = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is at least 1, not \(limit)") }
  }

  func run() async throws {
    let (file, definition) = try pipeline.read(at: RunClock(), tellsNobody: true, quiet: quiet)
    var options = pipeline.runOptions(file)
    var part = RunPart()
    part.plans = true
    part.limit = limit
    options.part = part
    let gate = try GateOptions.parse(["--quiet"])
    let report = try await RunConsole(gate: gate).report(definition, options, secrets: file.result.secrets)
    if report.exitCode != 0 { throw ExitStatus(code: Int32(report.exitCode)) }
    let plan = PlanText(definition, part.lookups, rows: part.previews)
    guard Terminal.output(json ? plan.json.prettyText : plan.text(TerminalStyle.standardOutput())) else {
      Terminal.error("error: the plan could not be written to stdout")
      throw ExitStatus(code: 3)
    }
  }
}
