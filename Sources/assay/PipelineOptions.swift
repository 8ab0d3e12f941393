internal import ArgumentParser
internal import AssayDefinition
internal import AssayEngine
internal import AssayHTTP

/// What commands that read a pipeline file as a run does have in common.
struct PipelineOptions: ParsableArguments {
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

  /// The pipeline as it is run at a time. Faults end the command.
  /// - Parameters:
  ///   - text: The file's text, where it was read before; nil to read it now.
  ///   - tellsNobody: Whether notifiers are told of nothing, so that their secrets need not be set.
  func read(
    at clock: RunClock, text: String? = nil, replays: Recording? = nil, tellsNobody: Bool = false, quiet: Bool
  ) throws -> (file: PipelineFile, definition: PipelineDefinition) {
    let pipeline = try PipelineFile(
      file, text: text, params: params, envFile: envFile, unsetIsFault: true, clock: clock, replays: replays,
      unsetInNotifiersIsFault: !tellsNobody)
    guard let definition = pipeline.result.definition else {
      pipeline.report(pipeline.result.diagnostics)
      Terminal.error(faultCount(pipeline.result.diagnostics) + "; nothing was run")
      throw ExitStatus(code: 2)
    }
    if !quiet { pipeline.report(pipeline.result.diagnostics) }
    return (pipeline, definition)
  }

  /// The params that a schedule of the file gives, as `--param` takes them.
  func params(ofSchedule place: Int, text: String?) throws -> [String] {
    let file = try PipelineFile(file, text: text, params: [], envFile: envFile, unsetIsFault: false) { _ in }
    let schedules = file.result.definition?.schedules ?? []
    guard schedules.indices.contains(place) else { return params }
    return schedules[place].declaration.params.items.map { "\($0.name)=\($0.value)" }
  }

  /// What every run of the pipeline is told.
  func runOptions(_ pipeline: PipelineFile) -> RunOptions {
    var options = RunOptions()
    options.file = file
    options.directory = pipeline.directory
    options.definitionSHA256 = sha256Hex(Array(pipeline.text.utf8))
    options.storePath = store ?? (pipeline.directory.isEmpty ? "assay.db" : "\(pipeline.directory)/assay.db")
    return options
  }
}
