internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayHTTP
internal import AssaySchedule
internal import AssayStore
internal import Glibc

/// Which moments of a backfill are run.
enum BackfillChoice: String, CaseIterable, ExpressibleByArgument {
  /// Those without a run that passed: the default.
  case open
  /// Those whose newest run did not pass.
  case failed
  /// Those without any run.
  case missing
  case all
}

/// `assay backfill pipeline.yaml --from DATE --to DATE`.
struct BackfillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backfill", abstract: "Runs a pipeline for past moments, one run for each.",
    discussion: """
      The moments are those of the pipeline's schedule, or what --every or --cron says; of dates, also the last is meant. A \
      moment that has a run which passed is skipped, and a run that broke is gone on with, so that a backfill which was \
      stopped is simply called again. Ctrl-C stops it with its runs. The exit code is that of the worst run.
      """)

  @OptionGroup var pipeline: PipelineOptions

  @Option(help: ArgumentHelp("The first moment: a date, or a time.", valueName: "moment"))
  var from: String

  @Option(help: ArgumentHelp("The last moment; now by default.", valueName: "moment"))
  var to: String?

  @Option(help: ArgumentHelp("A run each so long after the one before: 1d, 1h.", valueName: "duration"))
  var every: String?

  @Option(help: ArgumentHelp("A run at each moment of this cron expression.", valueName: "expression"))
  var cron: String?

  @Option(
    help: ArgumentHelp("The zone of days and times; that of the schedule by default, or UTC.", valueName: "zone"))
  var timezone: String?

  @Option(help: "Which moments: open (without a run that passed), failed, missing (without any run), or all.")
  var only = BackfillChoice.open

  @Option(help: ArgumentHelp("Runs that go on at once.", valueName: "runs"))
  var concurrency = 1

  @Flag(help: "Start no more runs after one that did not pass.")
  var failFast = false

  @Option(help: ArgumentHelp("When the gates fail: fail, warn or never.", valueName: "when"))
  var failOn = FailOn.fail

  @Option(help: ArgumentHelp("The overall score that every graded dataset must reach.", valueName: "score"))
  var minScore: Double?

  @Flag(help: "Tell what would be run, and run nothing.")
  var dryRun = false

  @Flag(help: "Write one JSON object a line to stdout for each moment.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  func validate() throws {
    if concurrency < 1 { throw ValidationError("--concurrency is at least 1, not \(concurrency)") }
    if every != nil, cron != nil { throw ValidationError("--every and --cron exclude each other") }
    if let every, (Duration(text: every).map { $0 < .seconds(1) || $0.components.attoseconds != 0 } ?? true) {
      throw ValidationError("--every is a duration of whole seconds such as 1d or 1h, not '\(every)'")
    }
    if let minScore, !(0...100).contains(minScore) { throw ValidationError("--min-score is 0 to 100, not \(minScore)") }
    for (option, text) in [("--from", from), ("--to", to ?? from)] where ZonedMoment(text: text) == nil {
      throw ValidationError("\(option) is a date or a time such as 2026-11-24T06:15:00-05:00, not '\(text)'")
    }
  }

  func run() async throws {
    // The schedule may give params that have no default.
    let file = try PipelineFile(
      pipeline.file, params: pipeline.params, envFile: pipeline.envFile, unsetIsFault: false)
    guard let definition = file.result.definition else {
      file.report(file.result.diagnostics)
      Terminal.error(faultCount(file.result.diagnostics) + "; nothing was run")
      throw ExitStatus(code: 2)
    }
    let plan = try BackfillPlan(self, definition)
    let options = pipeline.runOptions(file)
    let path = options.storePath ?? "assay.db"
    // What only looks makes no store.
    if dryRun, access(path, F_OK) != 0 {
      return try show(try await plan.items(self, file: file, store: nil))
    }
    let store = try await orUsageFault { try await Store.open(path) }
    let work = BackfillRun(
      call: self, text: file.text, store: store, arguments: plan.arguments(of: self, store: store.path))
    do {
      let items = try await plan.items(self, file: file, store: store)
      if dryRun {
        try show(items)
      } else {
        let code = try await work.run(items)
        await store.close()
        if code != 0 { throw ExitStatus(code: code) }
        return
      }
      await store.close()
    } catch {
      await store.close()
      throw error
    }
  }

  private func show(_ items: [BackfillItem]) throws {
    let list = BackfillList(items)
    try Terminal.outputOrFail(json ? list.jsonLines : list.plan(.standardOutput()), "the plan")
  }
}
