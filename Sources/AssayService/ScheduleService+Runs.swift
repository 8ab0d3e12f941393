internal import AssaySchedule
internal import AssayStore
internal import Glibc
internal import Logging

extension ScheduleService {
  func perform(_ actions: [Scheduler.Action]) {
    var skipped: [String: [(due: DueSlot, reason: String)]] = [:]
    for action in actions {
      switch action {
      case .start(let run, let due):
        busyRuns.insert(run)
        Task { await launch(run, due) }
      case .skip(let due, let why): skipped[due.job, default: []].append((due, why))
      case .missed(let job, let slots, let count): Task { await miss(slots, count: count, job) }
      }
    }
    for (job, slots) in skipped { Task { await skip(slots, job) } }
  }

  // MARK: Starting

  private func launch(_ run: Int, _ due: DueSlot) async {
    guard let job = jobs[due.job], let entry = job.pipeline.entry(of: due.variant) else {
      return end(run, .refused)
    }
    let pipeline = job.pipeline
    let metadata = metadata(of: due, pipeline)
    let waits = entry.schedule.overlap == .queue
    var wait = 1.0
    while true {
      do {
        let earlier = try await book.claim(
          due, of: pipeline, waits: waits, decidedUntil: scheduler.decidedUntil(due.job))
        return start(run, due, job, entry, waits: waits, goingOnWith: due.resumes ? earlier : nil)
      } catch SlotBook.Refusal.busy(let reason) {
        log.warning("the slot is skipped: \(reason)", metadata: metadata)
        return end(run, .refused)
      } catch SlotBook.Refusal.taken {
        log.info("the slot is another scheduler's, or was decided on", metadata: metadata)
        return end(run, .refused)
      } catch {
        let text = "\(error)"
        if isDraining || wait > 300 {
          log.error("the run cannot be started", metadata: metadata.merging(["error": "\(text)"]) { $1 })
          return end(run, isDraining ? .stopped : .broke)
        }
        log.warning(
          "the run cannot be started; it is tried again in \(Int(wait)) s",
          metadata: metadata.merging(["error": "\(text)"]) { $1 })
        try? await Task.sleep(for: .seconds(wait))
        wait *= 2
      }
    }
  }

  private func start(
    _ run: Int, _ due: DueSlot, _ job: Job, _ entry: ScheduledPipeline.Entry, waits: Bool, goingOnWith earlier: String?
  ) {
    let runID = newRunID()
    var arguments = ["run", job.file, "--quiet", "--definition-from-stdin", "--at", due.slot.text, "--run-id", runID]
    arguments += ["--claim", SlotBook.owner, "--claim-variant", due.variant]
    switch due.reason {
    case .onTime: arguments += ["--trigger", "schedule"]
    case .catchUp: arguments += ["--trigger", "catch_up"]
    case .retry: arguments += ["--trigger", "retry"]
    }
    for param in entry.params { arguments += ["--param", "\(param.name)=\(param.value)"] }
    if waits { arguments.append("--wait") }
    if let earlier { arguments += ["--go-on-with", earlier] }
    var metadata = metadata(of: due, job.pipeline)
    metadata["run"] = "\(runID)"
    do throws(SpawnFailure) {
      let pid = try children.start(
        arguments + options.runArguments, input: job.pipeline.text, without: SystemdNotifier.variables
      ) { child in
        Task { await self.ended(run, child) }
      }
      running[run] = Child(pid: pid, runID: runID, due: due, job: job, startedAt: .now)
      if due.attempt > 1 { metadata["attempt"] = "\(due.attempt)" }
      if due.reason == .catchUp { metadata["reason"] = "catch_up" }
      log.info("the run starts", metadata: metadata)
      busyRuns.remove(run)
    } catch {
      log.error("the run cannot be started", metadata: metadata.merging(["error": "\(error)"]) { $1 })
      let pipeline = job.pipeline
      Task {
        _ = try? await book.settle(run: runID, due, of: pipeline, unenteredBecause: "\(error)")
        end(run, .broke)
      }
    }
  }

  private func end(_ run: Int, _ ending: SlotEnding) {
    busyRuns.remove(run)
    perform(scheduler.ended(run, ending, now: now))
  }

  // MARK: Ending

  private func ended(_ run: Int, _ child: EndedChild) async {
    guard let known = running.removeValue(forKey: run) else { return }
    busyRuns.insert(run)
    let pipeline = known.job.pipeline
    var metadata = metadata(of: known.due, pipeline)
    metadata["run"] = "\(known.runID)"
    let lines = child.errors.split(whereSeparator: \.isNewline).map(String.init)
    for line in lines { log.error("\(line)", metadata: metadata) }
    var entered: SlotBook.Ending?
    do {
      entered = try await book.settle(
        run: known.runID, known.due, of: pipeline, unenteredBecause: lines.last ?? Self.words(for: child.ending))
    } catch {
      log.error("the end of the run cannot be read", metadata: metadata.merging(["error": "\(error)"]) { $1 })
    }
    metadata["outcome"] = "\(entered?.outcome ?? "error")"
    if let score = entered?.score { metadata["score"] = "\(score)" }
    let seconds = Double(StoreTime.now.milliseconds - known.startedAt.milliseconds) / 1000
    metadata["seconds"] = "\(seconds)"
    let ending = ending(of: child.ending)
    switch child.ending {
    case .exited(0): log.info("the run has ended", metadata: metadata)
    case .exited(let code):
      metadata["exit_code"] = "\(code)"
      log.warning("the run has ended", metadata: metadata)
      // What could not even begin could not tell of itself.
      if code == 2, entered == nil {
        let reason = "the run could not begin: \(lines.first ?? Self.words(for: child.ending))"
        notify(known.job, ["--missed", known.due.slot.text, "--reason", reason])
      }
    case .killed(let signal):
      metadata["signal"] = "\(signal)"
      log.error("the run was killed", metadata: metadata)
      if entered != nil { notify(known.job, ["--run", known.runID]) }
    }
    end(run, ending)
  }

  private func ending(of ending: ChildEnding) -> SlotEnding {
    switch ending {
    case .exited(3): .broke
    case .exited(130), .exited(143): .stopped
    case .exited: .done
    case .killed: isDraining ? .stopped : .broke
    }
  }

  private static func words(for ending: ChildEnding) -> String {
    switch ending {
    case .exited(let code): "it ended with exit code \(code)"
    case .killed(let signal): "signal \(signal) killed it"
    }
  }

  // MARK: Slots without a run

  private func skip(_ slots: [(due: DueSlot, reason: String)], _ id: String) async {
    guard let pipeline = jobs[id]?.pipeline else { return }
    for (due, reason) in slots { log.warning("the slot is skipped: \(reason)", metadata: metadata(of: due, pipeline)) }
    do throws(StoreFailure) {
      _ = try await book.pass(slots, of: pipeline, as: "skipped", decidedUntil: scheduler.decidedUntil(id))
    } catch {
      log.error("skipped slots are not in the store", metadata: ["error": "\(error)"])
    }
  }

  private func miss(_ slots: [DueSlot], count: Int, _ id: String) async {
    guard let job = jobs[id] else { return }
    let reason = "no scheduler ran then"
    do throws(StoreFailure) {
      let missed = try await book.pass(
        slots.map { ($0, reason) }, of: job.pipeline, as: "missed", decidedUntil: scheduler.decidedUntil(id))
      guard let last = missed.last else { return }
      let total = missed.count + count - slots.count
      var metadata = metadata(of: last, job.pipeline)
      metadata["slots"] = "\(total)"
      log.warning("slots were missed: \(reason)", metadata: metadata)
      notify(job, ["--missed", last.slot.text, "--count", "\(total)", "--reason", reason])
    } catch {
      log.error("missed slots are not in the store", metadata: ["error": "\(error)"])
    }
  }

  /// Tells whoever the pipeline names of what its runs cannot tell themselves.
  private func notify(_ job: Job, _ arguments: [String]) {
    guard job.pipeline.notifies else { return }
    do throws(SpawnFailure) {
      let call = ["notify", job.file, "--definition-from-stdin"] + arguments + options.runArguments
      _ = try children.start(call, input: job.pipeline.text, without: SystemdNotifier.variables) { [log] child in
        if child.ending == .exited(0) { return }
        let error = child.errors.split(whereSeparator: \.isNewline).last ?? "no reason is known"
        log.error("a notification could not be sent", metadata: ["file": "\(job.file)", "error": "\(error)"])
      }
    } catch {
      log.error("a notification could not be sent", metadata: ["file": "\(job.file)", "error": "\(error)"])
    }
  }
}
