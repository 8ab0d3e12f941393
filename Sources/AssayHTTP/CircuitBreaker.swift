/// Leaves an API alone that fails again and again. A pure state machine.
///
/// Closed, it lets everything through and counts failures in a row. After enough of them it opens for the cool-down; then
/// one request, the probe, is let through. Any success closes it; a probe that fails opens it for twice as long, five
/// minutes at the most.
///
/// The first time it opens, the API may only have had a bad moment: requests wait for the probe. Once a probe has failed
/// the API counts as down, and whatever comes while the breaker is open is refused at once.
package struct CircuitBreaker: Sendable, Hashable {
  package struct Settings: Sendable, Hashable {
    /// Failures in a row that open it. At least 1.
    package var failures: Int
    /// How long it stays open the first time.
    package var coolDown: Duration

    package init(failures: Int = 20, coolDown: Duration = .seconds(30)) {
      precondition(failures >= 1, "a breaker counts at least one failure")
      self.failures = failures
      self.coolDown = coolDown
    }
  }

  /// What a request that asks is told.
  package enum Verdict: Sendable, Hashable {
    case pass
    /// It may be the probe.
    case probe
    /// Until then, or until the probe has ended.
    case wait(Duration?)
    /// The API is down, and asked again at that moment.
    case refuse(Duration)
  }

  private enum State: Sendable, Hashable {
    case closed(failures: Int)
    case open(until: Duration)
    case probing(UInt64)
  }

  /// The longest that a cool-down becomes by itself.
  static let longestCoolDown = Duration.seconds(300)

  package let settings: Settings
  private var state = State.closed(failures: 0)
  /// Of the time that it is, or will be, open.
  private var coolDown: Duration
  /// Whether a probe has failed since it was closed.
  private var isDown = false

  /// A closed breaker.
  package init(_ settings: Settings) {
    self.settings = settings
    coolDown = settings.coolDown
  }

  var isClosed: Bool { if case .closed = state { true } else { false } }

  /// What a request is told that wants to go now. Changes nothing. O(1).
  package func verdict(at now: Duration) -> Verdict {
    switch state {
    case .closed: .pass
    case .probing: .wait(nil)
    case .open(let until): now >= until ? .probe : isDown ? .refuse(until) : .wait(until)
    }
  }

  /// The request with this ticket goes: the probe, where it was told so.
  package mutating func goes(_ ticket: UInt64, at now: Duration) {
    if verdict(at: now) == .probe { state = .probing(ticket) }
  }

  /// The API answered: it is alive, whichever request it was.
  package mutating func succeeded() {
    if state == .closed(failures: 0) { return }
    state = .closed(failures: 0)
    coolDown = settings.coolDown
    isDown = false
  }

  /// A request failed in a way that may pass.
  package mutating func failed(_ ticket: UInt64, at now: Duration) {
    switch state {
    case .closed(let failures) where failures + 1 < settings.failures: state = .closed(failures: failures + 1)
    case .closed: state = .open(until: now + coolDown)
    case .probing(ticket):
      isDown = true
      coolDown = min(coolDown * 2, max(Self.longestCoolDown, settings.coolDown))
      state = .open(until: now + coolDown)
    // Sent before it opened: nothing new.
    case .open, .probing: break
    }
  }

  /// A request ended in a way that tells nothing of the API: if it was the probe, the next one is.
  package mutating func ended(_ ticket: UInt64, at now: Duration) {
    if state == .probing(ticket) { state = .open(until: now) }
  }
}
