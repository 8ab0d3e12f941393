/// Work that is timed, with what it is measured by.
struct Kernel {
  var name: String
  /// Bytes that one run goes through; 0 where bytes say nothing.
  var bytes: Int
  /// What one run goes through: `100000 rows`.
  var items: Int
  var unit: String
  /// One run. What it returns is what the work found, the same each time.
  var run: () throws -> Int

  /// The least time of some rounds, at least three, as a line.
  func measured(rounds: Int) throws -> String {
    let clock = ContinuousClock()
    var least = Duration.seconds(1_000_000)
    var outcome: Int?
    for _ in 0..<max(rounds, 3) {
      let start = clock.now
      let found = try run()
      least = min(least, clock.now - start)
      // A kernel that does not find the same twice is not timed but wrong.
      if let outcome, outcome != found { throw Unusable(reason: "\(name) found \(outcome), then \(found)") }
      outcome = found
    }
    let seconds = least / .seconds(1)
    let speed = bytes == 0 ? "–" : "\(Int((Double(bytes) / seconds / 1e6).rounded()))"
    let each = (seconds * 1e10 / Double(items)).rounded() / 10
    return "\(name)\t\(items) \(unit)\t\(speed)\t\(each)"
  }
}
