/// Runs jobs concurrently, at most `width` at once, and hands their results over in the order of their inputs.
///
/// This is the one primitive of concurrency within a node: chunks of a file, pages, batches of look-ups. A result is
/// handed over as soon as those before it have been, also while the next input is still awaited. Results that wait for
/// an earlier one count towards the width, so memory is bounded.
/// - Parameters:
///   - next: The next input, or nil at the end. One call at a time.
///   - job: Runs on any task.
///   - deliver: Takes a result. Called on the caller's task, in the order of the inputs.
package func orderedWindow<Input: Sendable, Output: Sendable>(
  width: Int,
  next: @escaping @Sendable () async throws -> Input?,
  job: @escaping @Sendable (Input) async throws -> Output,
  deliver: (Output) async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: WindowEvent<Input, Output>.self) { group in
    var started = 0
    var delivered = 0
    var waiting: [Int: Output] = [:]
    var isAwaitingInput = false
    var ended = false
    while true {
      if !ended, !isAwaitingInput, started - delivered < max(1, width) {
        isAwaitingInput = true
        group.addTask { .input(try await next()) }
      }
      guard let event = try await group.next() else { return }
      switch event {
      case .input(let input):
        isAwaitingInput = false
        guard let input else {
          ended = true
          continue
        }
        let index = started
        started += 1
        group.addTask { .output(index, try await job(input)) }
      case .output(let index, let output):
        waiting[index] = output
        while let output = waiting.removeValue(forKey: delivered) {
          try await deliver(output)
          delivered += 1
        }
      }
    }
  }
}

/// What a window waits for: an input (nil at the end), or the result of a job with its place.
private enum WindowEvent<Input: Sendable, Output: Sendable>: Sendable {
  case input(Input?)
  case output(Int, Output)
}
