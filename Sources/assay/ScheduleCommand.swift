internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssaySchedule
internal import AssayService
internal import AssayStore
internal import Dispatch
internal import Foundation
internal import Glibc

extension LogFormat: ExpressibleByArgument {}

/// `assay schedule pipelines/`.
struct ScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "Runs pipelines by their schedules, until it is stopped; or lists the next runs.",
    discussion: """
      SIGTERM and Ctrl-C stop it once the runs that go on have ended, a second one interrupts them. SIGHUP reads all \
      files again; they are also read when they change.
      """)

  @Argument(help: "Pipeline files, and folders of such.")
  var paths: [String]

  @Option(help: ArgumentHelp("The store of all pipelines; assay.db beside each by default.", valueName: "file"))
  var store: String?

  @Option(
    help: ArgumentHelp("The file of environment variables; .env beside each pipeline by default.", valueName: "file"))
  var envFile: String?

  @Option(help: ArgumentHelp("Runs that go on at once, of all pipelines.", valueName: "runs"))
  var maxConcurrentRuns = 4

  @Option(help: ArgumentHelp("How long a stop waits for runs before it interrupts them.", valueName: "duration"))
  var drain = "5m"

  @Option(help: ArgumentHelp("Write how it fares to this file, every 10 seconds.", valueName: "file"))
  var healthFile: String?

  @Option(help: "How log lines are written to stderr: text or json.")
  var logFormat = LogFormat.text

  @Flag(help: "List the next runs, and run nothing.")
  var list = false

  @Option(help: ArgumentHelp("With --list: how many runs, of all pipelines; 10 by default.", valueName: "runs"))
  var count: Int?

  @Option(help: ArgumentHelp("With --list: from when on; now by default.", valueName: "time"))
  var from: String?

  @Flag(help: "With --list: JSON Lines on stdout.")
  var json = false

  func validate() throws {
    if paths.isEmpty { throw ValidationError("name pipeline files, or a folder of such") }
    if maxConcurrentRuns < 1 { throw ValidationError("--max-concurrent-runs is at least 1, not \(maxConcurrentRuns)") }
    if Duration(text: drain) == nil { throw ValidationError("--drain is a duration such as 5m, not '\(drain)'") }
    if let count, count < 1 { throw ValidationError("--count is at least 1, not \(count)") }
    if let from, ZonedMoment(text: from) == nil {
      throw ValidationError("--from is a date or a time such as 2026-11-24T06:15:00Z, not '\(from)'")
    }
    if !list, json || from != nil || count != nil {
      throw ValidationError("--count, --from and --json go with --list")
    }
  }

  func run() async throws {
    let reader = ScheduledPipelines(envFile: envFile, store: store)
    for path in paths where access(path, F_OK) != 0 {
      Terminal.error("error: there is no file or folder '\(path)'")
      throw ExitStatus(code: 2)
    }
    if list { return try showNextRuns(reader) }
    try await serve(reader)
  }

  private func showNextRuns(_ reader: ScheduledPipelines) throws {
    var pipelines: [ScheduledPipeline] = []
    var hasFaults = false
    for file in PipelineFolder(paths).files() {
      switch reader.read(file) {
      case .good(let pipeline, _): pipelines.append(pipeline)
      case .broken(let faults):
        hasFaults = true
        for fault in faults { Terminal.error(fault) }
      }
    }
    let start = from.flatMap { ZonedMoment(text: $0) }?.seconds ?? Int(StoreTime.now.milliseconds / 1000)
    let runs = NextRuns.first(count ?? 10, of: pipelines, from: start)
    if json {
      let lines = runs.map { run in
        JSONValue.object([
          "pipeline": .string(run.pipeline), "at": .string(ZonedMoment(seconds: run.at.seconds).text),
          "local": .string(run.at.text),
        ]).text + "\n"
      }
      try write(lines.joined())
    } else {
      func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: width - text.count)
      }
      let widths = (runs.map(\.pipeline.count).max() ?? 0, runs.map(\.at.text.count).max() ?? 0)
      let lines = runs.map { run in
        "\(padded(run.pipeline, to: widths.0))  \(padded(run.at.text, to: widths.1))  "
          + "\(ZonedMoment(seconds: run.at.seconds).text)\n"
      }
      try write(lines.joined())
      if runs.isEmpty, !hasFaults { Terminal.error("none of the pipelines has a schedule") }
    }
    if hasFaults { throw ExitStatus(code: 2) }
  }

  private func write(_ text: String) throws {
    if Terminal.output(text) { return }
    Terminal.error("error: the list could not be written to stdout")
    throw ExitStatus(code: 3)
  }

  private func serve(_ reader: ScheduledPipelines) async throws {
    signal(SIGPIPE, SIG_IGN)
    let writer = LineWriter(logFormat)
    var options = ServiceOptions()
    options.maxConcurrentRuns = maxConcurrentRuns
    options.drainLimit = Duration(text: drain) ?? options.drainLimit
    options.healthFile = healthFile
    if let store { options.runArguments += ["--store", store] }
    if let envFile { options.runArguments += ["--env-file", envFile] }
    let service = ScheduleService(
      PipelineFolder(paths), options: options, log: writer,
      notifier: SystemdNotifier(environment: ProcessInfo.processInfo.environment),
      newRunID: { PipelineRun.newID() }, read: { reader.read($0) })
    let signals = [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: "SIGHUP"].map { number, name in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        Task {
          if number == SIGHUP { await service.reload() } else { await service.stop(because: name) }
        }
      }
      source.resume()
      return source
    }
    await service.run()
    for source in signals { source.cancel() }
    writer.flush(seconds: 2)
  }
}
