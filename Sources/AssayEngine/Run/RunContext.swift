internal import AssayDefinition
package import AssayHTTP
internal import Synchronization

/// What every node of a run shares. Components reach HTTP and workers through it alone.
package final class RunContext: Sendable {
  package let runID: String
  /// The folder that relative paths start at: the pipeline file's.
  package let directory: String
  package let workers: Workers
  package let mask: SecretMask
  package let clients: APIClients
  /// The most bytes that one set of kept rows, or the exact measures of one dataset, hold before they go to a temporary
  /// file.
  package let memoryShare: Int
  package let clock: RunClock
  /// Answers that are kept in the store; nil for a run without one.
  package let answers: AnswerBook?
  /// The part of the pipeline that is run; nil for all of it.
  package let part: RunPart?
  /// Where incremental sources begin, and how far they have come.
  package let cursors: SourceCursors
  /// Where exchanges are recorded, or answered from.
  let tape: (any ExchangeTape)?
  /// Whether exchanges are recorded, or answered from a recording: then bodies are in memory.
  package var hasTape: Bool { tape != nil }
  /// Whether answers come from a recording.
  var replays: Bool { tape is ReplayTape }
  /// The files that sources bring.
  package let files: RunFiles
  package let events: @Sendable (RunEvent) -> Void
  /// How long a node that is told to stop is waited for.
  let patience: Duration
  private let memo = SharedAnswers()

  package init(
    runID: String, directory: String, workers: Workers, mask: SecretMask, clients: APIClients, memoryShare: Int,
    clock: RunClock = RunClock(), answers: AnswerBook? = nil, tape: (any ExchangeTape)? = nil, part: RunPart? = nil,
    cursors: SourceCursors = SourceCursors(), files: RunFiles? = nil,
    patience: Duration = stoppingPatience, events: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.runID = runID
    self.directory = directory
    self.workers = workers
    self.mask = mask
    self.clients = clients
    self.memoryShare = memoryShare
    self.clock = clock
    self.answers = answers
    self.tape = tape
    self.part = part
    self.cursors = cursors
    self.files = files ?? RunFiles(store: nil, runID: runID) { _ in }
    self.patience = patience
    self.events = events
  }

  /// A path of the file as it is opened: relative ones start at the pipeline file.
  package func path(_ written: String) -> String {
    written.hasPrefix("/") || directory.isEmpty ? written : "\(directory)/\(written)"
  }

  /// A value that the whole run makes once: whoever asks while it is being made waits for it. An error is not kept.
  package func once<Value: Sendable>(
    _ key: String, _ make: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await memo.value(key, make)
  }
}

/// What a node needs of its run, and where it says what it does.
package struct NodeContext: Sendable {
  /// The dataset, or the output's place.
  package let name: String
  package let run: RunContext
  package let counters: NodeCounters
  /// A client whose next request is paid for; what `client` returns, where it is set.
  var paid: APIClient?

  package init(name: String, run: RunContext, counters: NodeCounters) {
    self.name = name
    self.run = run
    self.counters = counters
  }

  /// Says something odd that does not end the run. Masked, and kept for the report.
  package func warn(_ message: String) { counters.warn(run.mask.apply(to: message)) }

  /// Says what only the end of the run can tell, such as how often something came. Masked. The same name again changes
  /// nothing.
  package func warnLate(_ name: String, _ lines: @escaping @Sendable () -> [String]) {
    counters.warnLate(name) { [mask = run.mask] in lines().map { mask.apply(to: $0) } }
  }

  /// The client for an entry under `apis`, or for a provider's own address where the file names none.
  ///
  /// A named entry without `base_url` takes the provider's. Throws `RunFailure` for an address that cannot be used.
  /// - Parameter answers: What the node itself says of answers; it comes before what the API says.
  package func client(
    _ api: APIName?, provider: ProviderDefaults? = nil, answers: AnswerDeclaration = AnswerDeclaration()
  ) throws(RunFailure) -> APIClient {
    if let paid { return paid }
    var client = try run.clients.client(api?.name, provider: provider)
    client.counters = counters.sent
    client.tape = run.tape
    client.user = name
    client.answers = answers.before(run.clients.answers(of: api?.name)).rules(run.workers, mask: run.mask)
    return client
  }
}

extension NodeContext {
  /// The answer to a request of a source: from the broken run that this one goes on with, or sent for, judged and kept.
  package func page(
    _ request: HTTPRequest, over client: APIClient, expecting expectation: BodyExpectation
  ) async throws -> HTTPExchange {
    guard let answers = run.answers else { return try await client.send(request, expecting: expectation) }
    let page = try await answers.page(request, source: name) {
      try await client.send(request, expecting: expectation)
    }
    if page.isKept { counters.add(cacheHits: 1) }
    return page.exchange
  }
}

/// Values that are made once. Making one goes on as long as somebody waits for it.
private actor SharedAnswers {
  private struct Entry {
    var number: Int
    var task: Task<any Sendable, any Error>
    var waiters = 0
  }

  private var entries: [String: Entry] = [:]
  private var count = 0

  func value<Value: Sendable>(
    _ key: String, _ make: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let entry = join(key) { try await make() }
    do {
      let made = try await withTaskCancellationHandler {
        try await entry.task.value
      } onCancel: {
        Task { await self.leave(key, entry.number) }
      }
      try Task.checkCancellation()
      guard let value = made as? Value else { throw RunFailure("'\(key)' was made with two types") }
      return value
    } catch {
      // An error is not kept, so that whoever comes next may try again.
      if entries[key]?.number == entry.number { entries[key] = nil }
      throw Task.isCancelled ? CancellationError() : error
    }
  }

  private func join(_ key: String, _ make: @escaping @Sendable () async throws -> any Sendable) -> Entry {
    if entries[key] == nil {
      count += 1
      entries[key] = Entry(number: count, task: Task { try await make() })
    }
    entries[key]?.waiters += 1
    return entries[key] ?? Entry(number: 0, task: Task { try await make() })
  }

  /// A waiter was told to stop; the last one takes the task with it.
  private func leave(_ key: String, _ number: Int) {
    guard var entry = entries[key], entry.number == number else { return }
    entry.waiters -= 1
    if entry.waiters == 0 { entry.task.cancel() }
    entries[key] = entry
  }
}
