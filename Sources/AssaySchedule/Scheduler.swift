/// Decides which slots of many jobs are run, and when: a pure state machine over the clock's readings and the ends of
/// runs, without task, timer or store.
///
/// Always true: a job has at most one run; no more than `maxConcurrent` runs go on; each slot that passes is started,
/// skipped or missed, and that once, while the jobs stay as they are and the clock is not set back by more than `grace`.
/// A scheduler that begins again offers slots once more that waited or were under way: the store knows which had a run.
package struct Scheduler: Sendable {
  package enum Action: Sendable, Hashable {
    /// Start the run; `ended` follows.
    case start(run: Int, DueSlot)
    case skip(DueSlot, why: String)
    /// Slots that passed without a run, the newest last; `count` counts those that are not listed too.
    case missed(job: String, slots: [DueSlot], count: Int)
  }

  /// A run is on time up to so many seconds after its slot.
  package static let grace = 60
  /// Slots of a job that wait at the most.
  package static let queueLimit = 1000
  /// Runs of a slot at the most that were killed, before it is left: what kills its run may be the run itself.
  static let catchUpAttempts = 3
  /// Seconds before a slot that could not be claimed is tried again.
  static let claimPause = 10
  /// Missed slots that are listed one by one.
  static let listedMisses = 100

  struct JobState: Sendable {
    var job: ScheduledJob
    /// For each schedule, up to which second its slots have been taken up.
    var takenUntil: [Int]
    var queue: [DueSlot] = []
    /// The run that goes on.
    var run: Int?
    /// The slot that is tried again at a moment.
    var retry: (at: Int, due: DueSlot)?
    /// Changes whenever the job's timers do, so that old ones are known.
    var generation = 0
    /// The job is gone; it only waits for its run.
    var isRemoved = false

    var isBusy: Bool { run != nil || retry != nil }
  }

  private(set) var jobs: [String: JobState] = [:]
  private var active: [Int: DueSlot] = [:]
  private var timers = TimeHeap()
  private var ready = TimeHeap()
  private var lastNow = Int.min
  private var nextRun = 1
  private let maxConcurrent: Int
  private var isDraining = false

  /// - Parameter maxConcurrent: Runs that go on at once, at least 1.
  package init(maxConcurrent: Int) { self.maxConcurrent = max(1, maxConcurrent) }

  /// Runs that go on, by their numbers.
  package var running: [Int: DueSlot] { active }
  /// Slots that wait to be started.
  package var waitingCount: Int { jobs.values.reduce(0) { $0 + $1.queue.count + ($1.retry == nil ? 0 : 1) } }
  package var jobIDs: [String] { jobs.filter { !$0.value.isRemoved }.keys.sorted() }
  /// Whether nothing goes on any more.
  package var isIdle: Bool { active.isEmpty }
  /// When `tick` has something to do next, in seconds since 1970; nil for never. Early ticks change nothing.
  package var nextWake: Int? { isDraining ? nil : timers.first?.at }

  /// Up to which moment all slots of a job are decided on: what is kept for the next start. Nil for an unknown job.
  package func decidedUntil(_ job: String) -> Int? {
    guard let state = jobs[job] else { return nil }
    var until = state.takenUntil.min()
    for due in state.queue { until = min(until ?? .max, due.slot.seconds - 1) }
    if let retry = state.retry { until = min(until ?? .max, retry.due.slot.seconds - 1) }
    return until
  }

  /// The next slot of a job that has not been taken up; nil where none follows.
  package func nextSlot(of job: String) -> ZonedMoment? {
    guard let state = jobs[job] else { return nil }
    return zip(state.job.schedules, state.takenUntil).compactMap { $0.slots.next(after: $1) }
      .min { $0.seconds < $1.seconds }
  }

  /// Takes in a job, or what has become of one.
  /// - Parameters:
  ///   - decidedUntil: What `decidedUntil` told before the last end; nil for a job that was never seen, which begins now.
  ///   - unfinished: Slots whose runs were killed or stopped, to be caught up if the job's schedules say so.
  ///   - adopting: The slot of a run that goes on already, started by a process before this one; `running` has its number.
  ///   - retrying: A slot whose run broke before the last end, and when it is tried again.
  package mutating func add(
    _ job: ScheduledJob, decidedUntil: Int?, unfinished: [DueSlot] = [], adopting: DueSlot? = nil,
    retrying: (due: DueSlot, at: Int)? = nil, now: Int
  ) -> [Action] {
    if var state = jobs[job.id] {
      state.takenUntil = Self.takenUntil(of: job, after: state, now)
      let variants = Set(job.schedules.map(\.variant))
      state.queue.removeAll { !variants.contains($0.variant) }
      if let retry = state.retry, !variants.contains(retry.due.variant) { state.retry = nil }
      state.job = job
      state.isRemoved = false
      jobs[job.id] = state
    } else {
      let from = min(decidedUntil ?? now, now)
      jobs[job.id] = JobState(job: job, takenUntil: job.schedules.map { _ in from })
    }
    if let adopting { adopt(adopting) }
    if let retrying, jobs[job.id]?.isBusy == false {
      jobs[job.id]?.retry = (retrying.at, Self.again(retrying.due))
    }
    takeBack(unfinished, of: job, now: now)
    setTimer(job.id)
    return tick(now)
  }

  /// Up to where the slots of a changed job are taken up: as far as before for the schedules of a variant, in their order;
  /// where their number has changed none comes twice; those of a new variant begin now.
  private static func takenUntil(of job: ScheduledJob, after state: JobState, _ now: Int) -> [Int] {
    let before = Dictionary(grouping: zip(state.job.schedules, state.takenUntil), by: \.0.variant)
    let counts = Dictionary(grouping: job.schedules, by: \.variant).mapValues(\.count)
    var places: [String: Int] = [:]
    return job.schedules.map { schedule in
      guard let known = before[schedule.variant] else { return now }
      let place = places[schedule.variant, default: 0]
      places[schedule.variant] = place + 1
      let taken = known.map(\.1)
      return min(now, known.count == counts[schedule.variant] ? taken[place] : taken.max() ?? now)
    }
  }

  /// Lets a job go: what waits is dropped, a run goes on to its end.
  package mutating func remove(_ id: String) {
    guard var state = jobs[id] else { return }
    state.queue = []
    state.retry = nil
    state.isRemoved = true
    state.generation += 1
    jobs[id] = state.run == nil ? nil : state
  }

  private mutating func adopt(_ due: DueSlot) {
    guard jobs[due.job] != nil, jobs[due.job]?.run == nil else { return }
    active[nextRun] = due
    jobs[due.job]?.run = nextRun
    nextRun += 1
  }

  /// Starts no more runs.
  package mutating func drain() { isDraining = true }

  /// What is to be done at a moment. O(changes × log jobs); nothing is due: O(1).
  package mutating func tick(_ now: Int) -> [Action] {
    // What comes now is for the next scheduler, which sees that nobody decided on it.
    if isDraining { return [] }
    if lastNow != .min, now < lastNow - Self.grace { setBack(to: now) }
    lastNow = max(now, lastNow)
    var actions: [Action] = []
    while let timer = timers.first, timer.at <= now {
      timers.removeFirst()
      guard let state = jobs[timer.job], state.generation == timer.generation else { continue }
      if let retry = state.retry, retry.at <= now {
        jobs[timer.job]?.retry = nil
        jobs[timer.job]?.queue.insert(retry.due, at: 0)
      }
      takeUp(timer.job, now, &actions)
      setTimer(timer.job)
      offer(timer.job)
    }
    start(&actions)
    return actions
  }

  /// A run came to its end.
  package mutating func ended(_ run: Int, _ ending: SlotEnding, now: Int) -> [Action] {
    guard let due = active.removeValue(forKey: run), var state = jobs[due.job] else { return [] }
    state.run = nil
    if state.isRemoved {
      jobs[due.job] = nil
    } else {
      let schedule = state.job.schedules.first { $0.variant == due.variant }
      if ending == .unclaimed { state.retry = (now + Self.claimPause, due) }
      if ending == .broke, !isDraining, let wait = schedule?.retry.wait(after: due.attempt) {
        state.retry = (now + wait, Self.again(due))
      }
      jobs[due.job] = state
      setTimer(due.job)
      offer(due.job)
    }
    return tick(now)
  }

  private static func again(_ due: DueSlot) -> DueSlot {
    var due = due
    due.attempt += 1
    due.reason = .retry
    due.resumes = true
    return due
  }

  // MARK: Slots

  private mutating func setBack(to now: Int) {
    // Slots come again; whoever claims them knows which have been run.
    for id in Array(jobs.keys) {
      let taken = jobs[id]?.takenUntil.map { min($0, now) } ?? []
      jobs[id]?.takenUntil = taken
      setTimer(id)
    }
    lastNow = now
  }

  /// Takes up the slots of a job that are due.
  private mutating func takeUp(_ id: String, _ now: Int, _ actions: inout [Action]) {
    guard var state = jobs[id], !state.isRemoved else { return }
    for (index, schedule) in state.job.schedules.enumerated() {
      var missed: [DueSlot] = []
      var count = 0
      let horizon = now - max(schedule.catchUpWindow, 86_400)
      if state.takenUntil[index] < horizon { state.takenUntil[index] = horizon }
      while let slot = schedule.slots.next(after: state.takenUntil[index]), slot.seconds <= now {
        let begins = slot.seconds + schedule.delay(of: slot.seconds, job: id)
        if begins > now { break }
        state.takenUntil[index] = slot.seconds
        let due = DueSlot(job: id, slot: slot, variant: schedule.variant, reason: .onTime)
        if now - begins <= Self.grace {
          enqueue(due, schedule, &state, &actions)
        } else {
          missed.append(due)
          count += 1
        }
      }
      guard count > 0 else { continue }
      let caught = caughtUp(missed, schedule, now)
      state.queue += caught
      missed.removeAll(where: Set(caught.map { with($0, .onTime) }).contains)
      if !missed.isEmpty {
        actions.append(.missed(job: id, slots: missed.suffix(Self.listedMisses), count: missed.count))
      }
    }
    state.queue.sort { ($0.slot.seconds, $0.variant) < ($1.slot.seconds, $1.variant) }
    jobs[id] = state
  }

  private func caughtUp(_ missed: [DueSlot], _ schedule: JobSchedule, _ now: Int) -> [DueSlot] {
    let within = missed.filter { now - $0.slot.seconds <= schedule.catchUpWindow }
    let chosen: [DueSlot] =
      switch schedule.catchUp {
      case .none: []
      case .latest: within.suffix(1)
      case .all: within.suffix(Self.queueLimit)
      }
    return chosen.map { with($0, .catchUp) }
  }

  private func with(_ due: DueSlot, _ reason: DueSlot.Reason) -> DueSlot {
    var due = due
    due.reason = reason
    return due
  }

  private func enqueue(
    _ due: DueSlot, _ schedule: JobSchedule, _ state: inout JobState, _ actions: inout [Action]
  ) {
    // Two schedules that meet are one run.
    let twin = state.queue.contains { $0.slot.seconds == due.slot.seconds && $0.variant == due.variant }
    let isGoing = state.run.flatMap { active[$0] }.map {
      ($0.slot.seconds, $0.variant) == (due.slot.seconds, due.variant)
    }
    if twin || isGoing == true { return }
    if state.isBusy || !state.queue.isEmpty {
      let other = state.run.flatMap { active[$0]?.slot } ?? state.retry?.due.slot ?? state.queue.first?.slot
      let name = other.map { "the run of \($0.text)" } ?? "the run before it"
      if schedule.overlap == .skip {
        // Of two schedules of one moment, none is in the other's way.
        if state.isBusy || state.queue.contains(where: { $0.slot.seconds != due.slot.seconds }) {
          actions.append(.skip(due, why: "\(name) had not come to its end"))
          return
        }
      } else if state.queue.count >= Self.queueLimit {
        actions.append(.skip(due, why: "\(state.queue.count) slots were waiting already"))
        return
      }
    }
    state.queue.append(due)
  }

  /// Queues slots whose runs were killed or stopped, as the catch-up of their schedules has it.
  private mutating func takeBack(_ unfinished: [DueSlot], of job: ScheduledJob, now: Int) {
    guard var state = jobs[job.id], !unfinished.isEmpty else { return }
    for schedule in job.schedules {
      let own = unfinished.filter { due in
        due.variant == schedule.variant && now - due.slot.seconds <= schedule.catchUpWindow
          && due.attempt < max(Self.catchUpAttempts, schedule.retry.maxAttempts)
          && !state.queue.contains { $0.slot == due.slot && $0.variant == due.variant }
      }.sorted { $0.slot.seconds < $1.slot.seconds }
      let chosen: [DueSlot] =
        switch schedule.catchUp {
        case .none: []
        case .latest: own.suffix(1)
        case .all: own
        }
      for var due in chosen {
        due.attempt += 1
        due.reason = .catchUp
        due.resumes = true
        state.queue.append(due)
      }
    }
    state.queue.sort { ($0.slot.seconds, $0.variant) < ($1.slot.seconds, $1.variant) }
    jobs[job.id] = state
    offer(job.id)
  }

  // MARK: Starting

  private mutating func setTimer(_ id: String) {
    guard var state = jobs[id], !state.isRemoved else { return }
    state.generation += 1
    var at = state.retry?.at
    for (schedule, taken) in zip(state.job.schedules, state.takenUntil) {
      guard let slot = schedule.slots.next(after: taken) else { continue }
      let begins = slot.seconds + schedule.delay(of: slot.seconds, job: id)
      at = min(at ?? .max, begins)
    }
    jobs[id] = state
    if let at { timers.insert(TimeHeap.Entry(at: at, job: id, generation: state.generation)) }
  }

  private mutating func offer(_ id: String) {
    guard let state = jobs[id], !state.isBusy, let first = state.queue.first else { return }
    ready.insert(TimeHeap.Entry(at: first.slot.seconds, job: id, generation: 0))
  }

  private mutating func start(_ actions: inout [Action]) {
    while !isDraining, active.count < maxConcurrent, let entry = ready.first {
      ready.removeFirst()
      guard var state = jobs[entry.job], !state.isBusy, !state.queue.isEmpty else { continue }
      let due = state.queue.removeFirst()
      let run = nextRun
      nextRun += 1
      state.run = run
      jobs[entry.job] = state
      active[run] = due
      actions.append(.start(run: run, due))
    }
  }
}
