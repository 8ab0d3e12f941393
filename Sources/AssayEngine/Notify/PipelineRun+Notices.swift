internal import AssayFormats
internal import AssaySchedule
internal import AssayStore
internal import Synchronization

extension PipelineRun {
  /// Who is told of the run; nil for a run of which nobody is: what is only looked at, replayed, or done for the past by
  /// a backfill is no news.
  var noticeSender: NoticeSender? {
    guard options.notifies, !options.isTrial, !isReplay, options.trigger != .backfill,
      !plan.definition.notifiers.isEmpty
    else { return nil }
    return NoticeSender(
      plan.definition.notifiers, of: plan.definition.name, directory: options.directory, mask: mask,
      environment: options.environment)
  }

  /// Begins to tell that the run has begun, which holds up nothing of it.
  func tellStart() -> Task<[NoticeSender.Delivery], Never>? {
    // Of a part no end is told that a start could be waiting for.
    guard options.selection == nil, let sender = noticeSender, sender.tellsStarts else { return nil }
    return Task { await sender.sendStart() }
  }

  /// Tells how the run ended. What cannot be told is said in the report, and changes nothing else of it.
  /// - Parameters:
  ///   - files: The reports that were written.
  ///   - store: The store that has the run; nil where none has.
  func tell(
    of report: inout RunReport, files: [WrittenReport], start: Task<[NoticeSender.Delivery], Never>?, store: Store?
  ) async {
    guard let sender = noticeSender else { return }
    var notice = Notice(report)
    notice.file = absolutePath(options.file)
    notice.slot = options.clock.slot?.text
    notice.place(report: files.preferred, in: options.environment)
    notice.store = store?.path
    // Whoever stops a run does not wait for what was to be told of its beginning.
    if report.outcome == .interrupted { start?.cancel() }
    let telling = Task { [report, notice] in
      let ofStart = await start?.value ?? []
      if report.outcome == .interrupted { return [NoticeSender.Delivery]() }
      var memory = store
      // A run that could not begin may still know when its failures were told last.
      if store == nil, let path = options.storePath { memory = try? await Store.open(path) }
      let events = await events(of: report, sender, memory)
      let deliveries = events.isEmpty ? [] : await sender.send(notice, events: events, store: memory)
      if store == nil { await memory?.close() }
      return ofStart + deliveries
    }
    stopHandover.withLock {
      $0 = {
        telling.cancel()
        start?.cancel()
      }
    }
    let complaints = await telling.value.compactMap(\.complaint)
    stopHandover.withLock { $0 = nil }
    if complaints.isEmpty { return }
    report.messages += complaints
    try? await store?.saveReport(report.json.text, messages: report.messagesText, of: runID)
  }

  private func events(of report: RunReport, _ sender: NoticeSender, _ store: Store?) async -> [NoticeEvent] {
    let ending = RunEnding(
      outcome: report.outcome.rawValue, exitCode: report.exitCode, isOfPart: options.selection != nil,
      steps: report.steps.map { (kind: $0.kind, status: $0.status) })
    let needsPast = sender.notifiers.contains { $0.events.contains(.recovery) }
    do throws(StoreFailure) {
      return try await NoticeEvent.all(
        ending, run: runID, pipeline: plan.definition.name, in: needsPast ? store : nil)
    } catch {
      // What came before cannot be known; what came now can be told all the same.
      return NoticeEvent.all(ending, hasFailedBefore: false)
    }
  }
}

extension [WrittenReport] {
  /// The file that a person is best shown: the page, else the JSON, else the first there is.
  var preferred: String? {
    (first { $0.kind == "html" } ?? first { $0.kind == "json" } ?? first)?.path
  }
}
