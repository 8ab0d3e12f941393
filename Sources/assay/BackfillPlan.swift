internal import AssayComponents
internal import AssayDefinition
internal import AssayEngine
internal import AssayHTTP
internal import AssaySchedule
internal import AssayStore

/// The moments of a backfill, and what is to be done for each.
struct BackfillPlan {
  private let moments: [ZonedMoment]
  /// `NAME=VALUE`: those of the schedule, then those of the call.
  private let params: [String]

  /// More than ten years of hours are a mistake.
  private static let mostMoments = 100_000

  /// Finds the moments; what the call asks for and cannot have ends the command.
  init(_ call: BackfillCommand, _ definition: PipelineDefinition) throws {
    let schedules = definition.schedules.map(\.declaration)
    let zone = try Self.zone(call, schedules)
    guard let first = NamedMoment(call.from, in: zone), let last = NamedMoment(call.to ?? call.from, in: zone) else {
      throw Self.refusal("--from and --to name no moments")
    }
    let now = Int(StoreTime.now.milliseconds / 1000)
    let end = call.to == nil ? now : last.end
    if end < first.start.seconds { throw Self.refusal("--to is before --from") }
    if first.start.seconds > now { throw Self.refusal("--from is in the future; a backfill is of past moments") }
    if last.start.seconds > now, !call.quiet { Terminal.error("note: moments that are still to come are left out") }
    let until = min(end, now)
    let isOwn = call.every == nil && call.cron == nil
    if let every = call.every.flatMap({ Duration(text: $0) }) {
      let slots = MomentSeries(from: first.start.seconds, every: Int(every.components.seconds), zone: zone)
      moments = slots.moments(until: until, limit: Self.mostMoments + 1)
    } else {
      let calendars = try Self.calendars(call, schedules, zone)
      moments = Self.merged(calendars, from: first.start.seconds, until: until)
    }
    if moments.count > Self.mostMoments {
      throw Self.refusal("those are more than \(Self.mostMoments) runs; take a shorter span")
    }
    let ofSchedule = isOwn ? schedules.first?.params.items.map { "\($0.name)=\($0.value)" } ?? [] : []
    params = ofSchedule + call.pipeline.params
    if call.concurrency > 1 { try Self.requireIndependence(definition) }
  }

  private static func zone(_ call: BackfillCommand, _ schedules: [ScheduleDeclaration]) throws -> ZoneRules {
    guard let name = call.timezone else { return schedules.first?.timezone.rules ?? .utc }
    guard let zone = ZoneRules(name: name) else {
      throw refusal(
        "there is no time zone '\(name)'\(suggestion(for: name, among: ZoneRules.knownNames)); it is a name of the IANA, such as Europe/Berlin"
      )
    }
    return zone
  }

  private static func calendars(
    _ call: BackfillCommand, _ schedules: [ScheduleDeclaration], _ zone: ZoneRules
  ) throws -> [SlotCalendar] {
    if let text = call.cron {
      do throws(CronFault) {
        return [SlotCalendar([try CronExpression(text)], zone: zone)]
      } catch {
        throw refusal("--cron: \(error.description)")
      }
    }
    if schedules.isEmpty {
      throw refusal("the pipeline has no schedule that tells its moments; say --every 1d, or --cron")
    }
    if Set(schedules.map(\.variant)).count > 1 {
      throw refusal("the pipeline's schedules have different params; say --every or --cron, and --param")
    }
    return schedules.map { schedule in
      SlotCalendar(schedule.cron.map(\.expression), zone: call.timezone == nil ? schedule.timezone.rules : zone)
    }
  }

  /// Runs beside each other must not stand in each other's way.
  private static func requireIndependence(_ definition: PipelineDefinition) throws {
    if let source = definition.sources.first(where: { $0.source.isIncremental }) {
      throw refusal(
        "--concurrency: the source '\(source.name)' is incremental, so that each run goes on from the one before it")
    }
  }

  private static func refusal(_ what: String) -> ExitStatus {
    Terminal.error("error: \(what)")
    Terminal.error("nothing was run")
    return ExitStatus(code: 2)
  }

  /// What every run is told.
  func arguments(of call: BackfillCommand, store: String) -> [String] {
    var words = ["--store", store, "--trigger", "backfill", "--beside-others", "--definition-from-stdin", "--quiet"]
    for param in params { words += ["--param", param] }
    if let file = call.pipeline.envFile { words += ["--env-file", absolutePath(file)] }
    if call.failOn != .fail { words += ["--fail-on", call.failOn.rawValue] }
    if let score = call.minScore { words += ["--min-score", "\(score)"] }
    return words
  }

  /// The moments of all calendars, each once.
  private static func merged(_ calendars: [SlotCalendar], from start: Int, until end: Int) -> [ZonedMoment] {
    var moments: [ZonedMoment] = []
    var after = start - 1
    while moments.count <= mostMoments,
      let next = calendars.compactMap({ $0.next(after: after) }).min(by: { $0.seconds < $1.seconds }),
      next.seconds <= end
    {
      moments.append(next)
      after = next.seconds
    }
    return moments
  }

  /// What is to be done for each moment that is meant; without a store, no moment has a run.
  func items(_ call: BackfillCommand, file: PipelineFile, store: Store?) async throws -> [BackfillItem] {
    guard let first = moments.first, let last = moments.last else { return [] }
    let sha256 = sha256Hex(Array(file.text.utf8))
    // Params and targets may hold the date: then each moment has a definition of its own.
    let isDated = file.text.contains("${run:")
    var definition: PipelineDefinition?
    var params = ""
    var known: [StoreTime: [RunRecord]] = [:]
    var targets: [String: Int] = [:]
    var items: [BackfillItem] = []
    for moment in moments {
      if isDated || definition == nil {
        let (result, found) = try read(moment, call, file)
        params = found.paramsText(SecretMask(result.secrets))
        if definition == nil {
          let runs = try await store?.runs(
            of: found.name, standingFrom: StoreTime(milliseconds: Int64(first.seconds) * 1000),
            through: StoreTime(milliseconds: Int64(last.seconds) * 1000))
          known = Dictionary(grouping: runs ?? []) { $0.logicalTime }
        }
        definition = found
      }
      let time = StoreTime(milliseconds: Int64(moment.seconds) * 1000)
      let runs = (known[time] ?? []).filter { $0.params == params && !RunCall(of: $0).isOfPart }
      guard let decision = try await decision(runs, call.only, sha256, store) else { continue }
      let item = BackfillItem(moment, decision)
      items.append(item)
      if !item.isWanted { continue }
      for output in definition?.outputs ?? [] where output.output.replaces {
        targets[output.output.target, default: 0] += 1
      }
    }
    try tellReplacements(targets.filter { $0.value > 1 }.keys.sorted(), call)
    return items
  }

  private func read(
    _ moment: ZonedMoment, _ call: BackfillCommand, _ file: PipelineFile
  ) throws -> (PipelineDecoder.Result, PipelineDefinition) {
    let read = try PipelineFile(
      file.path, text: file.text, params: params, envFile: call.pipeline.envFile, unsetIsFault: true,
      clock: RunClock(slot: moment))
    guard let definition = read.result.definition else {
      read.report(read.result.diagnostics)
      throw Self.refusal("the pipeline cannot be run for \(moment.text)")
    }
    return (read.result, definition)
  }

  /// Says that several runs replace one target. Of runs beside each other it is not known which comes last.
  private func tellReplacements(_ targets: [String], _ call: BackfillCommand) throws {
    guard let target = targets.first else { return }
    if call.concurrency > 1 {
      throw Self.refusal(
        "--concurrency: every run replaces '\(target)', so that it is not known whose rows stay; "
          + "append or upsert, or write a target for each date with ${run:date}")
    }
    if !call.quiet {
      Terminal.error("note: every run replaces '\(target)', so that the rows of the last one stay")
    }
  }

  /// Nil for a moment that is not meant.
  private func decision(
    _ runs: [RunRecord], _ only: BackfillChoice, _ sha256: String, _ store: Store?
  ) async throws -> BackfillItem.Decision? {
    guard let newest = runs.last else { return only == .failed ? nil : .run }
    if newest.outcome == nil { return .skip(run: newest.id, because: "is running") }
    let passed = runs.last { $0.exitCode == 0 }
    switch only {
    case .all: return .run
    case .missing: return .skip(run: newest.id, because: newest.outcome ?? "")
    case .open: if let passed { return .skip(run: passed.id, because: passed.outcome ?? "") }
    case .failed:
      if newest.exitCode == 0 { return .skip(run: newest.id, because: newest.outcome ?? "") }
    }
    guard Store.resumable.contains(newest.outcome ?? ""), newest.definitionSHA256 == sha256,
      try await store?.runThatSettled(newest) == nil
    else { return .run }
    return .goOn(with: newest.id)
  }
}
