internal import AssayEngine
internal import AssayQuality

/// What came of requests, noted in the order of their rows however they end: which were refused or could not be sent, why,
/// and when there are too many.
struct SendOutcomes {
  enum Outcome {
    case taken
    /// `kind` is the same for all that were refused alike, `text` speaks of this request.
    case refused(kind: String, text: String, rows: [LeftOutRow])
  }

  private let maximum: Amount?
  private let progress: DeliveryProgress
  /// Things that were to be deleted and were not there.
  var gone = 0
  private var requests = 0
  private var refused = 0
  /// How often each reason came, in the order of the first.
  private var reasons: [(count: Int, first: String)] = []
  private var places: [String: Int] = [:]
  /// Those that ended before others in front of them.
  private var early: [Int: Outcome] = [:]
  private var nextPlace = 0

  /// A share is judged over so many requests at the least while more may come.
  private static let fewest = 1000
  /// Reasons that are told apart.
  private static let mostReasons = 20

  init(_ output: HTTPOutput, _ progress: DeliveryProgress) {
    maximum = output.maxErrors
    self.progress = progress
  }

  /// Notes what came of the request at a place, once all in front of it have been noted.
  /// - Throws: `RunFailure` once too many were refused.
  mutating func note(_ outcome: Outcome, at place: Int) throws(RunFailure) {
    early[place] = outcome
    while let outcome = early.removeValue(forKey: nextPlace) {
      nextPlace += 1
      try count(outcome)
    }
  }

  /// Notes those too in front of which a request broke.
  mutating func noteAll() throws(RunFailure) {
    let rest = early.sorted { $0.key < $1.key }
    early = [:]
    for (_, outcome) in rest { try count(outcome) }
  }

  private mutating func count(_ outcome: Outcome) throws(RunFailure) {
    requests += 1
    guard case .refused(let kind, let text, let rows) = outcome else { return }
    refused += 1
    progress.noteLeftOut(rows)
    if let place = places[kind] {
      reasons[place].count += 1
    } else if reasons.count < Self.mostReasons {
      places[kind] = reasons.count
      reasons.append((1, text))
    }
    try judge(of: max(requests, Self.fewest))
  }

  /// Judges all requests once there are no more.
  /// - Throws: `RunFailure` where too many were refused, or all of several: then it is not for their content.
  func finish() throws(RunFailure) {
    try judge(of: requests)
    guard refused > 1, refused == requests, let first = reasons.first else { return }
    throw RunFailure("all \(refused) requests were refused, so that it is hardly for what they hold: \(first.first)")
  }

  /// What is said of those that were left out.
  var warnings: [String] {
    reasons.map { reason in
      "\(reason.count == 1 ? "a request was" : "\(reason.count) requests were") left out: \(reason.first)"
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
