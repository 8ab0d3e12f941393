package import AssaySchedule
package import AssayStore

/// The time of a run: that of the machine, or the one moment that a replay stands still at.
package struct RunClock: Sendable, Hashable {
  /// The moment that the run takes for its start: what `${run:date}` and ages are counted from.
  package var startedAt: StoreTime
  /// Whether time stands still, as in a replay: then durations are zero too.
  package var isFrozen: Bool

  /// The moment that the run stands for, with the offset of its schedule's time zone; nil for a run of now.
  package var slot: ZonedMoment?

  /// A clock that goes on from now, or stands still at a moment.
  package init(startedAt: StoreTime = .now, isFrozen: Bool = false) {
    self.startedAt = startedAt
    self.isFrozen = isFrozen
  }

  /// A clock that goes on, for a run that stands for a moment.
  package init(slot: ZonedMoment) {
    self.init(startedAt: StoreTime(milliseconds: Int64(slot.seconds) * 1000))
    self.slot = slot
  }

  /// The clock of a run that does again, or goes on with, what another did: it stands for the same moment.
  package init(of record: RunRecord) {
    self.init(startedAt: record.logicalTime)
    slot = record.slot.flatMap { ZonedMoment(text: $0) }
  }

  /// The logical date, counted from 1970-01-01: the slot's on its own clock, or the day of the start in UTC.
  package var day: Int { slot?.day ?? Int(startedAt.milliseconds / 86_400_000) }

  package var now: StoreTime { isFrozen ? startedAt : .now }

  /// What a length of time counts as: nothing where time stands still.
  package func length(_ duration: Duration) -> Duration { isFrozen ? .zero : duration }
}
