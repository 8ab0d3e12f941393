internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import AssayStore

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

  @Flag(help: "Go on with the newest broken run of the pipeline: what it was answered is not asked again.")
  var resume = false

  @Option(
    help: ArgumentHelp("With --resume: pages of sources that are older are asked for again.", valueName: "duration"))
  var resumeMaxAge = "24h"

  @Option(help: ArgumentHelp("Keep every exchange with APIs in this folder, secrets masked.", valueName: "folder"))
  var record: String?

  @Option(
    help: ArgumentHelp("Answer every request from this recording: no network, its clock.", valueName: "folder"))
  var replay: String?

  @OptionGroup var gate: GateOptions

  func validate() throws {
    if [resume, record != nil, replay != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--resume, --record and --replay exclude each other")
    }
    if durationValue(resumeMaxAge) == nil {
      throw ValidationError("--resume-max-age is a duration such as 24h or 30m, not '\(resumeMaxAge)'")
    }
  }

  func run() async throws {
    var recording: Recording?
    if let replay { recording = try await orUsageFault { try Recording(reading: replay) } }
    var clock = RunClock()
    if let recording { clock = RunClock(startedAt: recording.startedAt, isFrozen: true) }
    var pipeline = try pipeline(clock, recording)
    guard var definition = pipeline.result.definition else {
      pipeline.report(pipeline.result.diagnostics)
      Terminal.error(faultCount(pipeline.result.diagnostics) + "; nothing was run")
      throw ExitStatus(code: 2)
    }
    if !gate.quiet { pipeline.report(pipeline.result.diagnostics) }
    var options = RunOptions()
    options.file = file
    options.directory = pipeline.directory
    options.definitionSHA256 = sha256Hex(Array(pipeline.text.utf8))
    let storePath = store ?? (pipeline.directory.isEmpty ? "assay.db" : "\(pipeline.directory)/assay.db")
    options.storePath = storePath
    options.waits = wait
    options.resumeMaxAge = durationValue(resumeMaxAge) ?? options.resumeMaxAge
    let mask = SecretMask(pipeline.result.secrets)
    if resume {
      let sha256 = options.definitionSHA256
      let broken = try await orUsageFault { [definition] in
        try await Resumption.run(of: definition, sha256: sha256, store: storePath, mask: mask)
      }
      options.resumes = broken
      clock = RunClock(startedAt: broken.logicalTime)
      // The logical date is part of what was asked.
      pipeline = try self.pipeline(clock, nil)
      definition = pipeline.result.definition ?? definition
    }
    options.clock = clock
    let privateStore = recording == nil || store != nil ? nil : try PrivateFolder()
    if let recording { options.recording = .reads(recording) }
    if let privateStore { options.storePath = "\(privateStore.path)/assay.db" }
    if let record {
      options.recording = .writes(
        Recording(
          folder: record, pipeline: definition.name, definitionSHA256: options.definitionSHA256,
          startedAt: clock.startedAt,
          params: Dictionary(definition.params.map { ($0.name, mask.apply(to: $0.value)) }) { first, _ in first },
          environment: pipeline.result.usedEnvironment.filter { !mask.reveals($0.value) }))
    }
    defer { privateStore?.remove() }
    try await RunConsole(gate: gate).run(definition, options, secrets: pipeline.result.secrets) { report, style in
      RunSummary(report: report, style: style).text
    }
  }
}

extension RunCommand {
  private func pipeline(_ clock: RunClock, _ recording: Recording?) throws -> PipelineFile {
    try PipelineFile(file, params: params, envFile: envFile, unsetIsFault: true, clock: clock, replays: recording)
  }
}

/// What `body` returns; what it throws is said, and ends the command as a wrong call.
func orUsageFault<R: Sendable>(_ body: () async throws -> R) async throws -> R {
  do {
    return try await body()
  } catch {
    Terminal.error("error: \(error)")
    Terminal.error("nothing was run")
    throw ExitStatus(code: 2)
  }
}

/// A duration as the pipeline file has them; nil for other texts.
func durationValue(_ text: String) -> Duration? {
  let context = Decoding(variables: Variables(), catalogue: Catalogue())
  return Duration.decode(YAMLNode(.scalar(text, quoted: false), at: .start), context)
}

/// `2 errors, 1 warning`.
func faultCount(_ diagnostics: [Diagnostic]) -> String {
  let errors = diagnostics.count { $0.severity == .error }
  let warnings = diagnostics.count - errors
  let parts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
  return parts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
}
