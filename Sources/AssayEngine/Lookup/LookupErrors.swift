internal import AssayQuality
internal import Synchronization

/// Counts the distinct keys whose look-up broke, in the order of rows, and says when there are too many.
final class LookupErrors: Sendable {
  /// What came of a key.
  struct Outcome: Sendable {
    var key: LookupKey
    var isError: Bool
    var reason: LookupReason?

    init(_ key: LookupKey, _ answer: LookupAnswer) {
      self.key = key
      isError = answer.status == .error
      reason = answer.reason
    }
  }

  private struct State {
    var keys = 0
    var errors = 0
    /// How often each reason came, in the order of the first.
    var reasons: [(text: String, count: Int, first: LookupKey, kind: String)] = []
    var places: [String: Int] = [:]
  }

  private let maximum: Amount?
  /// Whether keys hold values of private columns: then no key and no address is told.
  private let hidesKeys: Bool
  private let state = Mutex(State())

  /// A share is judged over so many keys at the least while more may come.
  private static let fewest = 1000
  /// Reasons that are told apart.
  private static let mostReasons = 20

  init(maximum: Amount?, hidesKeys: Bool = false) {
    self.maximum = maximum
    self.hidesKeys = hidesKeys
  }

  /// Notes the keys that a batch was the first to ask for. Throws `RunFailure` once too many have broken.
  func note(_ outcomes: [Outcome]) throws {
    let (keys, errors) = state.withLock { state in
      for outcome in outcomes {
        state.keys += 1
        guard outcome.isError else { continue }
        state.errors += 1
        let reason = outcome.reason ?? LookupReason("the provider's answer could not be used")
        if let place = state.places[reason.kind] {
          state.reasons[place].count += 1
        } else if state.reasons.count < Self.mostReasons {
          state.places[reason.kind] = state.reasons.count
          state.reasons.append((hidesKeys ? reason.kind : reason.text, 1, outcome.key, reason.kind))
        }
      }
      return (state.keys, state.errors)
    }
    try judge(errors, of: max(keys, Self.fewest))
  }

  /// Judges all keys, and says why some broke.
  func finish(_ context: NodeContext) throws {
    let state = state.withLock { $0 }
    for reason in state.reasons {
      let count = reason.count == 1 ? "" : " (\(reason.count) keys)"
      let key = hidesKeys ? Sampling.mask : reason.first.parts.joined(separator: ", ")
      context.warn("the look-up of '\(key)' broke\(count): \(reason.text)")
    }
    try judge(state.errors, of: state.keys)
  }

  private func judge(_ errors: Int, of keys: Int) throws {
    guard errors > 0, let maximum else { return }
    let limit =
      switch maximum {
      case .count(let count): Double(count)
      case .share(let share): share * Double(keys)
      }
    guard Double(errors) > limit else { return }
    let state = state.withLock { $0 }
    let worst = state.reasons.max { $0.count < $1.count }
    let shown = Amount.display(maximum) ?? ""
    throw RunFailure(
      "\(errors) of \(state.keys) look-ups broke, more than max_errors (\(shown)) allows"
        + (worst.map { "; most of them: \($0.text)" } ?? ""))
  }
}
