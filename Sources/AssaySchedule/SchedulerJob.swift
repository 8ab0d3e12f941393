/// The moments at which something is to run.
package protocol SlotSource: Sendable {
  /// The first slot after a moment, in seconds since 1970-01-01T00:00:00Z; nil where none follows.
  func next(after seconds: Int) -> ZonedMoment?
}

/// What happens when a slot comes while the job is still going.
package enum SlotOverlap: Sendable, Hashable {
  case skip, queue
}

/// Which missed slots are run.
package enum SlotCatchUp: Sendable, Hashable {
  case none, latest, all
}

/// When a slot whose run broke is tried again.
package struct SlotRetry: Sendable, Hashable {
  /// Runs of a slot, the first among them; at least 1.
  package var maxAttempts: Int
  /// Seconds before the second attempt.
  package var initial: Double
  /// What each wait is multiplied with for the next; at least 1.
  package var factor: Double
  /// The longest wait, in seconds.
  package var max: Double

  package init(maxAttempts: Int = 1, initial: Double = 60, factor: Double = 2, max: Double = 3600) {
    self.maxAttempts = maxAttempts
    self.initial = initial
    self.factor = factor
    self.max = max
  }

  /// Seconds between an attempt, from 1, and the next; nil where none follows.
  package func wait(after attempt: Int) -> Int? {
    guard attempt < maxAttempts else { return nil }
    var wait = initial
    for _ in 1..<Swift.max(1, attempt) where wait < max { wait *= factor }
    return Int(min(wait, max).rounded(.up))
  }
}

/// One schedule of a job.
package struct JobSchedule: Sendable {
  package var slots: any SlotSource
  /// Tells runs apart that are called differently: the params as JSON, or empty.
  package var variant: String
  /// A run starts up to so many seconds later.
  package var jitter: Int
  package var overlap: SlotOverlap
  package var catchUp: SlotCatchUp
  /// Seconds; what was missed longer ago is not caught up.
  package var catchUpWindow: Int
  package var retry: SlotRetry

  package init(
    slots: any SlotSource, variant: String = "", jitter: Int = 0, overlap: SlotOverlap = .skip,
    catchUp: SlotCatchUp = .none, catchUpWindow: Int = 7 * 86_400, retry: SlotRetry = SlotRetry()
  ) {
    self.slots = slots
    self.variant = variant
    self.jitter = jitter
    self.overlap = overlap
    self.catchUp = catchUp
    self.catchUpWindow = catchUpWindow
    self.retry = retry
  }

  /// How many seconds later than the slot its run starts: 0 to `jitter`, the same whenever it is asked for, so that a
  /// scheduler which starts again waits for the same moment (FNV-1a over job and slot).
  func delay(of slot: Int, job: String) -> Int {
    if jitter <= 0 { return 0 }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in job.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    for shift in stride(from: 0, to: 64, by: 8) {
      hash = (hash ^ (UInt64(bitPattern: Int64(slot)) >> UInt64(shift) & 0xff)) &* 0x0000_0100_0000_01b3
    }
    hash ^= hash >> 32
    return Int(hash % UInt64(jitter + 1))
  }
}

/// Something that is run by schedules, one run at a time.
package struct ScheduledJob: Sendable {
  /// Unique among the scheduler's jobs, and the same in every process.
  package var id: String
  package var schedules: [JobSchedule]

  package init(id: String, schedules: [JobSchedule]) {
    self.id = id
    self.schedules = schedules
  }
}

/// A slot that is to be run, or is.
package struct DueSlot: Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    /// It came in its time.
    case onTime
    /// It was missed.
    case catchUp
    /// Its run broke.
    case retry
  }

  package var job: String
  package var slot: ZonedMoment
  package var variant: String
  package var reason: Reason
  /// From 1.
  package var attempt = 1
  /// Whether its earlier run is gone on with.
  package var resumes = false

  package init(
    job: String, slot: ZonedMoment, variant: String = "", reason: Reason, attempt: Int = 1, resumes: Bool = false
  ) {
    self.job = job
    self.slot = slot
    self.variant = variant
    self.reason = reason
    self.attempt = attempt
    self.resumes = resumes
  }
}

/// How the run of a slot came to its end.
package enum SlotEnding: Sendable, Hashable {
  /// By itself, whatever it found.
  case done
  /// It broke, so that another attempt makes sense.
  case broke
  /// It was stopped from outside.
  case stopped
  /// It never began, since the slot is somebody else's.
  case refused
  /// Nobody has the slot: it is tried again in a moment.
  case unclaimed
}
