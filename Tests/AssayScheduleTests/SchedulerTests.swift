import AssaySchedule
import Testing

/// A slot every so many seconds.
struct EvenSlots: SlotSource {
  var every: Int
  var phase = 0

  func next(after seconds: Int) -> ZonedMoment? {
    ZonedMoment(seconds: (floorDivided(seconds - phase, by: every) + 1) * every + phase)
  }
}

@Suite struct SchedulerTests {
  private func job(
    _ id: String = "a", every: Int = 3600, overlap: SlotOverlap = .skip, catchUp: SlotCatchUp = .none,
    jitter: Int = 0, retry: SlotRetry = SlotRetry()
  ) -> ScheduledJob {
    ScheduledJob(
      id: id,
      schedules: [
        JobSchedule(
          slots: EvenSlots(every: every), jitter: jitter, overlap: overlap, catchUp: catchUp, catchUpWindow: 86_400,
          retry: retry)
      ])
  }

  private func started(_ actions: [Scheduler.Action]) -> [DueSlot] {
    actions.compactMap { if case .start(_, let due) = $0 { due } else { nil } }
  }

  private func runs(_ actions: [Scheduler.Action]) -> [Int] {
    actions.compactMap { if case .start(let run, _) = $0 { run } else { nil } }
  }

  private func missed(_ actions: [Scheduler.Action]) -> Int {
    actions.reduce(0) { sum, action in
      if case .missed(_, _, let count) = action { sum + count } else { sum }
    }
  }

  private func skipped(_ actions: [Scheduler.Action]) -> [Int] {
    actions.compactMap { if case .skip(let due, _) = $0 { due.slot.seconds } else { nil } }
  }

  @Test func `a job that was never seen begins with the slots that come`() {
    var scheduler = Scheduler(maxConcurrent: 2)
    #expect(scheduler.add(job(), decidedUntil: nil, now: 7200) == [])
    #expect(scheduler.nextWake == 10_800)
    #expect(scheduler.tick(10_799) == [])
    let actions = scheduler.tick(10_800)
    #expect(started(actions).map(\.slot.seconds) == [10_800])
    #expect(scheduler.tick(10_801) == [])
    #expect(scheduler.decidedUntil("a") == 10_800)
  }

  @Test(arguments: [
    (SlotCatchUp.none, [Int](), 3), (.latest, [10_800], 2), (.all, [3600, 7200, 10_800], 0),
  ])
  func `what was missed is caught up as the schedule says`(catchUp: SlotCatchUp, slots: [Int], count: Int) {
    var scheduler = Scheduler(maxConcurrent: 1)
    var actions = scheduler.add(job(catchUp: catchUp), decidedUntil: 0, now: 12_000)
    #expect(missed(actions) == count)
    var seen: [Int] = []
    while let run = runs(actions).first {
      seen += started(actions).map(\.slot.seconds)
      #expect(started(actions).allSatisfy { $0.reason == .catchUp })
      actions = scheduler.ended(run, .done, now: 12_000)
    }
    #expect(seen == slots)
    #expect(scheduler.decidedUntil("a") == 10_800)
  }

  @Test func `what was missed before the window is not caught up`() {
    var scheduler = Scheduler(maxConcurrent: 9)
    var actions = scheduler.add(job(catchUp: .all), decidedUntil: 0, now: 30 * 86_400 + 10)
    var seen = 0
    while let run = runs(actions).first {
      seen += started(actions).count
      actions = scheduler.ended(run, .done, now: 30 * 86_400 + 10)
    }
    #expect(seen == 24)
  }

  @Test func `a slot that comes during a run is skipped, or waits`() {
    for overlap in [SlotOverlap.skip, .queue] {
      var scheduler = Scheduler(maxConcurrent: 4)
      _ = scheduler.add(job(overlap: overlap), decidedUntil: nil, now: 0)
      let first = runs(scheduler.tick(3600))
      let second = scheduler.tick(7200)
      #expect(skipped(second) == (overlap == .skip ? [7200] : []))
      #expect(runs(second) == [])
      let after = scheduler.ended(first[0], .done, now: 7300)
      #expect(started(after).map(\.slot.seconds) == (overlap == .skip ? [] : [7200]))
    }
  }

  @Test func `two hundred jobs of one second start in order, no more at once than allowed`() {
    var scheduler = Scheduler(maxConcurrent: 3)
    for index in 0..<200 { _ = scheduler.add(job("j\(1000 + index)"), decidedUntil: nil, now: 0) }
    var open = scheduler.tick(3600)
    var order: [String] = []
    var active: [Int] = []
    while true {
      order += started(open).map(\.job)
      active += runs(open)
      #expect(active.count <= 3)
      guard let run = active.first else { break }
      active.removeFirst()
      open = scheduler.ended(run, .done, now: 3601)
    }
    #expect(order == (0..<200).map { "j\(1000 + $0)" })
    #expect(scheduler.isIdle)
  }

  @Test func `a run that broke is tried again after its wait, going on with the first`() {
    var scheduler = Scheduler(maxConcurrent: 1)
    let retry = SlotRetry(maxAttempts: 3, initial: 60, factor: 2, max: 100)
    _ = scheduler.add(job(retry: retry), decidedUntil: nil, now: 0)
    var actions = scheduler.tick(3600)
    var waits: [Int] = []
    var now = 3600
    for attempt in 2...3 {
      #expect(scheduler.ended(runs(actions)[0], .broke, now: now) == [])
      #expect(scheduler.decidedUntil("a") ?? 0 < 3600, "a slot that is to be tried again is not decided on")
      let wake = scheduler.nextWake ?? 0
      waits.append(wake - now)
      now = wake
      actions = scheduler.tick(now)
      #expect(started(actions).map(\.attempt) == [attempt])
      #expect(started(actions).allSatisfy { $0.resumes && $0.reason == .retry && $0.slot.seconds == 3600 })
    }
    #expect(waits == [60, 100])
    #expect(scheduler.ended(runs(actions)[0], .broke, now: now) == [])
    #expect(scheduler.nextWake == 7200)
  }

  @Test func `jitter delays a slot by the same amount each time, within its bounds`() {
    var delays: Set<Int> = []
    for index in 0..<50 {
      var wakes: Set<Int> = []
      for _ in 0..<2 {
        var scheduler = Scheduler(maxConcurrent: 1)
        _ = scheduler.add(job("j\(index)", jitter: 600), decidedUntil: nil, now: 0)
        wakes.insert(scheduler.nextWake ?? 0)
        let wake = scheduler.nextWake ?? 0
        #expect(started(scheduler.tick(wake)).map(\.slot.seconds) == [3600])
      }
      #expect(wakes.count == 1)
      #expect((3600...4200).contains(wakes.first ?? 0))
      delays.formUnion(wakes)
    }
    #expect(delays.count > 30, "jobs of one moment are spread")
  }

  @Test func `a clock that goes forward misses, one that goes back begins again from there`() {
    var scheduler = Scheduler(maxConcurrent: 1)
    _ = scheduler.add(job(), decidedUntil: nil, now: 0)
    #expect(missed(scheduler.tick(36_000 + 1800)) == 10)
    #expect(scheduler.tick(1800) == [])
    #expect(scheduler.nextWake == 3600)
    #expect(started(scheduler.tick(3600)).map(\.slot.seconds) == [3600])
  }

  @Test func `a step back of the clock within the grace repeats nothing`() {
    var scheduler = Scheduler(maxConcurrent: 1)
    _ = scheduler.add(job(), decidedUntil: nil, now: 0)
    let actions = scheduler.tick(3600)
    #expect(scheduler.ended(runs(actions)[0], .done, now: 3601) == [])
    #expect(scheduler.tick(3570) == [])
    #expect(scheduler.tick(3600) == [])
    #expect(scheduler.nextWake == 7200)
  }

  @Test func `a scheduler that drains starts nothing more, and what waits is not decided on`() {
    var scheduler = Scheduler(maxConcurrent: 1)
    for id in ["a", "b"] { _ = scheduler.add(job(id, overlap: .queue), decidedUntil: nil, now: 0) }
    let actions = scheduler.tick(3600)
    #expect(started(actions).map(\.job) == ["a"])
    scheduler.drain()
    #expect(scheduler.ended(runs(actions)[0], .done, now: 3700) == [])
    #expect(scheduler.isIdle)
    #expect(scheduler.decidedUntil("a") == 3600)
    #expect(scheduler.decidedUntil("b") == 3599)
  }

  @Test func `slots whose runs were killed are caught up, three times at the most`() {
    for (attempt, isTaken) in [(1, true), (2, true), (3, false)] {
      var scheduler = Scheduler(maxConcurrent: 1)
      let killed = DueSlot(
        job: "a", slot: ZonedMoment(seconds: 3600), variant: "", reason: .onTime, attempt: attempt)
      let actions = scheduler.add(job(catchUp: .latest), decidedUntil: 3600, unfinished: [killed], now: 4000)
      #expect(started(actions).map(\.attempt) == (isTaken ? [attempt + 1] : []))
      #expect(started(actions).allSatisfy { $0.resumes })
    }
  }

  @Test func `a changed file repeats no slot of the schedules that stay, and begins the others now`() {
    var scheduler = Scheduler(maxConcurrent: 9)
    let quick = JobSchedule(slots: EvenSlots(every: 60), overlap: .queue)
    let slow = JobSchedule(slots: EvenSlots(every: 3600, phase: 30), variant: "slow", jitter: 3000)
    _ = scheduler.add(ScheduledJob(id: "a", schedules: [quick, slow]), decidedUntil: nil, now: 0)
    var seen: [Int] = []
    for now in stride(from: 60, through: 600, by: 60) {
      let actions = scheduler.tick(now)
      seen += started(actions).filter { $0.variant.isEmpty }.map(\.slot.seconds)
      for run in runs(actions) { seen += started(scheduler.ended(run, .done, now: now)).map(\.slot.seconds) }
    }
    let new = JobSchedule(slots: EvenSlots(every: 120), variant: "new")
    let actions = scheduler.add(ScheduledJob(id: "a", schedules: [new, quick]), decidedUntil: nil, now: 601)
    #expect(actions == [])
    #expect(seen == Array(stride(from: 60, through: 600, by: 60)))
    #expect(scheduler.nextWake == 660)
  }

  @Test func `a run that goes on from before is in the way of the next, as its own would be`() {
    var scheduler = Scheduler(maxConcurrent: 1)
    let old = DueSlot(job: "a", slot: ZonedMoment(seconds: 3600), reason: .onTime)
    #expect(scheduler.add(job(), decidedUntil: 3600, adopting: old, now: 3700) == [])
    #expect(scheduler.add(job(), decidedUntil: 3600, adopting: old, now: 3700) == [])
    #expect(Array(scheduler.running.values) == [old])
    #expect(skipped(scheduler.tick(7200)) == [7200])
    #expect(scheduler.ended(scheduler.running.keys.first ?? 0, .done, now: 7300) == [])
    #expect(started(scheduler.tick(10_800)).map(\.slot.seconds) == [10_800])
  }

  @Test func `a slot that waited to be tried again before the last end is tried again`() {
    var scheduler = Scheduler(maxConcurrent: 1)
    let old = DueSlot(job: "a", slot: ZonedMoment(seconds: 3600), reason: .onTime)
    #expect(scheduler.add(job(), decidedUntil: 3600, retrying: (old, 4000), now: 3700) == [])
    #expect(scheduler.tick(3999) == [])
    let again = started(scheduler.tick(4000))
    #expect(again.map(\.slot.seconds) == [3600])
    #expect(again.map(\.attempt) == [2])
    #expect(again.map(\.reason) == [.retry])
  }

  @Test func `a slot that could not be claimed leaves its place to others, and is tried again`() {
    var scheduler = Scheduler(maxConcurrent: 1)
    let actions = scheduler.add(job(), decidedUntil: 3500, now: 3610)
    #expect(started(actions).map(\.slot.seconds) == [3600])
    let run = scheduler.running.keys.first ?? 0
    #expect(scheduler.ended(run, .unclaimed, now: 3611) == [])
    #expect(scheduler.isIdle)
    #expect(scheduler.decidedUntil("a") == 3599)
    let again = started(scheduler.tick(3621))
    #expect(again.map(\.slot.seconds) == [3600])
    #expect(again.map(\.attempt) == [1])
    #expect(scheduler.decidedUntil("a") == 3600)
  }
}
