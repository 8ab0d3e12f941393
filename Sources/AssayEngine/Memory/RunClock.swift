package import AssayStore

/// The time of a run: that of the machine, or the one moment that a replay stands still at.
package struct RunClock: Sendable, Hashable {
  /// The moment that the run takes for its start: what `${run:date}` and ages are counted from.
  package var startedAt: StoreTime
  /// Whether time stands still, as in a replay: then durations are zero too.
  package var isFrozen: Bool

  /// A clock that goes on from now, or stands still at a moment.
  package init(startedAt: StoreTime = .now, isFrozen: Bool = false) {
    self.startedAt = startedAt
    self.isFrozen = isFrozen
  }

  package var now: StoreTime { isFrozen ? startedAt : .now }

  /// What a length of time counts as: nothing where time stands still.
  package func length(_ duration: Duration) -> Duration { isFrozen ? .zero : duration }
}
