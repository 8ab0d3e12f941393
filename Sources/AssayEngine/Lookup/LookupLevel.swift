internal import AssayColumns
internal import AssayHTTP
internal import AssayStore
internal import Synchronization

/// One provider of a look-up step: finds what is known of keys, gathers the others into requests, and sends them.
final class LookupLevel: Sendable {
  private struct Gathering {
    /// Keys that no request holds yet, in the order of rows.
    var wanted: [WantedKey] = []
    /// The batch that brought the first of them.
    var since = 0
    /// Batches that have been through.
    var passed = 0
    /// How many there are in all, once that is known.
    var total: Int?
  }

  let lookup: any Lookup
  let names: AnswerNames?
  /// Batches find what is known, and reserve requests, in the order of rows.
  let turnstile = Turnstile()
  let queue = RequestQueue()
  /// Keys are gathered over so many batches at the most.
  let span: Int
  /// How many tasks send requests: more than may be under way, so that the next one is at hand while an answer is
  /// committed.
  let senders: Int
  private let step: String
  private let memory: LookupMemory?
  private let context: NodeContext
  private let gathering = Mutex(Gathering())
  private let failure: FirstFailure
  /// The provider's place among those of the step.
  private let place: Int

  /// Keys that wait for others are sent after so many batches.
  private static let usualSpan = 16
  private static let sendersPerRequest = 3

  init(_ lookup: any Lookup, place: Int, step: String, _ context: NodeContext, _ failure: FirstFailure) throws {
    self.lookup = lookup
    self.place = place
    self.step = step
    self.context = context
    self.failure = failure
    names = try AnswerNames(lookup, context)
    memory = LookupMemory(lookup, names, context)
    span = lookup.keysGathered > 1 ? Self.usualSpan : 1
    senders = Self.sendersPerRequest * (try lookup.client(context)?.gate.concurrency ?? Self.usualSpan)
  }

  /// What `STEP_provider` and the report call it.
  var provider: String { lookup.provider ?? names?.provider ?? step }

  /// Asks for keys of a batch, whose turn it is at this provider.
  /// - Returns: Where the answers come, and the keys that other runs are asking for.
  func enter(_ batch: Int, _ keys: [LookupKey]) async throws -> (answers: WantedAnswers, foreign: [WantedKey]) {
    let plans = context.run.part?.plans ?? false
    let answers = WantedAnswers(count: keys.count)
    // What needs nobody's answer is neither claimed nor paid for.
    var asked: [WantedKey] = []
    for (place, key) in keys.enumerated() {
      let wanted = WantedKey(key: key, answers: answers, place: place)
      if let known = lookup.knownAnswer(key, at: context.run.clock.startedAt) {
        wanted.settle(known)
      } else {
        asked.append(wanted)
      }
    }
    let wantedKeys = asked.map(\.key)
    let known =
      try await (plans ? memory?.peek(wantedKeys) : memory?.claim(wantedKeys))
      ?? [LookupMemory.Known](repeating: .unknown, count: asked.count)
    var unknown: [WantedKey] = []
    var foreign: [WantedKey] = []
    var remembered = 0
    for (wanted, known) in zip(asked, known) {
      switch known {
      case .remembered(let answer):
        remembered += 1
        wanted.settle(remembering: answer)
      case .unknown: unknown.append(wanted)
      case .foreign: foreign.append(wanted)
      }
    }
    note(keys: keys.count, remembered: remembered)
    try await gather(unknown, of: batch)
    return (answers, foreign)
  }

  private func note(keys: Int, remembered: Int) {
    guard context.run.part?.plans != true else {
      notePlan {
        $0.keys += keys
        $0.remembered += remembered
      }
      return
    }
    context.counters.add(cacheHits: remembered)
    context.counters.enrich { summary in
      summary.providers[place].keys += keys
      summary.providers[place].remembered += remembered
    }
  }

  /// Counts what it answered of a key.
  func count(_ answer: LookupAnswer) {
    context.counters.enrich { $0.providers[place].count(answer.status) }
  }

  /// Waits for answers that others are asking for; asks for those that they give up.
  /// - Parameter flush: Sends whatever is gathered: the others may wait for it in turn.
  func wait(others wanted: [WantedKey], flush: () async throws -> Void) async throws {
    guard let memory else { return }
    var open = wanted
    while !open.isEmpty {
      try await flush()
      try await Task.sleep(for: .milliseconds(200))
      let known = try await memory.claim(open.map(\.key))
      var foreign: [WantedKey] = []
      var unknown: [WantedKey] = []
      for (wanted, known) in zip(open, known) {
        switch known {
        case .remembered(let answer):
          note(keys: 0, remembered: 1)
          wanted.settle(remembering: answer)
        case .unknown: unknown.append(wanted)
        case .foreign: foreign.append(wanted)
        }
      }
      try await send(unknown)
      open = foreign
    }
  }

  // MARK: Gathering

  /// Takes keys in, and makes requests once there are enough, or once they have waited for as many batches as may be.
  ///
  /// When requests are made depends on the rows alone, so that a replay makes the same.
  private func gather(_ keys: [WantedKey], of batch: Int) async throws {
    let ready = gathering.withLock { gathering in
      if gathering.wanted.isEmpty { gathering.since = batch }
      gathering.wanted += keys
      gathering.passed = batch + 1
      let isDue = batch - gathering.since + 1 >= span || gathering.total == gathering.passed
      return take(from: &gathering, all: isDue, batch)
    }
    try await send(ready)
  }

  /// Sends what is gathered without waiting for more. A replay, in which nobody waits for others, never does.
  func flush() async throws {
    try await send(gathering.withLock { take(from: &$0, all: true, $0.passed) })
  }

  /// Says how many batches there are: no key is to wait for more.
  func end(total: Int) async throws {
    let ready = gathering.withLock { gathering in
      gathering.total = total
      return take(from: &gathering, all: gathering.passed >= total, total)
    }
    try await send(ready)
  }

  private func take(from gathering: inout Gathering, all: Bool, _ batch: Int) -> [WantedKey] {
    let width = max(1, lookup.keysGathered)
    let count = all ? gathering.wanted.count : gathering.wanted.count / width * width
    if count == 0 { return [] }
    let taken = Array(gathering.wanted[..<count])
    gathering.wanted.removeFirst(count)
    gathering.since = batch
    return taken
  }

  /// Divides keys into requests, has them paid for in the order of rows, and hands them to the senders.
  private func send(_ wanted: [WantedKey]) async throws {
    if wanted.isEmpty { return }
    let places = Dictionary(wanted.map { ($0.key, $0) }) { first, _ in first }
    let parts = try await context.run.workers.run { [lookup] in lookup.requests(for: wanted.map(\.key)) }
    guard parts.reduce(0, { $0 + $1.count }) == wanted.count else {
      throw RunFailure("step '\(step)': \(provider) divides \(wanted.count) keys into requests for others")
    }
    let client = try lookup.client(context)
    if let part = context.run.part, part.plans {
      plan(parts, client, part)
      let nulls = [Cell](repeating: .null, count: lookup.answerColumns.count)
      for key in wanted { key.settle(LookupAnswer(.skipped, cells: nulls)) }
      return
    }
    let requests = parts.map { keys in
      var request = LookupRequest(wanted: keys.compactMap { places[$0] })
      // What all keys of a run share is paid for by who sends it.
      if lookup.mostRequests == nil, let client, client.budget != nil {
        request.client = client.reserving(cost: lookup.cost(of: keys))
      } else if let cost = lookup.cost(of: keys), var client {
        client.cost = cost
        request.client = client
      }
      return request
    }
    guard queue.put(requests) else { throw CancellationError() }
  }

  // MARK: Sending

  /// Sends requests until there are no more. Throws what ends the step.
  func work() async throws {
    while let request = await queue.take() {
      try await ask(request)
    }
  }

  /// Takes no more requests; gives up the keys of those that are not sent, which are other runs' to ask.
  func stop() async {
    let left = queue.stop().flatMap(\.keys)
    let gathered = gathering.withLock { gathering in
      defer { gathering.wanted = [] }
      return gathering.wanted.map(\.key)
    }
    await memory?.release(left + gathered)
  }

  /// Asks for the keys of a request; unless the step ends with it, each of them is settled.
  private func ask(_ request: LookupRequest) async throws {
    let keys = request.keys
    do {
      var paying = context
      paying.paid = request.client
      // Sent without being paid for, it fails as the budget says.
      let asked = paying
      let answers =
        if let memory {
          try await memory.asking { try await lookup.ask(keys, asked) }
        } else {
          try await lookup.ask(keys, asked)
        }
      let width = lookup.answerColumns.count
      guard answers.count == keys.count, answers.allSatisfy({ $0.cells.count == width }) else {
        throw RunFailure("step '\(step)': \(answers.count) answers for \(keys.count) keys, or answers of another width")
      }
      let times = try await memory?.keep(Array(zip(keys, answers)))
      for (place, wanted) in request.wanted.enumerated() {
        wanted.settle(marked(answers[place], wanted.key, fetchedAt: times?[place]))
      }
    } catch let failure as HTTPFailure where failure.kind == .budget {
      await memory?.release(keys)
      context.counters.skip(unpaidKeys: keys.count, failure.shortage ?? failure.message)
      settle(request, LookupStatus.skipped)
    } catch {
      await memory?.release(keys)
      // A wrong key or address of the service fails for every row alike: that is the file's fault, not the row's.
      let isFatal = (error as? HTTPFailure)?.isForEveryKey ?? (error is CancellationError || error is StoreFailure)
      guard lookup.settings.onError == .null, !isFatal else {
        if !Task.isCancelled, !(error is CancellationError) {
          let isUnrecorded = context.run.replays && (error as? HTTPFailure)?.attempts == 0
          failure.note(error, isGenuine: !isUnrecorded)
        }
        throw error
      }
      settle(request, .error, LookupReason(error, mask: context.run.mask))
    }
  }

  private func settle(_ request: LookupRequest, _ status: LookupStatus, _ reason: LookupReason? = nil) {
    let nulls = [Cell](repeating: .null, count: lookup.answerColumns.count)
    for wanted in request.wanted { wanted.settle(LookupAnswer(status, cells: nulls, reason: reason)) }
  }

  /// An answer that says where it comes from. Its body is in the store by now: those of a run are not to be in memory.
  private func marked(_ answer: LookupAnswer, _ key: LookupKey, fetchedAt: StoreTime?) -> LookupAnswer {
    var marked = answer
    marked.origin = nil
    guard answer.status != .error, answer.status != .skipped else { return marked }
    // A replay has the time of its recording, so a recording tells its start too.
    let clock = context.run.clock
    let time = context.run.hasTape ? clock.startedAt : fetchedAt ?? clock.now
    marked.provenance = AnswerProvenance(
      provider: provider, fetchedAt: time, key: context.run.hasTape || fetchedAt != nil ? names?.name(key) : nil)
    return marked
  }

  // MARK: Planning

  /// Counts what would be asked for.
  private func plan(_ parts: [[LookupKey]], _ client: APIClient?, _ part: RunPart) {
    part.lookups.open(lookup.addedColumns.map(\.name))
    notePlan { plan in
      plan.requests = lookup.mostRequests.map { min($0, plan.requests + parts.count) } ?? plan.requests + parts.count
      plan.totalCost += parts.reduce(0) { $0 + (lookup.cost(of: $1) ?? client?.cost ?? 1) }
    }
  }

  /// Notes what is known of the plan, the limits of the API included.
  func notePlan(_ change: (inout LookupPlan) -> Void) {
    guard let part = context.run.part, part.plans else { return }
    let client = try? lookup.client(context)
    part.lookups.note(step, place) { plan in
      plan.step = step
      plan.provider = place == 0 ? nil : provider
      plan.api = client?.name ?? step
      plan.concurrency = client?.gate.concurrency ?? 1
      plan.rate = client?.gate.rate
      plan.budget = client?.budget?.remainders ?? []
      plan.cost = client?.cost ?? 1
      plan.keysPerRequest = max(1, lookup.keysPerRequest)
      change(&plan)
    }
  }
}

extension HTTPFailure {
  /// Statuses that speak of the one thing that was asked for.
  private static let ofOneKey: Set<Int> = [400, 404, 410, 413, 414, 422]

  /// Whether any other key would have failed in the same way.
  fileprivate var isForEveryKey: Bool {
    kind == .cancelled || kind == .config && (isJudged || !(status.map(Self.ofOneKey.contains) ?? false))
  }
}

/// The first genuine failure of a stage.
final class FirstFailure: Sendable {
  private let state = Mutex<(error: any Error, isGenuine: Bool)?>(nil)

  var error: (any Error)? { state.withLock { $0?.error } }

  /// A genuine failure takes the place of one that only follows from it.
  func note(_ error: any Error, isGenuine: Bool = true) {
    state.withLock { if $0 == nil || isGenuine && $0?.isGenuine == false { $0 = (error, isGenuine) } }
  }
}
