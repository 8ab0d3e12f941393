internal import AssayDefinition
internal import AssayHTTP
internal import AssayStore
internal import Synchronization

/// Keeps what is sent to APIs with a budget in the store, day by day, while the run goes on: what a run that dies has sent
/// counts all the same. Several requests are one write, so that sending does not wait for it.
final class UsageLedger: Sendable {
  private struct Entry: Hashable {
    var api: String
    /// Since 1970-01-01, UTC.
    var day: Int64
  }

  private struct State {
    /// Sent, and not yet in the store.
    var waiting: [Entry: RequestBudget.Usage] = [:]
    /// Written by this run.
    var written: [Entry: RequestBudget.Usage] = [:]
    var budgets: [String: [RequestBudget]] = [:]
    var failure: StoreFailure?
    var writer: Task<Void, Never>?
  }

  /// From one write to the next. A process that is killed forgets what it has sent in that time at the most.
  private static let pause = Duration.milliseconds(100)

  private let store: Store?
  private let signals: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation
  private let state = Mutex(State())

  init(_ store: Store?) {
    self.store = store
    (signals, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// The budgets of those APIs that have one, by their names, with what the store knows of today.
  func budgets(
    of apis: [(name: String, declaration: APIDeclaration)], mask: SecretMask
  ) async throws(StoreFailure) -> [String: RequestBudget] {
    var budgets: [String: RequestBudget] = [:]
    for (name, declaration) in apis {
      guard let limits = declaration.budget else { continue }
      let key = declaration.baseURL.map { "\(mask.apply(to: $0)) \(name)" } ?? name
      let today = SystemClock().unixTime / 86_400
      var used = RequestBudget.Usage()
      if let store { used = RequestBudget.Usage(try await store.usage(of: key, on: dayText(today))) }
      let budget = RequestBudget(
        api: name,
        limits: RequestBudget.Limits(
          requestsPerRun: limits.requestsPerRun, requestsPerDay: limits.requestsPerDay, costPerRun: limits.costPerRun,
          costPerDay: limits.costPerDay),
        usedToday: used, note: { [weak self] in self?.note(Entry(api: key, day: $0), $1) })
      budgets[name] = budget
      state.withLock { $0.budgets[key, default: []].append(budget) }
    }
    if let store, !budgets.isEmpty {
      let task = Task { [self] in await write(to: store) }
      state.withLock { $0.writer = task }
    }
    return budgets
  }

  private func note(_ entry: Entry, _ use: RequestBudget.Usage) {
    state.withLock { state in
      let before = state.waiting[entry] ?? RequestBudget.Usage()
      state.waiting[entry] = before + use
    }
    wake.yield()
  }

  /// Waits until all is written; returns why some is not.
  func finish() async -> StoreFailure? {
    wake.finish()
    let writer = state.withLock { $0.writer }
    // Ends its pause; what has begun to be written is written.
    writer?.cancel()
    await writer?.value
    if let store { await writeOnce(to: store) }
    return state.withLock { $0.waiting.isEmpty ? nil : $0.failure }
  }

  private func write(to store: Store) async {
    for await _ in signals {
      await writeOnce(to: store)
      try? await Task.sleep(for: Self.pause)
    }
  }

  private func writeOnce(to store: Store) async {
    let batch = state.withLock { state in
      defer { state.waiting = [:] }
      return state.waiting.sorted { ($0.key.api, $0.key.day) < ($1.key.api, $1.key.day) }
    }
    if batch.isEmpty { return }
    do throws(StoreFailure) {
      let sums = try await store.addUsage(
        batch.map {
          APIUsage(api: $0.key.api, day: dayText($0.key.day), requests: $0.value.requests, cost: $0.value.cost)
        })
      for ((entry, use), sum) in zip(batch, sums) { learn(entry, use, RequestBudget.Usage(sum)) }
    } catch {
      // Kept for the next time: a lock passes.
      state.withLock { state in
        for (entry, use) in batch { state.waiting[entry] = (state.waiting[entry] ?? RequestBudget.Usage()) + use }
        state.failure = state.failure ?? error
      }
    }
  }

  /// Tells the API's budgets what others have sent: all that the store has, less what this run has written.
  private func learn(_ entry: Entry, _ use: RequestBudget.Usage, _ sum: RequestBudget.Usage) {
    let (others, budgets) = state.withLock { state in
      let written = (state.written[entry] ?? RequestBudget.Usage()) + use
      state.written[entry] = written
      return (sum - written, state.budgets[entry.api] ?? [])
    }
    for budget in budgets { budget.learn(others: others, on: entry.day) }
  }
}

extension RequestBudget.Usage {
  fileprivate init(_ usage: APIUsage) { self.init(requests: usage.requests, cost: usage.cost) }
}

/// A day as the store has it: `2026-11-24`.
private func dayText(_ day: Int64) -> String { dateText(day: Int(day)) }
