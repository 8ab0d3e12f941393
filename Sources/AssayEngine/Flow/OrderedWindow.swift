/// Runs jobs concurrently, at most `width` at once, and hands their results over in the order of their inputs.
///
/// This is the one primitive of concurrency within a node: chunks of a file, pages, batches of look-ups. Results that
/// wait for an earlier one count towards the width, so memory is bounded.
/// - Parameters:
///   - next: The next input, or nil at the end. Called on the caller's task, one call at a time.
///   - job: Runs on any task.
///   - deliver: Takes a result. Called on the caller's task, in the order of the inputs.
package func orderedWindow<Input: Sendable, Output: Sendable>(
  width: Int,
  next: () async throws -> Input?,
  job: @escaping @Sendable (Input) async throws -> Output,
  deliver: (Output) async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: (Int, Output).self) { group in
    var started = 0
    var delivered = 0
    var waiting: [Int: Output] = [:]
    var ended = false
    while true {
      while !ended, started - delivered < max(1, width) {
        guard let input = try await next() else {
          ended = true
          break
        }
        let index = started
        started += 1
        group.addTask { (index, try await job(input)) }
      }
      if delivered == started, ended { return }
      if let (index, output) = try await group.next() { waiting[index] = output }
      while let output = waiting.removeValue(forKey: delivered) {
        try await deliver(output)
        delivered += 1
      }
    }
  }
}
