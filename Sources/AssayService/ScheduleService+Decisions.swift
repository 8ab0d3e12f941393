internal import AssaySchedule
internal import AssayStore
internal import Logging

/// Slots that have no run, on their way into the store.
struct SlotDecision {
  var job: ScheduleService.Job
  var slots: [DueSlot]
  /// `missed` or `skipped`.
  var state: String
  var reason: String
  /// Slots that are not listed are counted too.
  var count: Int
}

extension ScheduleService {
  /// Decides that slots of a job have no run. They are written one store after the other, so that hundreds that come at
  /// once open no hundred stores, and again later where that fails.
  func decide(_ slots: [DueSlot], _ state: String, because reason: String, count: Int = 1) {
    guard let job = slots.first.flatMap({ jobs[$0.job] }) else { return }
    decisions.append(SlotDecision(job: job, slots: slots, state: state, reason: reason, count: count))
    if isDeciding { return }
    isDeciding = true
    Task { await writeDecisions() }
  }

  private func writeDecisions() async {
    while let store = decisions.first?.job.pipeline.store {
      let own = decisions.filter { $0.job.pipeline.store == store }
      decisions.removeAll { $0.job.pipeline.store == store }
      do throws(StoreFailure) {
        let decided = try await book.pass(own, in: store) { [scheduler] in scheduler.decidedUntil($0) }
        for (decision, slots) in zip(own, decided) where !slots.isEmpty { tell(decision, slots) }
      } catch {
        log.error(
          "slots without a run are not in the store yet", metadata: ["slots": "\(own.count)", "error": "\(error)"])
        if isDraining { continue }
        decisions += own
        try? await Task.sleep(for: .seconds(10))
      }
    }
    isDeciding = false
  }

  private func tell(_ decision: SlotDecision, _ slots: [DueSlot]) {
    guard let last = slots.last else { return }
    let total = slots.count + decision.count - decision.slots.count
    var metadata = metadata(of: last, decision.job.pipeline)
    if total > 1 { metadata["slots"] = "\(total)" }
    let words = decision.state == "missed" ? "slots were missed" : "the slot is skipped"
    log.warning("\(words): \(decision.reason)", metadata: metadata)
    if decision.state == "missed" {
      notify(decision.job, ["--missed", last.slot.text, "--count", "\(total)", "--reason", decision.reason])
    }
  }

  // MARK: Notifications

  /// Notifications that are sent at once.
  private static let noticeLimit = 4

  /// Tells whoever the pipeline names of what its runs cannot tell themselves.
  func notify(_ job: Job, _ arguments: [String]) {
    guard job.pipeline.notifies else { return }
    notices.append((job, arguments))
    sendNotices()
  }

  private func sendNotices() {
    while sending < Self.noticeLimit, !notices.isEmpty {
      let (job, arguments) = notices.removeFirst()
      let call = ["notify", job.file, "--definition-from-stdin"] + arguments + options.runArguments
      do throws(SpawnFailure) {
        _ = try children.start(call, input: job.pipeline.text, without: SystemdNotifier.variables) { child in
          Task { await self.sent(job, child) }
        }
        sending += 1
      } catch {
        log.error("a notification could not be sent", metadata: ["file": "\(job.file)", "error": "\(error)"])
      }
    }
  }

  private func sent(_ job: Job, _ child: EndedChild) {
    sending -= 1
    if child.ending != .exited(0) {
      let error = child.errors.split(whereSeparator: \.isNewline).last ?? "no reason is known"
      log.error("a notification could not be sent", metadata: ["file": "\(job.file)", "error": "\(error)"])
    }
    sendNotices()
  }
}
