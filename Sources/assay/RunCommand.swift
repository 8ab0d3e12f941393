internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import AssaySchedule
internal import AssayStore
internal import Glibc

extension FailOn: ExpressibleByArgument {}

/// What `run` and `check` have in common.
struct GateOptions: ParsableArguments {
  @Option(help: ArgumentHelp("When the gate fails: fail, warn (warnings too) or never.", valueName: "when"))
  var failOn = FailOn.fail

  @Option(help: ArgumentHelp("The overall score, 0 to 100, that every graded dataset must reach.", valueName: "score"))
  var minScore: Double?

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp("Also write this report; its ending says which. May be repeated.", valueName: "file"))
  var reports: [String] = []

  @Option(
    help: ArgumentHelp("Fail only for what is new or worse than in this file of 'assay baseline'.", valueName: "file"))
  var baseline: String?

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(help: "Write the JSON report to stdout.")
  var json = false

  func validate() throws {
    do throws(RunFailure) {
      for path in reports { _ = try Catalogue.standard.report(for: path) }
    } catch {
      throw ValidationError("\(error)")
    }
    if let minScore, !(0...100).contains(minScore) { throw ValidationError("--min-score is 0 to 100, not \(minScore)") }
  }
}

/// `assay run pipeline.yaml`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a pipeline: fetches, enriches, grades and publishes.")

  @OptionGroup var pipeline: PipelineOptions

  @Flag(help: "Wait for another run of the pipeline to end, rather than to fail.")
  var wait = false

  @Option(
    help: ArgumentHelp(
      "The moment that the run stands for, whose date ${run:date} is: a date, or a time such as 2026-11-24T06:15:00-05:00.",
      valueName: "time"))
  var at: String?

  @Flag(help: "Go on with the newest broken run of the pipeline: what it was answered is not asked again.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "With --resume: pages of sources that are older are asked for again; 24h by default.", valueName: "duration"))
  var resumeMaxAge: String?

  @Option(help: ArgumentHelp("Keep every exchange with APIs in this folder, secrets masked.", valueName: "folder"))
  var record: String?

  @Option(
    help: ArgumentHelp("Answer every request from this recording: no network, its clock.", valueName: "folder"))
  var replay: String?

  @Option(help: ArgumentHelp("Read at most so many rows of each source; nothing is published.", valueName: "rows"))
  var limit: Int?

  @Option(
    help: ArgumentHelp("Run only what this source or step needs, and it; nothing is published.", valueName: "step"))
  var until: String?

  @Flag(help: "Let incremental sources start again.")
  var fullRefresh = false

  @Flag(help: "Show rows on stdout, of --until or of what outputs use: a table, or JSON Lines where no terminal is.")
  var print = false

  @OptionGroup var selecting: SelectionOptions

  @Flag(help: "Tell nobody how the run ends.")
  var noNotify = false

  @OptionGroup var gate: GateOptions

  @OptionGroup var control: RunControlOptions

  @OptionGroup var origin: RunOriginOptions

  func validate() throws {
    if selecting.selection != nil, part != nil {
      throw ValidationError("--only and --from-step publish what they run: no --until, --limit or --print")
    }
    if selecting.selection != nil, resume {
      throw ValidationError("--resume goes on with whole runs: no --only or --from-step")
    }
    if [resume, record != nil, replay != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--resume, --record and --replay exclude each other")
    }
    if let at {
      if resume || record != nil || replay != nil {
        throw ValidationError("--at is of a new run that is not recorded: no --resume, --record or --replay")
      }
      if ZonedMoment(text: at) == nil {
        throw ValidationError("--at is a date or a time such as 2026-11-24T06:15:00-05:00, not '\(at)'")
      }
    }
    if resume, part != nil { throw ValidationError("--resume goes on with whole runs: no --limit, --until or --print") }
    if let resumeMaxAge {
      if !resume, origin.resumeRun == nil { throw ValidationError("--resume-max-age goes with --resume") }
      if Duration(text: resumeMaxAge) == nil {
        throw ValidationError("--resume-max-age is a duration such as 24h or 30m, not '\(resumeMaxAge)'")
      }
    }
    if let limit, limit < 1 { throw ValidationError("--limit is at least 1, not \(limit)") }
    if print, gate.json { throw ValidationError("--print and --json both write to stdout") }
  }

  mutating func run() async throws {
    var recording: Recording?
    if let replay { recording = try await orUsageFault { try Recording(reading: replay) } }
    let slot = at.flatMap { ZonedMoment(text: $0) }
    let earlier = try await origin.record(in: pipeline.store)
    let clock =
      recording.map { RunClock(startedAt: $0.startedAt, isFrozen: true) } ?? earlier.map { RunClock(of: $0) }
      ?? slot.map { RunClock(slot: $0) } ?? RunClock()
    let text = try control.definition()
    if let place = control.paramsOfSchedule { pipeline.params = try pipeline.params(ofSchedule: place, text: text) }
    let tellsNobody = noNotify || part != nil || replay != nil
    var (file, definition) = try pipeline.read(
      at: clock, text: text, replays: recording, tellsNobody: tellsNobody, quiet: gate.quiet)
    var options = pipeline.runOptions(file)
    control.apply(to: &options, slot: slot)
    options.waits = wait
    options.refreshes = fullRefresh
    options.notifies = !noNotify
    options.clock = clock
    options.resumeMaxAge = resumeMaxAge.flatMap { Duration(text: $0) } ?? options.resumeMaxAge
    var mask = SecretMask(file.result.secrets)
    try await origin.apply(earlier, to: &options, definition, mask: mask)
    if resume {
      let broken = try await orUsageFault { [definition, options] in
        try await Resumption.run(
          of: definition.name, sha256: options.definitionSHA256, store: options.storePath ?? "")
      }
      options.resumes = broken
      options.trigger = .resume
      options.clock = RunClock(of: broken)
      // The logical date is part of what was asked.
      (file, definition) = try pipeline.read(
        at: options.clock, text: file.text, tellsNobody: tellsNobody, quiet: true)
      mask = SecretMask(file.result.secrets)
      try await orUsageFault { [definition, mask] in
        try Resumption.requireSameParams(definition, as: broken, mask: mask)
      }
    }
    options.call = call(mask).text
    if let run = control.goOnWith {
      options.resumes = await Resumption.run(
        run, if: definition, sha256: options.definitionSHA256, store: options.storePath ?? "", mask: mask)
    }
    if let record {
      options.recording = .writes(
        Recording(
          folder: record, pipeline: definition.name, definitionSHA256: options.definitionSHA256,
          startedAt: clock.startedAt,
          params: Dictionary(definition.params.map { ($0.name, mask.apply(to: $0.value)) }) { first, _ in first },
          environment: file.result.usedEnvironment.filter { !mask.reveals($0.value) }))
    }
    var privateStore: PrivateFolder?
    if let recording {
      options.recording = .reads(recording)
      if pipeline.store == nil {
        let folder = try PrivateFolder()
        options.storePath = "\(folder.path)/assay.db"
        privateStore = folder
      }
    }
    defer { privateStore?.remove() }
    options.part = part
    options.selection = selecting.selection
    try checkTarget(in: definition)
    let report = try await RunConsole(gate: gate).report(definition, options, secrets: file.result.secrets) {
      RunSummary(report: $0, style: $1).text + afterword(to: $0)
    }
    if print, let part = options.part, !show(part, definition) {
      Terminal.error("error: the rows could not be written to stdout")
      if report.exitCode < 2 || report.exitCode == 4 { throw ExitStatus(code: 3) }
    }
    if report.exitCode != 0 { throw ExitStatus(code: Int32(report.exitCode)) }
  }
}

extension RunCommand {
  /// The part of the pipeline that is run; nil for all of it.
  private var part: RunPart? {
    guard limit != nil || until != nil || print else { return nil }
    var part = RunPart()
    part.limit = limit
    part.until = until
    return part
  }

  /// What follows from how a run was called and ended; empty where nothing does.
  private func afterword(to report: RunReport) -> String {
    if part != nil { return "only a part was run, so that nothing was to be published\n" }
    let hasAsked = report.steps.contains { $0.counters.requests > 0 }
    guard [4, 130, 143].contains(report.exitCode), hasAsked, record == nil, replay == nil else { return "" }
    return "with --resume, a run goes on from what was answered\n"
  }

  private func checkTarget(in definition: PipelineDefinition) throws {
    if let fault = selecting.selection?.fault(in: definition) {
      Terminal.error("error: \(fault)")
      Terminal.error("nothing was run")
      throw ExitStatus(code: 2)
    }
    guard let until, definition.location(of: until) == nil else { return }
    let names = definition.sources.map(\.name) + definition.steps.map(\.name)
    Terminal.error(
      "error: --until: there is no source or step '\(until)'\(suggestion(for: until, among: names, listing: 20))")
    Terminal.error("nothing was run")
    throw ExitStatus(code: 2)
  }

  /// False where stdout did not take all of it.
  private func show(_ part: RunPart, _ definition: PipelineDefinition) -> Bool {
    let names = part.targetNames(in: definition)
    for name in names {
      guard let preview = part.previews[name] else { continue }
      let text = PreviewText(preview, of: name)
      let isTerminal = isatty(STDOUT_FILENO) == 1
      let shown = isTerminal ? text.table(.standardOutput()) : text.jsonLines(named: names.count > 1)
      guard Terminal.output(shown) else { return false }
    }
    return true
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

/// `2 errors, 1 warning`.
func faultCount(_ diagnostics: [Diagnostic]) -> String {
  let errors = diagnostics.count { $0.severity == .error }
  let warnings = diagnostics.count - errors
  let parts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
  return parts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
}
