internal import AssayColumns
internal import AssayDefinition
internal import AssayFormats
package import AssayHTTP
internal import AssayQuality
internal import AssaySchedule
internal import AssayStore
internal import Synchronization

/// One run of a pipeline, from the first request to the reports.
package final class PipelineRun: Sendable {
  package let plan: RunPlan
  package let options: RunOptions
  /// What the nodes have done so far.
  package let state: RunState
  package let runID: String
  let mask: SecretMask
  private let makeTransport: @Sendable () -> any Transport
  private let shutDown: @Sendable () async -> Void
  private let events: @Sendable (RunEvent, RunState) -> Void
  private let console: @Sendable (String) -> Void
  private let interruptions: AsyncStream<Void>
  private let interruption: AsyncStream<Void>.Continuation
  /// The exit code of whoever interrupted the run.
  private let interruptedWith = Mutex<Int?>(nil)
  /// Why the run was stopped from within.
  private let breakage = Mutex<String?>(nil)
  /// Stops what is being handed to others: rows, or news of the run.
  let stopHandover = Mutex<(@Sendable () -> Void)?>(nil)

  /// - Parameters:
  ///   - makeTransport: Called once, if the run sends requests at all.
  ///   - shutDown: Called at the end of the run.
  ///   - console: Takes what reports have to say to who watches the run, once it has ended.
  package init(
    _ definition: PipelineDefinition, options: RunOptions, mask: SecretMask,
    makeTransport: @escaping @Sendable () -> any Transport, shutDown: @escaping @Sendable () async -> Void = {},
    events: @escaping @Sendable (RunEvent, RunState) -> Void = { _, _ in },
    console: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    plan = RunPlan(
      options.part?.definition(of: definition) ?? options.selection?.definition(of: definition) ?? definition,
      startedAt: options.clock.startedAt, reports: options.reports,
      wanted: options.selection?.datasets(in: definition) ?? [])
    self.options = options
    self.mask = mask
    self.makeTransport = makeTransport
    self.shutDown = shutDown
    self.events = events
    self.console = console
    state = RunState(plan.graph)
    runID = options.runID ?? Self.newID(options)
    (interruptions, interruption) = AsyncStream.makeStream(of: Void.self)
  }

  /// Stops the run cleanly: requests end, nothing is published. May be called from anywhere, at any time.
  /// - Parameter exitCode: 130 for SIGINT, 143 for SIGTERM.
  package func interrupt(exitCode: Int = 130) { interrupt(exitCode: exitCode, because: nil) }

  /// - Parameter reason: Why the run breaks, where no person interrupts it.
  private func interrupt(exitCode: Int, because reason: String?) {
    if let reason, interruptedWith.withLock({ $0 }) == nil { breakage.withLock { $0 = $0 ?? reason } }
    interruptedWith.withLock { $0 = $0 ?? exitCode }
    interruption.yield()
    stopHandover.withLock { $0 }?()
  }

  /// Runs the pipeline. Never throws: what went wrong is in the report, together with the exit code.
  package func run() async -> RunReport {
    var report = RunReport()
    report.pipeline = plan.definition.name
    report.description = plan.definition.description
    report.file = options.file
    report.definitionSHA256 = options.definitionSHA256
    report.assayVersion = options.assayVersion
    report.runID = runID
    report.params = plan.definition.params.map { ($0.name, mask.apply(to: $0.value)) }
    let start = ContinuousClock.now
    let clock = options.clock
    let startedAt = clock.isFrozen ? clock.startedAt : StoreTime.now
    report.startedAt = startedAt.text
    let store: Store?
    let tape: (any ExchangeTape)?
    do {
      tape = try makeTape()
      store = try await begin(&report, startedAt: startedAt)
    } catch {
      return await broken(report, "\(error)", start)
    }
    let starting = tellStart()
    let lease = keepLease(store)
    let time = keepTime()
    defer { time.cancel() }
    let cursors = SourceCursors(
      options.refreshes || options.recording != nil ? nil : store, pipeline: plan.definition.name,
      params: plan.definition.paramsText(mask))
    let apis = plan.definition.apis.map { (name: $0.name, declaration: $0.declaration) }
    // A replay sends nothing.
    let usage = UsageLedger(isReplay ? nil : store)
    let budgets: [String: RequestBudget]
    do {
      budgets = try await usage.budgets(of: apis, mask: mask)
    } catch {
      lease.cancel()
      try? await store?.finish(runID, RunResult(outcome: Outcome.error.rawValue, exitCode: 3))
      await store?.close()
      return await broken(report, "\(error)", start, starting)
    }
    let ledger = EventLedger(store, run: runID)
    let clients = APIClients(
      apis, mask: mask, directory: options.directory, budgets: budgets, isOffline: isReplay,
      makeTransport: makeTransport)
    let context = RunContext(
      runID: runID, directory: options.directory, workers: Workers(), mask: mask, clients: clients,
      memoryShare: memoryShare, clock: clock, answers: store.flatMap(answerBook), tape: tape,
      part: options.part, cursors: cursors,
      files: RunFiles(store: store, runID: runID) { [state] file in
        // One that is tried again brings its file again.
        state.note { found in
          found.files.removeAll { $0.target == file.target }
          found.files.append(file)
        }
      },
      patience: options.patience,
      events: { [events, state] event in
        var counters: NodeCounters.Values?
        if case .ended(let node, _, _) = event { counters = state.counters(node.id).values }
        ledger.note(event, counters: counters)
        events(event, state)
      })
    let runner = NodeRunner(plan: plan, context: context, state: state, store: store)
    let driver = RunDriver(plan: plan, runner: runner, state: state, context: context, store: store)
    await driver.run(interruptions: interruptions)
    if !plan.definition.resources.items.isEmpty { try? await store?.release(run: runID) }
    let (histories, historyFailure) = await readHistories(store)
    var verdict = RunVerdict(
      plan: plan, state: state, options: options, histories: histories,
      interruptedWith: interruptedWith.withLock { $0 }, breakage: breakage.withLock { $0 }, mask: mask)
    let begun = report
    verdict.fill(&report)
    if let historyFailure { report.breaks(historyFailure) }
    if let store, !verdict.published(report).isEmpty {
      ledger.note(.publishing)
      events(.publishing, state)
      let deliveries = verdict.deliveries(report)
      if !deliveries.isEmpty {
        let refusal = await deliver(deliveries, verdict.published(report), context, store)
        // What came of it counts for the report as if it had been known before.
        verdict.interruptedWith = interruptedWith.withLock { $0 }
        verdict.breakage = breakage.withLock { $0 }
        report = begun
        verdict.fill(&report)
        if let refusal { report.breaks(refusal) }
      }
    }
    await shutDown()
    await addEarlierScores(to: &report, from: store)
    report.mask(mask)
    report.durationSeconds = clock.length(ContinuousClock.now - start).seconds
    report.finishedAt = clock.now.text
    if let failure = await usage.finish() {
      report.messages.append(mask.apply(to: "what was sent is not counted in the store: \(failure)"))
    }
    if let failure = await ledger.finish() {
      report.messages.append(mask.apply(to: "some events of the run are not in the store: \(failure)"))
    }
    if let store { await publish(&report, verdict, store, cursors) }
    time.cancel()
    lease.cancel()
    let files = writeReports(&report)
    await tell(of: &report, files: files, start: starting, store: store)
    await store?.close()
    return report
  }

  /// Opens the store and enters the run into its ledger; waits for another run of the pipeline if told to.
  private func begin(_ report: inout RunReport, startedAt: StoreTime) async throws -> Store? {
    guard let path = options.storePath else { return nil }
    let store = try await Store.open(path)
    for failure in store.unsettled { report.messages.append("left over from an earlier run: \(failure)") }
    while true {
      var record = RunRecord(
        id: runID, pipeline: ledgerName, definitionSHA256: options.definitionSHA256,
        params: plan.definition.paramsText(mask), startedAt: startedAt, assayVersion: options.assayVersion,
        logicalTime: options.clock.startedAt, resumedFrom: options.resumes?.id)
      record.trigger = options.trigger
      record.call = options.call
      record.slot = options.clock.slot?.text
      record.file = absolutePath(options.file)
      record.claim = options.claim
      record.runsBesideOthers = options.runsBesideOthers
      do {
        try await store.begin(record)
        break
      } catch {
        guard error.code == .alreadyRunning, options.waits, interruptedWith.withLock({ $0 }) == nil else {
          await store.close()
          throw error
        }
        try? await Task.sleep(for: .milliseconds(250))
      }
    }
    guard let broken = options.resumes else { return store }
    do {
      try await store.adoptAnswers(of: broken.id, by: runID)
    } catch {
      try? await store.finish(runID, RunResult(outcome: Outcome.error.rawValue, exitCode: 3))
      await store.close()
      throw error
    }
    return store
  }

  /// What checks must know of earlier runs, by dataset, and why it could not be read.
  private func readHistories(_ store: Store?) async -> ([String: DatasetHistory], failure: String?) {
    var histories: [String: DatasetHistory] = [:]
    // A replay judges as the recording alone has it, and what was cut short is like no whole run.
    guard let store, !isReplay, options.part?.limit == nil else { return (histories, nil) }
    do {
      for grading in plan.graded {
        let needs = grading.historyNeeds
        if needs.isEmpty { continue }
        histories[grading.dataset] = try await store.history(
          needs, of: grading.dataset, pipeline: plan.definition.name)
      }
      return (histories, nil)
    } catch {
      return (histories, mask.apply(to: "what checks compare with cannot be read: \(error)"))
    }
  }

  private func keepLease(_ store: Store?) -> Task<Void, Never> {
    Task {
      guard let store else { return }
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(20))
        if Task.isCancelled { return }
        do throws(StoreFailure) {
          try await store.renewLease(of: runID, until: StoreTime.now.adding(.seconds(60)))
        } catch {
          // Taken for dead, its stages are gone: going on would pay for answers that nobody gets. A lock passes.
          if error.code == .noSuchRun {
            interrupt(
              exitCode: 3,
              because: "another process took this run for dead, since its lease was not renewed in time")
          }
        }
      }
    }
  }

  /// Stops the run once it has taken longer than its file allows.
  private func keepTime() -> Task<Void, Never> {
    Task {
      guard let timeout = plan.definition.timeout else { return }
      try? await Task.sleep(for: timeout)
      if Task.isCancelled { return }
      interrupt(exitCode: 3, because: "the run took longer than its timeout of \(Duration.display(timeout) ?? "")")
    }
  }

  /// Hands rows to others, once what else is published has been tried.
  /// - Returns: Why nothing was sent and nothing may be published; nil where the run's state says what came of it.
  private func deliver(
    _ items: [DeliveryRun.Item], _ outputs: [StagedOutput], _ context: RunContext, _ store: Store
  ) async -> String? {
    let root: String
    do {
      try await store.rehearsePublishing(
        outputs.compactMap { if case .table(let table) = $0 { table } else { nil } })
      root = try await store.rootRun(of: runID)
    } catch {
      return mask.apply(to: "publishing failed before anything was sent, and nothing was published: \(error)")
    }
    let book = SentBook(
      store, run: runID, root: root, isResumed: root != runID, mask: mask, clock: options.clock)
    let task = Task { [state] in await DeliveryRun(state: state, context: context, book: book).run(items) }
    stopHandover.withLock { $0 = { task.cancel() } }
    if interruptedWith.withLock({ $0 }) != nil { task.cancel() }
    await task.value
    stopHandover.withLock { $0 = nil }
    return nil
  }

  private func publish(
    _ report: inout RunReport, _ verdict: RunVerdict, _ store: Store, _ cursors: SourceCursors
  ) async {
    do {
      let result = verdict.ledgerResult(report, mask: mask)
      let outputs = verdict.published(report)
      if outputs.isEmpty {
        try await store.finish(runID, result)
      } else {
        let plan = PublishPlan(
          run: runID,
          tables: outputs.compactMap { if case .table(let table) = $0 { table } else { nil } },
          files: outputs.compactMap { if case .file(let file, _) = $0 { file } else { nil } }, result: result,
          sourceStates: cursors.states.filter { verdict.isWhollyPublished(source: $0.source, report) })
        let late = try await store.publish(plan)
        verdict.markPublished(&report)
        for failure in late { report.messages.append("published, but not yet in place: \(failure)") }
        // What was decided stands, and the next start finishes it; until then it is not all there.
        if !late.isEmpty {
          report.outcome = .error
          report.exitCode = 3
        }
      }
    } catch {
      report.outcome = .error
      report.exitCode = 3
      report.messages.append(mask.apply(to: "publishing failed, and nothing was published: \(error)"))
      if !state.results.deliveries.isEmpty {
        report.messages.append(
          "what was sent is sent; 'assay run --resume' publishes the rest, and sends no row again that is the same")
      }
      for index in report.outputs.indices { report.outputs[index].published = false }
      try? await store.finish(runID, verdict.ledgerResult(report, mask: mask))
    }
    try? await store.dropExpiredAnswers()
    // The decision has fallen: what fails from here on is said, and changes nothing of it.
    do {
      for dataset in report.datasets where dataset.metrics != nil && !options.isTrial {
        try await store.describe(
          dataset: "\(plan.definition.name).\(dataset.name)",
          description: plan.definition.description.map { mask.apply(to: $0) },
          owner: nil)
      }
      try await store.saveReport(report.json.text, messages: report.messagesText, of: runID)
    } catch {
      report.messages.append(mask.apply(to: "the store's ledger is not complete: \(error)"))
    }
    await dropOldRuns(store, &report)
  }

  /// Deletes runs of the pipeline that are older than its file keeps them, a bounded number at once.
  private func dropOldRuns(_ store: Store, _ report: inout RunReport) async {
    guard let keep = plan.definition.keep, !options.isTrial, !isReplay else { return }
    var retention = RunRetention(olderThan: StoreTime.now.adding(.zero - keep))
    // A slot that may still be caught up must be known as decided.
    let window = plan.definition.schedules.map(\.declaration.catchUpWindow).max() ?? .zero
    retention.slotsBefore = min(retention.before, StoreTime.now.adding(.zero - window))
    do {
      for name in [plan.definition.name, plan.definition.name + "#part"] {
        try await store.dropRuns(of: name, retention, sparing: runID, limit: 500)
      }
    } catch {
      report.messages.append(mask.apply(to: "old runs are still in the store: \(error)"))
    }
  }

  private func writeReports(_ report: inout RunReport) -> [WrittenReport] {
    let declared = options.publishes ? plan.definition.reports : []
    return ReportWriter(options: options, console: console).write(declared, of: &report)
  }

  private func broken(
    _ report: RunReport, _ message: String, _ start: ContinuousClock.Instant,
    _ starting: Task<[NoticeSender.Delivery], Never>? = nil
  ) async -> RunReport {
    var report = report
    let interruption = interruptedWith.withLock { $0 }
    report.outcome = interruption == nil ? .error : .interrupted
    report.exitCode = interruption ?? 3
    report.messages.append(mask.apply(to: message))
    report.finishedAt = options.clock.now.text
    report.durationSeconds = options.clock.length(ContinuousClock.now - start).seconds
    let files = writeReports(&report)
    await tell(of: &report, files: files, start: starting, store: nil)
    return report
  }

  private var memoryShare: Int {
    let keepers = plan.graph.nodes.count {
      $0.kind == .keeper || $0.kind == .source || $0.kind == .grader || $0.isHeld && $0.kind == .step
    }
    let sharers = max(1, keepers + plan.definition.chosenOutputs.count { $0.output.keepsRows })
    let whole = plan.definition.memory?.bytes ?? Self.defaultMemory
    return max(1 << 20, whole / sharers)
  }

  /// A quarter of the machine's memory, at least 256 MiB.
  private static let defaultMemory = max(256 << 20, physicalMemory() / 4)

  /// The pipeline's name in the ledger. What is only looked at is no run of the pipeline, and leaves its history alone.
  private var ledgerName: String { plan.definition.name + (options.isTrial ? "#part" : "") }

  var isReplay: Bool { if case .reads = options.recording { true } else { false } }

  /// The tape of a run that records or replays.
  private func makeTape() throws -> (any ExchangeTape)? {
    switch options.recording {
    case .writes(let recording): try RecordingTape(recording, mask: mask)
    case .reads(let recording): ReplayTape(recording, mask: mask)
    case nil: nil
    }
  }

  private func answerBook(_ store: Store) -> AnswerBook? {
    if isReplay { return nil }
    return AnswerBook(
      store, run: runID, pipeline: plan.definition.name, mask: mask, clock: options.clock,
      recalls: options.recording == nil, resumeAge: options.resumes == nil ? nil : options.resumeMaxAge)
  }
}
