internal import AssayEngine
internal import AssayQuality

/// Counts requests that were refused or could not be sent, and says when there are too many.
struct SendRefusals {
  private let maximum: Amount?
  private(set) var requests = 0
  private(set) var refused = 0
  /// How often each reason came, in the order of the first.
  private var reasons: [(kind: String, count: Int, first: String)] = []
  private var places: [String: Int] = [:]

  /// A share is judged over so many requests at the least while more may come.
  private static let fewest = 1000
  /// Reasons that are told apart.
  private static let mostReasons = 20

  init(maximum: Amount?) { self.maximum = maximum }

  /// Notes a request that was taken.
  mutating func noteTaken() { requests += 1 }

  /// Notes one that was not; `kind` is the same for all that were refused alike.
  /// - Throws: `RunFailure` once there are too many.
  mutating func noteRefused(kind: String, text: String) throws(RunFailure) {
    requests += 1
    refused += 1
    if let place = places[kind] {
      reasons[place].count += 1
    } else if reasons.count < Self.mostReasons {
      places[kind] = reasons.count
      reasons.append((kind, 1, text))
    }
    try judge(of: max(requests, Self.fewest))
  }

  /// Judges all requests once there are no more.
  /// - Throws: `RunFailure` where there are too many, or all of several: then it is not their content.
  func finish() throws(RunFailure) {
    try judge(of: requests)
    guard refused > 1, refused == requests, let first = reasons.first else { return }
    throw RunFailure("all \(refused) requests were refused, so that it is hardly for what they hold: \(first.first)")
  }

  /// What is said of those that were left out.
  var warnings: [String] {
    reasons.map { reason in
      let count = reason.count == 1 ? "a request was" : "\(reason.count) requests were"
      return "\(count) left out: \(reason.first)"
    }
  }

  private func judge(of requests: Int) throws(RunFailure) {
    guard refused > 0, let maximum else { return }
    let limit =
      switch maximum {
      case .count(let count): Double(count)
      case .share(let share): share * Double(requests)
      }
    guard Double(refused) > limit else { return }
    let worst = reasons.max { $0.count < $1.count }
    throw RunFailure(
      "\(refused) of \(self.requests) requests were refused, more than max_errors (\(Amount.display(maximum) ?? "")) allows"
        + (worst.map { "; most of them: \($0.first)" } ?? ""))
  }
}
