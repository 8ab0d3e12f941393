internal import AssaySchedule
internal import AssayStore
internal import Logging

extension ScheduleService {
  /// Looks at the files, and takes in what has changed.
  func look(readsAll: Bool = false) async {
    let changes = watch.look(readsAll: readsAll)
    for note in changes.notes {
      log.log(level: note.isError ? .error : .warning, "\(note.text)", metadata: ["file": "\(note.file)"])
    }
    for id in changes.dropped {
      scheduler.remove(id)
      jobs[id] = nil
      unread[id] = nil
    }
    var fresh = unread
    for (file, pipeline) in changes.taken {
      let job = Job(file: file, pipeline: pipeline)
      if jobs[pipeline.id] == nil {
        fresh[pipeline.id] = job
      } else {
        jobs[pipeline.id] = job
        perform(scheduler.add(pipeline.job, decidedUntil: nil, now: now))
      }
    }
    for job in fresh.values { unread[job.pipeline.id] = job }
    if fresh.isEmpty || isTakingIn { return }
    isTakingIn = true
    let task = Task {
      await takeIn(Array(fresh.values))
      isTakingIn = false
    }
    // A store that is locked keeps nobody waiting but a scheduler that starts.
    if readsAll { await task.value }
  }

  /// Stores that are read at once.
  private static let storesAtOnce = 8

  private func takeIn(_ fresh: [Job]) async {
    var stores = Dictionary(grouping: fresh, by: \.pipeline.store).sorted { $0.key < $1.key }[...]
    while !stores.isEmpty {
      let tasks = stores.prefix(Self.storesAtOnce).map { store, jobs in
        Task { await takeIn(jobs.sorted { $0.pipeline.id < $1.pipeline.id }, of: store) }
      }
      stores = stores.dropFirst(Self.storesAtOnce)
      for task in tasks { await task.value }
    }
  }

  private func takeIn(_ fresh: [Job], of store: String) async {
    let memories: [String: SlotBook.Memory]
    do throws(StoreFailure) {
      memories = try await book.memories(of: fresh.map(\.pipeline), in: store, now: now)
    } catch {
      for job in fresh where unreadable.insert(job.pipeline.id).inserted {
        log.error(
          "the store cannot be read, so that the pipeline is not run; it is tried again",
          metadata: ["file": "\(job.file)", "error": "\(error)"])
      }
      return
    }
    // Files that were let go meanwhile are no longer among them.
    for job in fresh.compactMap({ unread[$0.pipeline.id] }) {
      unreadable.remove(job.pipeline.id)
      let memory = memories[job.pipeline.id] ?? SlotBook.Memory()
      jobs[job.pipeline.id] = job
      unread[job.pipeline.id] = nil
      let actions = scheduler.add(
        job.pipeline.job, decidedUntil: memory.decidedUntil, unfinished: memory.unfinished, adopting: memory.running,
        retrying: memory.retrying, now: now)
      if let due = memory.running, let run = scheduler.running.first(where: { $0.value == due })?.key {
        adopted[run] = (due, job.pipeline)
        log.info(
          "a run goes on that was started before this scheduler", metadata: metadata(of: due, job.pipeline))
      }
      perform(actions)
    }
  }

  /// Looks which of the runs have ended that a scheduler before this one started.
  func lookAfterAdopted() async {
    for (store, runs) in Dictionary(grouping: adopted, by: \.value.pipeline.store) {
      guard let states = try? await book.states(of: runs.map(\.value), in: store) else { continue }
      for (run, value) in runs {
        // A slot that the store no longer knows has no run either.
        let state = states[value.due] ?? "unknown"
        guard state != "running", adopted.removeValue(forKey: run) != nil else { continue }
        log.info(
          "a run has ended that was started before this scheduler",
          metadata: metadata(of: value.due, value.pipeline).merging(["outcome": "\(state)"]) { $1 })
        let ending: SlotEnding = state == "broken" || state == "error" ? .broke : .done
        perform(scheduler.ended(run, ending, now: now))
      }
    }
  }

  func metadata(of due: DueSlot, _ pipeline: ScheduledPipeline) -> Logger.Metadata {
    var metadata: Logger.Metadata = ["pipeline": "\(pipeline.name)", "slot": "\(due.slot.text)"]
    if !due.variant.isEmpty, let place = pipeline.place(of: due.variant) { metadata["schedule"] = "\(place + 1)" }
    return metadata
  }
}
