internal import ArgumentParser
internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayFormats
internal import AssayHTTP
internal import AssaySchedule
internal import AssayStore
internal import Foundation

/// `assay notify pipeline.yaml --test`.
struct NotifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify", abstract: "Tells a pipeline's notifiers: a test, missed slots, or how a run ended.",
    discussion: """
      Runs tell how they end by themselves. This is to see whether messages arrive, and for a scheduler to tell of what no run \
      can: slots without a run, and runs whose process died. The exit code is 3 where a message could not be sent.
      """)

  @OptionGroup var pipeline: PipelineOptions

  @Flag(help: "Send a message that is marked as a test to every notifier.")
  var test = false

  @Option(help: ArgumentHelp("Tell that this slot, the last one of several, had no run.", valueName: "time"))
  var missed: String?

  @Option(help: ArgumentHelp("With --missed: how many slots were missed.", valueName: "slots"))
  var count = 1

  @Option(help: ArgumentHelp("With --missed: why.", valueName: "text"))
  var reason: String?

  @Option(
    help: ArgumentHelp(
      "Tell how this run ended, as the store knows it, unless that was told: its id, or the beginning of it.",
      valueName: "run"))
  var run: String?

  /// The file's text comes from stdin, as it was when the scheduler read it.
  @Flag(help: .hidden)
  var definitionFromStdin = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  func validate() throws {
    if [test, missed != nil, run != nil].count(where: { $0 }) != 1 {
      throw ValidationError("notify takes one of --test, --missed and --run")
    }
    if let missed, ZonedMoment(text: missed) == nil {
      throw ValidationError("--missed is a time such as 2026-11-24T06:15:00-05:00, not '\(missed)'")
    }
    if count < 1 { throw ValidationError("--count is at least 1, not \(count)") }
    if missed == nil, reason != nil || count != 1 { throw ValidationError("--count and --reason go with --missed") }
  }

  func run() async throws {
    // What runs need of variables and params is theirs: notifiers must be told without.
    let file = try PipelineFile(
      pipeline.file, text: definitionFromStdin ? try definitionFromStandardInput() : nil, params: pipeline.params,
      envFile: pipeline.envFile, unsetIsFault: false, unsetInNotifiersIsFault: true)
    guard let definition = file.result.definition else {
      file.report(file.result.diagnostics)
      Terminal.error(faultCount(file.result.diagnostics) + "; nobody was told")
      throw ExitStatus(code: 2)
    }
    let environment = ProcessInfo.processInfo.environment
    let sender = NoticeSender(
      definition.notifiers, of: definition.name, directory: file.directory, mask: SecretMask(file.result.secrets),
      environment: environment)
    if sender.notifiers.isEmpty {
      Terminal.error("\(test ? "error: " : "")the pipeline '\(definition.name)' has no 'notify': nobody is told")
      if test { throw ExitStatus(code: 2) }
      return
    }
    let path = absolutePath(pipeline.file)
    if test {
      var notice = Notice(.failure, pipeline: definition.name)
      notice.isTest = true
      notice.file = path
      notice.reason = "this is a test"
      notice.place(report: nil, in: environment)
      try say(await sender.send(notice, events: [], store: nil))
      return
    }
    let storePath = pipeline.runOptions(file).storePath ?? "assay.db"
    try await withStore(storePath) { store in
      let told =
        if let missed {
          missedSlots(missed, definition.name, file: path)
        } else {
          try await ended(run ?? "", of: definition.name, in: store)
        }
      guard var told else { return }
      told.notice.place(report: nil, in: environment)
      try say(await sender.send(told.notice, events: told.events, store: store))
    }
  }

  private typealias Told = (notice: Notice, events: [NoticeEvent])

  private func missedSlots(_ slot: String, _ pipeline: String, file: String) -> Told? {
    var notice = Notice(.missed, pipeline: pipeline)
    notice.file = file
    notice.slot = slot
    notice.missedSlots = count
    notice.reason = reason
    return (notice, [.missed])
  }

  /// What the store knows of a run; nil where there is nothing to tell.
  private func ended(_ word: String, of pipeline: String, in store: Store) async throws -> Told? {
    let record: RunRecord
    switch try await store.run(named: word, pipeline: pipeline) {
    case .found(let found) where found.pipeline == pipeline: record = found
    case .several(let ids): throw wrong("'\(word)' begins several runs: \(ids.joined(separator: ", "))")
    default: throw wrong("the pipeline '\(pipeline)' has no run '\(word)'")
    }
    guard let outcome = record.outcome else { throw wrong("the run \(record.id) has not ended") }
    let ending = RunEnding(
      outcome: outcome, exitCode: record.exitCode, isOfPart: RunCall(of: record).isOfPart,
      steps: try await store.steps(of: record.id).map { (kind: $0.kind, status: $0.status) })
    let events = try await NoticeEvent.all(ending, run: record.id, pipeline: pipeline, in: store)
    guard !events.isEmpty, record.trigger != .backfill else {
      if !quiet { Terminal.error("nobody is told of the run \(record.id): \(reason(for: record))") }
      return nil
    }
    let messages = (try? JSONParser.parse(try await store.messages(of: record.id)))?.elements ?? []
    var notice = Notice(
      record, checks: try await store.checks(of: record.id),
      messages: messages.compactMap { if case .string(let text) = $0 { text } else { nil } })
    notice.store = store.path
    return (notice, events)
  }

  private func reason(for record: RunRecord) -> String {
    if record.trigger == .backfill { return "it is of a backfill" }
    return record.outcome == "interrupted" ? "it was interrupted" : "it is of a part of the pipeline, and did not fail"
  }

  private func wrong(_ message: String) -> ExitStatus {
    Terminal.error("error: \(message)")
    return ExitStatus(code: 2)
  }

  /// Says what came back.
  private func say(_ deliveries: [NoticeSender.Delivery]) throws {
    for delivery in deliveries {
      if let complaint = delivery.complaint { Terminal.error("error: \(complaint)") }
      if quiet { continue }
      let what = test ? "a test" : delivery.event?.rawValue ?? ""
      switch delivery.result {
      case .sent(let status): Terminal.error("notify '\(delivery.notifier)': told of \(what), answered \(status)")
      case .suppressed: Terminal.error("notify '\(delivery.notifier)': held back, since it was told of another \(what)")
      case .told: Terminal.error("notify '\(delivery.notifier)': was told before")
      case .failed: break
      }
    }
    if deliveries.isEmpty, !quiet { Terminal.error("no notifier wants to hear of that") }
    if deliveries.contains(where: { if case .failed = $0.result { true } else { false } }) { throw ExitStatus(code: 3) }
  }

  private func withStore(_ path: String, _ body: (Store) async throws -> Void) async throws {
    do {
      let store = try await Store.open(path)
      do {
        try await body(store)
        await store.close()
      } catch {
        await store.close()
        throw error
      }
    } catch let failure as StoreFailure {
      Terminal.error("error: \(failure)")
      throw ExitStatus(code: 3)
    }
  }
}
