import AssaySchedule
import AssayTestSupport
import Testing

/// Hundreds of histories of jobs whose runs end, break, are killed or refused in any order, while the clock jumps and
/// the scheduler dies and begins again: what is always true of a scheduler is held after each step.
@Suite struct SchedulerSimulation {
  private struct World {
    var random: SeededRandom
    var scheduler: Scheduler
    var now = 1_000_000
    var jobs: [ScheduledJob] = []
    let limit: Int
    /// What the store would know: the runs of each slot.
    var starts: [String: Int] = [:]
    var active: [Int: DueSlot] = [:]
    var killed: [DueSlot] = []
    var faults: [String] = []

    init(seed: UInt64) {
      random = SeededRandom(seed: seed)
      limit = Int(random.next() % 4) + 1
      scheduler = Scheduler(maxConcurrent: limit)
      for index in 0..<(Int(random.next() % 6) + 1) {
        let schedules = (0..<(Int(random.next() % 2) + 1)).map { number in
          JobSchedule(
            slots: EvenSlots(every: [60, 300, 3600][Int(random.next() % 3)], phase: Int(random.next() % 60)),
            variant: number == 0 ? "" : "{\"n\":\"\(number)\"}", jitter: Int(random.next() % 3) * 20,
            overlap: random.next() % 2 == 0 ? .skip : .queue,
            catchUp: [SlotCatchUp.none, .latest, .all][Int(random.next() % 3)],
            catchUpWindow: [600, 7200][Int(random.next() % 2)],
            retry: SlotRetry(maxAttempts: Int(random.next() % 3) + 1, initial: 30, factor: 2, max: 100))
        }
        jobs.append(ScheduledJob(id: "job\(index)", schedules: schedules))
      }
      for job in jobs { perform(scheduler.add(job, decidedUntil: nil, now: now)) }
    }

    private func name(_ due: DueSlot) -> String { "\(due.job) \(due.slot.seconds) \(due.variant)" }

    mutating func perform(_ actions: [Scheduler.Action]) {
      var refused: [Int] = []
      for action in actions {
        switch action {
        case .start(let run, let due):
          if active.values.contains(where: { $0.job == due.job }) { faults.append("two runs of \(due.job)") }
          active[run] = due
          if due.slot.seconds > now { faults.append("\(name(due)) started before its time") }
          if active.count > limit { faults.append("\(active.count) runs at once, of \(limit)") }
          // The store refuses a slot that had its run, which a scheduler that begins again may not know.
          if due.attempt == 1, starts[name(due), default: 0] > 0 {
            refused.append(run)
          } else {
            starts[name(due), default: 0] += 1
          }
        case .skip(let due, _):
          if due.slot.seconds > now { faults.append("\(name(due)) skipped before its time") }
        case .missed(_, let slots, let count):
          if count < slots.count { faults.append("fewer missed than listed") }
          for due in slots where due.slot.seconds > now { faults.append("\(name(due)) missed before its time") }
        }
      }
      for run in refused {
        active[run] = nil
        perform(scheduler.ended(run, .refused, now: now))
      }
    }

    mutating func step() {
      switch random.next() % 12 {
      case 0...4:
        now += Int(random.next() % 90)
        perform(scheduler.tick(now))
      case 5...8:
        guard let run = active.keys.sorted().first else { return }
        active[run] = nil
        let ending = [SlotEnding.done, .broke, .stopped, .refused][Int(random.next() % 4)]
        perform(scheduler.ended(run, ending, now: now))
      case 9:
        // The clock goes forward.
        now += Int(random.next() % 9000)
        perform(scheduler.tick(now))
      case 10:
        // The scheduler is killed, its runs with it, and begins again from what the store knows.
        killed = active.values.sorted { $0.slot.seconds < $1.slot.seconds }
        active = [:]
        let kept = jobs.map { ($0, scheduler.decidedUntil($0.id)) }
        now += Int(random.next() % 600)
        scheduler = Scheduler(maxConcurrent: limit)
        for (job, decided) in kept {
          perform(
            scheduler.add(job, decidedUntil: decided, unfinished: killed.filter { $0.job == job.id }, now: now))
        }
      default:
        // A file changes.
        guard !jobs.isEmpty else { return }
        let job = jobs[Int(random.next() % UInt64(jobs.count))]
        perform(scheduler.add(job, decidedUntil: nil, now: now))
      }
    }
  }

  @Test(arguments: 0..<60)
  func `each slot that passes is started, skipped or missed, and that once`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var scheduler = Scheduler(maxConcurrent: 2)
    let start = 1_000_000
    let jobs = (0..<4).map { index in
      ScheduledJob(
        id: "job\(index)",
        schedules: (0..<2).map { number in
          JobSchedule(
            slots: EvenSlots(every: random.pick([60, 300, 900]), phase: random.next(below: 60)), variant: "\(number)",
            jitter: random.next(below: 50), overlap: random.pick([.skip, .queue]),
            catchUp: random.pick([.none, .latest, .all]))
        })
    }
    var fates: [DueSlot: Int] = [:]
    var active: [Int] = []
    func note(_ actions: [Scheduler.Action]) {
      for action in actions {
        var passed: [DueSlot] = []
        switch action {
        case .start(let run, let due):
          active.append(run)
          passed = [due]
        case .skip(let due, _): passed = [due]
        case .missed(_, let slots, let count):
          #expect(slots.count == count)
          passed = slots
        }
        for var due in passed {
          due.reason = .onTime
          fates[due, default: 0] += 1
        }
      }
    }
    for job in jobs { note(scheduler.add(job, decidedUntil: nil, now: start)) }
    var now = start
    for _ in 0..<300 {
      if random.once(in: 3), !active.isEmpty {
        note(scheduler.ended(active.remove(at: random.next(below: active.count)), .done, now: now))
      } else {
        now += random.next(below: random.once(in: 10) ? 4000 : 90)
        note(scheduler.tick(now))
      }
    }
    // What waits is started as soon as it may.
    while !active.isEmpty { note(scheduler.ended(active.removeFirst(), .done, now: now)) }
    #expect(fates.values.allSatisfy { $0 == 1 })
    for job in jobs {
      for schedule in job.schedules {
        var slot = start
        while let next = schedule.slots.next(after: slot), next.seconds + schedule.jitter <= now {
          slot = next.seconds
          let due = DueSlot(job: job.id, slot: next, variant: schedule.variant, reason: .onTime)
          #expect(fates[due] == 1, "\(job.id) \(slot) had no fate")
        }
      }
    }
  }

  @Test(arguments: 0..<10)
  func `in no order of events does a scheduler break its word`(batch: Int) {
    for seed in (batch * 30)..<(batch * 30 + 30) {
      var world = World(seed: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
      for _ in 0..<200 { world.step() }
      #expect(world.faults.isEmpty, "seed \(seed): \(world.faults.prefix(3))")
      // Everything comes to its end.
      world.scheduler.drain()
      for run in world.active.keys.sorted() { _ = world.scheduler.ended(run, .done, now: world.now) }
      #expect(world.scheduler.isIdle)
      #expect(world.starts.values.allSatisfy { $0 <= 3 })
      if !world.faults.isEmpty { return }
    }
  }
}
