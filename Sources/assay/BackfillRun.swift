internal import AssayComponents
internal import AssayEngine
internal import AssaySchedule
internal import AssayService
internal import AssayStore
internal import Glibc
internal import Synchronization

/// Does the runs of a backfill, each a process of its own, in the order of their moments.
final class BackfillRun: Sendable {
  private let call: BackfillCommand
  private let text: String
  private let store: Store
  private let arguments: [String]
  private let children = ChildProcesses()
  private let state = Mutex(State())

  private struct State {
    /// The signal that asked for the end.
    var signal: Int32?
    var running: Set<Int32> = []
  }

  /// - Parameters:
  ///   - text: The pipeline file's text: all runs are of the same, whatever becomes of the file meanwhile.
  ///   - arguments: What every run is told.
  init(call: BackfillCommand, text: String, store: Store, arguments: [String]) {
    self.call = call
    self.text = text
    self.store = store
    self.arguments = arguments
  }

  /// Runs what is wanted, tells what came of it, and returns the exit code of the worst.
  func run(_ items: [BackfillItem]) async throws -> Int32 {
    let signals = SignalWatch { [self] number in stop(number) }
    defer { signals.stop() }
    var items = items
    let wanted = items.indices.filter { items[$0].isWanted }
    var next = wanted[...]
    var mustStop = false
    await withTaskGroup(of: (Int, BackfillItem).self) { group in
      var running = 0
      while true {
        while running < call.concurrency, !mustStop, !isStopped, let index = next.popFirst() {
          let item = items[index]
          group.addTask { (index, await self.run(item)) }
          running += 1
        }
        guard running > 0, let (index, item) = await group.next() else { break }
        running -= 1
        items[index] = item
        if call.failFast, item.exitCode != 0 { mustStop = true }
        tell(item)
      }
    }
    let list = BackfillList(items)
    if call.json { try Terminal.outputOrFail(list.jsonLines, "the list of moments") }
    if !call.quiet { Terminal.write(list.summary(.standardError()), to: STDERR_FILENO) }
    if let signal = state.withLock({ $0.signal }) { return 128 + signal }
    return Self.worst(items.compactMap(\.exitCode))
  }

  private var isStopped: Bool { state.withLock { $0.signal != nil } }

  private func stop(_ number: Int32) {
    let running = state.withLock { state in
      state.signal = number
      return state.running
    }
    for pid in running { children.signal(pid, SIGTERM) }
  }

  /// Runs one moment to its end.
  private func run(_ item: BackfillItem) async -> BackfillItem {
    var item = item
    let id = PipelineRun.newID()
    var words = ["run", call.pipeline.file, "--at", item.moment.text, "--run-id", id] + arguments
    if case .goOn(let broken) = item.decision { words += ["--go-on-with", broken] }
    let ended: EndedChild
    do {
      ended = try await child(words)
    } catch {
      item.exitCode = 3
      item.problem = "\(error)"
      return item
    }
    switch ended.ending {
    case .exited(let code): item.exitCode = Int32(code)
    case .killed: item.exitCode = 3
    }
    // A run that was killed is known as broken only once somebody has looked.
    try? await store.settleDeadRuns()
    item.run = try? await store.run(id)
    if item.run == nil {
      let lines = ended.errors.split(separator: "\n").map(String.init)
      item.problem = lines.first ?? "the run ended before it began, with exit code \(item.exitCode ?? 3)"
    }
    return item
  }

  private func child(_ words: [String]) async throws -> EndedChild {
    try await withCheckedThrowingContinuation { continuation in
      do {
        let pid = try children.start(words, input: text) { [self] ended in
          state.withLock { _ = $0.running.remove(ended.pid) }
          continuation.resume(returning: ended)
        }
        let isLate = state.withLock { state in
          state.running.insert(pid)
          return state.signal != nil
        }
        // The signal came while the child was being started.
        if isLate { children.signal(pid, SIGTERM) }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private func tell(_ item: BackfillItem) {
    if call.quiet, item.exitCode == 0 { return }
    Terminal.error(BackfillList.line(item, .standardError()))
  }

  /// The gravest of exit codes: interrupted, broken, refused, out of a budget, failed.
  private static func worst(_ codes: [Int32]) -> Int32 {
    for code: Int32 in [130, 143, 3, 2, 4, 1] where codes.contains(code) { return code }
    return codes.first { $0 != 0 } ?? 0
  }
}
