internal import AssaySchedule
internal import AssayStore
internal import Glibc
internal import Logging

extension ScheduleService {
  func perform(_ actions: [Scheduler.Action]) {
    for action in actions {
      switch action {
      case .start(let run, let due):
        busyRuns.insert(run)
        Task { await launch(run, due) }
      case .skip(let due, let why): decide([due], "skipped", because: why)
      case .missed(_, let slots, let count): decide(slots, "missed", because: "no scheduler ran then", count: count)
      }
    }
  }

  // MARK: Starting

  private func launch(_ run: Int, _ due: DueSlot) async {
    guard let job = jobs[due.job], let place = job.pipeline.place(of: due.variant) else { return end(run, .refused) }
    let metadata = metadata(of: due, job.pipeline)
    let waits = job.pipeline.entries[place].overlap == .queue
    do {
      let earlier = try await book.claim(
        due, of: job.pipeline, waits: waits, decidedUntil: scheduler.decidedUntil(due.job))
      unreadable.remove(due.job)
      if isDraining {
        try await book.unclaim(due, of: job.pipeline)
        return end(run, .unclaimed)
      }
      start(run, due, job, place, waits: waits, goingOnWith: due.resumes ? earlier : nil)
    } catch SlotBook.Refusal.busy(let reason) {
      log.warning("the slot is skipped: \(reason)", metadata: metadata)
      end(run, .refused)
    } catch SlotBook.Refusal.taken {
      log.info("the slot is another scheduler's, or was decided on", metadata: metadata)
      end(run, .refused)
    } catch {
      unreadable.insert(due.job)
      log.warning(
        "the run cannot be started yet, and is tried again", metadata: metadata.merging(["error": "\(error)"]) { $1 })
      end(run, .unclaimed)
    }
  }

  private func start(
    _ run: Int, _ due: DueSlot, _ job: Job, _ place: Int, waits: Bool, goingOnWith earlier: String?
  ) {
    let runID = newRunID()
    var arguments = ["run", job.file, "--quiet", "--definition-from-stdin", "--at", due.slot.text, "--run-id", runID]
    arguments += ["--claim", SlotBook.owner, "--claim-variant", due.variant]
    switch due.reason {
    case .onTime: arguments += ["--trigger", "schedule"]
    case .catchUp: arguments += ["--trigger", "catch_up"]
    case .retry: arguments += ["--trigger", "retry"]
    }
    if !due.variant.isEmpty { arguments += ["--params-of-schedule", "\(place)"] }
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
    let words = lines.first ?? Self.words(for: child.ending)
    let isForgotten = child.ending == .exited(0)
    var settled = SlotBook.Settled.unknown
    do {
      settled = try await book.settle(
        run: known.runID, known.due, of: pipeline,
        unenteredBecause: isForgotten ? "the store does not know its run any more" : words)
    } catch {
      log.error("the end of the run cannot be read", metadata: metadata.merging(["error": "\(error)"]) { $1 })
    }
    if case .ended(let outcome, let score) = settled {
      metadata["outcome"] = "\(outcome)"
      if let score { metadata["score"] = "\(score)" }
    }
    let seconds = Double(StoreTime.now.milliseconds - known.startedAt.milliseconds) / 1000
    metadata["seconds"] = "\(seconds)"
    let ending = ending(of: child.ending)
    switch child.ending {
    case .exited(0): log.info("the run has ended", metadata: metadata)
    case .exited(let code):
      metadata["exit_code"] = "\(code)"
      log.warning("the run has ended", metadata: metadata)
      // What could not even begin could not tell of itself.
      if settled == .neverBegan, code == 2 {
        notify(known.job, ["--missed", known.due.slot.text, "--reason", "the run could not begin: \(words)"])
      }
    case .killed(let signal):
      metadata["signal"] = "\(signal)"
      log.error("the run was killed", metadata: metadata)
      switch settled {
      case .ended: notify(known.job, ["--run", known.runID])
      case .neverBegan:
        notify(known.job, ["--missed", known.due.slot.text, "--reason", Self.words(for: child.ending)])
      case .unknown: break
      }
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
}
