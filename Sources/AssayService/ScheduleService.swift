internal import AssaySchedule
internal import AssayStore
internal import Glibc
internal import Logging

/// What the call says about a scheduler.
package struct ServiceOptions: Sendable {
  /// Runs that go on at once, of all pipelines; at least 1.
  package var maxConcurrentRuns = 4
  /// How long a stop waits for the runs that go on, before they are interrupted.
  package var drainLimit = Duration.seconds(300)
  /// The file that tells how the scheduler fares; nil for none.
  package var healthFile: String?
  /// What each run is called with besides its file: `--store`, `--env-file`.
  package var runArguments: [String] = []

  package init() {}
}

/// Runs pipelines by their schedules until it is stopped: each run is a process of its own, so that none takes the
/// scheduler down, and none ends with it.
///
/// An actor, since the ends of runs, signals and the clock come in any order, and each changes the one state machine.
package actor ScheduleService {
  struct Job {
    var file: String
    var pipeline: ScheduledPipeline
  }

  /// A run that this process started.
  struct Child {
    var pid: Int32
    var runID: String
    var due: DueSlot
    var job: Job
    var startedAt: StoreTime
  }

  let options: ServiceOptions
  let log: Logger
  let book = SlotBook()
  let children = ChildProcesses()
  let notifier: SystemdNotifier
  let newRunID: @Sendable () -> String
  var watch: PipelineWatch
  var scheduler: Scheduler
  var jobs: [String: Job] = [:]
  /// By the scheduler's number of the run.
  var running: [Int: Child] = [:]
  /// Runs of a scheduler before this one.
  var adopted: [Int: (due: DueSlot, pipeline: ScheduledPipeline)] = [:]
  /// Runs that are being started, or whose end is being looked at.
  var busyRuns: Set<Int> = []
  /// Pipelines whose store could not be read, which is tried again.
  var unread: [String: Job] = [:]
  /// Pipelines whose store failed when it was asked last.
  var unreadable: Set<String> = []
  /// Slots without a run that are still to be written, and whether that goes on.
  var decisions: [SlotDecision] = []
  var isDeciding = false
  /// Notifications that wait, and how many are being sent.
  var notices: [(job: Job, arguments: [String])] = []
  var sending = 0
  /// Stores are being asked for what they remember, or for the ends of runs.
  var isTakingIn = false
  var isLookingAfter = false
  var isDraining = false
  /// When runs that still go on are interrupted, and when they are killed.
  var deadlines: (interrupt: ContinuousClock.Instant, kill: ContinuousClock.Instant)?
  var wantsReload = false
  let startedAt = StoreTime.now

  /// - Parameters:
  ///   - log: Where what happens is written.
  ///   - read: Reads a pipeline file.
  ///   - newRunID: Makes the id of a run that is about to start.
  package init(
    _ folder: PipelineFolder, options: ServiceOptions, log: LineWriter, notifier: SystemdNotifier,
    newRunID: @escaping @Sendable () -> String, read: @escaping @Sendable (String) -> PipelineReading
  ) {
    self.options = options
    self.log = Logger(label: "assay.schedule") { _ in LineLogHandler(to: log) }
    self.notifier = notifier
    self.newRunID = newRunID
    watch = PipelineWatch(folder, read: read)
    scheduler = Scheduler(maxConcurrent: options.maxConcurrentRuns)
  }

  /// Runs until `stop` was called and the runs have ended.
  package func run() async {
    await look(readsAll: true)
    if jobs.isEmpty, unread.isEmpty {
      log.warning("none of the pipelines has a schedule; files that come are taken in")
    }
    log.info(
      "the scheduler is ready",
      metadata: ["pipelines": "\(jobs.count)", "files": "\(watch.count)", "pid": "\(getpid())"])
    notifier.ready(status: status)
    var rounds = 0
    while !isDraining || isBusy {
      if wantsReload {
        wantsReload = false
        notifier.reloading()
        await look(readsAll: true)
        log.info("the pipeline files were read again", metadata: ["pipelines": "\(jobs.count)"])
        notifier.ready(status: status)
      } else if rounds % max(3, watch.count / 500) == 2, !isDraining {
        // Every three seconds, and seldom enough that thousands of idle files cost next to nothing.
        await look()
      }
      perform(scheduler.tick(now))
      if rounds % 5 == 4, !isLookingAfter {
        isLookingAfter = true
        Task {
          await lookAfterAdopted()
          isLookingAfter = false
        }
      }
      if rounds % 10 == 0 { writeHealth() }
      if let seconds = notifier.watchdogSeconds, rounds % max(1, Int(seconds)) == 0 { notifier.isAlive() }
      enforceDeadlines()
      rounds += 1
      try? await Task.sleep(for: .milliseconds(isDraining ? 100 : 1000 - Int(StoreTime.now.milliseconds % 1000)))
    }
    await keepDecisions()
    if let file = options.healthFile { unlink(file) }
    log.info("the scheduler has stopped")
  }

  /// Whether something goes on that a stop waits for, for a while.
  private var isBusy: Bool {
    if let deadlines, ContinuousClock.now > deadlines.kill.advanced(by: .seconds(10)) { return false }
    return !running.isEmpty || !busyRuns.isEmpty || isDeciding || sending > 0
  }

  /// Starts no more runs, and ends once those that go on have ended. A second call interrupts them at once.
  package func stop(because reason: String) {
    if isDraining {
      deadlines?.interrupt = .now
      return
    }
    isDraining = true
    scheduler.drain()
    let end = ContinuousClock.now.advanced(by: options.drainLimit)
    deadlines = (end, end.advanced(by: .seconds(30)))
    log.info("\(reason): no more runs are started", metadata: ["running": "\(running.count)"])
    notifier.stopping(status: "waiting for \(running.count) runs")
    writeHealth()
  }

  /// Reads all files again.
  package func reload() { wantsReload = true }

  var now: Int { Int(StoreTime.now.milliseconds / 1000) }

  var status: String { "\(jobs.count) pipelines, \(running.count + adopted.count) runs" }

  private func enforceDeadlines() {
    guard let deadlines, !running.isEmpty else { return }
    let moment = ContinuousClock.now
    if moment >= deadlines.kill {
      for child in running.values { children.signal(child.pid, SIGKILL) }
    } else if moment >= deadlines.interrupt {
      log.warning("runs are interrupted, since they go on after the limit", metadata: ["running": "\(running.count)"])
      for child in running.values { children.signal(child.pid, SIGTERM) }
      self.deadlines = (deadlines.kill, moment.advanced(by: .seconds(30)))
    }
  }

  private func writeHealth() {
    guard let file = options.healthFile else { return }
    let health = ServiceHealth(
      isDraining: isDraining, startedAt: startedAt, pipelines: jobs.count, broken: watch.broken,
      unread: unreadable.compactMap { (jobs[$0] ?? unread[$0])?.file }.sorted(),
      running: running.values.map(\.runID).sorted(),
      waiting: scheduler.waitingCount, nextWake: scheduler.nextWake)
    if let failure = health.write(to: file) {
      log.error("the health file cannot be written", metadata: ["file": "\(file)", "error": "\(failure)"])
    }
  }

  private func keepDecisions() async {
    for (store, jobs) in Dictionary(grouping: jobs, by: \.value.pipeline.store) {
      let moments = jobs.compactMap { job in
        scheduler.decidedUntil(job.key).map { (job.value.pipeline.name, $0) }
      }
      do throws(StoreFailure) {
        try await book.keep(moments, in: store)
      } catch {
        log.error("what was decided could not be kept", metadata: ["error": "\(error)"])
      }
    }
  }
}
