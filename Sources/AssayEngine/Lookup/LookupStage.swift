internal import AssayColumns
internal import AssayDefinition
internal import Synchronization

/// Runs a look-up over a dataset: rows and their order stay as they are, columns are added.
///
/// The keys of a batch are found and asked for by `know`, its answers put beside its rows by `LookupJoin`. Where the
/// keys come from columns that a dataset further up has already, they are read from there, so that look-ups which do not
/// depend on each other ask at the same time.
package struct LookupStage: Sendable {
  /// What a batch's keys came to.
  private struct Known: Sendable {
    var places: [AnswerPlace]
    /// What came of the keys that the batch was the first to have.
    var outcomes: [LookupErrors.Outcome]
  }

  let name: String
  let lookup: any Lookup
  let context: NodeContext
  private let fallbacks: [any Lookup]
  private let join: LookupJoin
  private let register = KeyRegister()
  private let segments = AnswerSegments()
  /// Batches enter their keys in the order of rows.
  private let entrance = Turnstile()
  /// Batches whose keys have their answers, and those of all before them.
  private let arrivals = Turnstile()
  private let errors: LookupErrors
  /// What broke first: later tasks fail with cancellations that say nothing.
  private let firstFailure = FirstFailure()

  /// How many batches are worked on at once beside those that gathered keys wait for; each keeps its place.
  private static let window = 4
  /// How long requests that are under way may go on once another has broken: their answers are paid for.
  private static let grace = Duration.seconds(2)

  private struct GraceIsOver: Error {}

  /// - Parameter hidesKeys: Whether keys hold values of private columns, so that messages tell none.
  package init(
    name: String, lookup: any Lookup, fallbacks: [any Lookup] = [], context: NodeContext, hidesKeys: Bool = false
  ) {
    self.name = name
    self.lookup = lookup
    self.fallbacks = fallbacks
    self.context = context
    join = LookupJoin(step: name, lookup: lookup)
    errors = LookupErrors(maximum: lookup.settings.maxErrors, hidesKeys: hidesKeys)
  }

  /// - Parameter ahead: A dataset with the same rows, in the same batches, that has the columns of all inputs; nil for
  ///   the input itself.
  package func run(_ input: DatasetReader, keysFrom ahead: DatasetReader? = nil, _ output: DatasetLog) async throws {
    let levels = try ([lookup] + fallbacks).enumerated().map { place, lookup in
      try LookupLevel(lookup, place: place, step: name, context, firstFailure)
    }
    context.counters.enrich { summary in
      summary.providers = levels.map { EnrichmentSummary.Provider($0.provider) }
    }
    // Its own task, so that requests under way can outlive it for a while.
    let flow = Task {
      defer { for level in levels { level.queue.finish() } }
      try await self.flow(input, ahead, output, levels)
    }
    try await withTaskCancellationHandler {
      try await supervise(flow, levels)
    } onCancel: {
      flow.cancel()
    }
  }

  /// Sends the requests that the flow of rows makes, to its end.
  private func supervise(_ flow: Task<Void, any Error>, _ levels: [LookupLevel]) async throws {
    let failure = await withTaskGroup(of: (any Error)?.self) { group -> (any Error)? in
      var working = 1
      group.addTask {
        if case .failure(let error) = await flow.result { error } else { nil }
      }
      for level in levels where context.run.part?.plans != true {
        working += level.senders
        for _ in 0..<level.senders {
          group.addTask {
            do {
              try await level.work()
              return nil
            } catch { return error }
          }
        }
      }
      var failure: (any Error)?
      while working > 0, let result = await group.next() {
        if result is GraceIsOver {
          group.cancelAll()
          continue
        }
        working -= 1
        guard let result, failure == nil else { continue }
        failure = result
        flow.cancel()
        for level in levels { await level.stop() }
        group.addTask {
          try? await Task.sleep(for: Self.grace)
          return GraceIsOver()
        }
      }
      group.cancelAll()
      return failure
    }
    if let failure { throw firstFailure.error ?? failure }
  }

  // MARK: The flow of rows

  private func flow(
    _ input: DatasetReader, _ ahead: DatasetReader?, _ output: DatasetLog, _ levels: [LookupLevel]
  ) async throws {
    // Batches whose keys are gathered wait for those that come after them.
    let width = levels.reduce(Self.window) { $0 + $1.span - 1 }
    let ending: @Sendable (Int) async throws -> Void = { total in
      for level in levels { try await level.end(total: total) }
    }
    var schema = DatasetSchema()
    if let ahead {
      let known = Handover<Known>()
      schema = try await withThrowingTaskGroup(of: DatasetSchema?.self) { group in
        group.addTask {
          defer { known.end(UpstreamFailure(dataset: ahead.dataset)) }
          let batches = NumberedBatches(ahead, ending)
          try await orderedWindow(
            width: width, next: { try await batches.next() },
            job: { number, batch in (number, try await know(number, batch, levels)) },
            deliver: { number, found in known.put(number, found) })
          return nil
        }
        group.addTask {
          try await deliver(NumberedBatches(input), output, width: width) { number, _ in try await known.take(number) }
        }
        return try await group.reduce(into: DatasetSchema()) { $0 = $1 ?? $0 }
      }
    } else {
      schema = try await deliver(NumberedBatches(input, ending), output, width: width) { number, batch in
        try await know(number, batch, levels)
      }
    }
    try errors.finish(context)
    let own = input.finalSchema ?? DatasetSchema()
    if own.count > 0 {
      for template in lookup.inputs + lookup.carried { try template.requireColumns(in: own) }
    }
    // Only now: whoever reads the rows takes them for good once their log has ended.
    output.finish(schema)
  }

  /// Hands the rows on with their answers. Returns the schema of all of them.
  private func deliver(
    _ batches: NumberedBatches, _ output: DatasetLog, width: Int,
    knowing: @escaping @Sendable (Int, Batch) async throws -> Known
  ) async throws -> DatasetSchema {
    var aligner = BatchAligner()
    let (context, join, segments, arrivals) = (context, join, segments, arrivals)
    try await orderedWindow(
      width: width,
      next: { () -> (Int, Batch)? in
        let next = try await batches.next()
        context.counters.add(rowsIn: next?.1.rowCount ?? 0)
        return next
      },
      job: { number, batch in
        let known: Known
        do {
          defer { arrivals.pass(number) }
          known = try await knowing(number, batch)
        }
        // Keys that an earlier batch has asked for are among the answers of that batch.
        await arrivals.wait(for: number)
        return try await context.run.workers.run {
          let answers = try segments.answers(at: known.places)
          return (try join.join(batch, answers), known.outcomes, answers.skippedRows)
        }
      },
      deliver: { batch, outcomes, skipped in
        try errors.note(outcomes)
        context.counters.enrich { summary in
          summary.rows += batch.rowCount
          summary.skippedRows += skipped
        }
        context.counters.add(rowsOut: batch.rowCount)
        try await output.write(aligner.align(batch))
      })
    return aligner.finished(try join.widened(batches.finalSchema))
  }

  // MARK: The keys of a batch

  private func know(_ number: Int, _ batch: Batch, _ levels: [LookupLevel]) async throws -> Known {
    do {
      return try await answers(number, batch, levels)
    } catch {
      // What broke in itself has been noted where it broke.
      if !Task.isCancelled, !(error is CancellationError) { firstFailure.note(error, isGenuine: false) }
      throw error
    }
  }

  /// Finds the keys of a batch's rows, and answers those that no earlier batch has.
  private func answers(_ number: Int, _ batch: Batch, _ levels: [LookupLevel]) async throws -> Known {
    let turns = [entrance] + levels.map(\.turnstile)
    var passed = 0
    // Later batches wait for their turn, whatever becomes of this one.
    defer { for turn in turns[passed...] { turn.pass(number) } }
    // Before anything is sent: rows that have one of the new columns already cannot be given it.
    _ = try join.widened(batch.schema)
    let (lookup, register) = (lookup, register)
    let rows = try await context.run.workers.run { RowKeys(batch, lookup.inputs) }
    await entrance.wait(for: number)
    try Task.checkCancellation()
    let (places, fresh) = try await context.run.workers.run { register.enter(rows, of: number, lookup) }
    entrance.pass(number)
    passed += 1
    plan(places, levels)
    let plans = context.run.part?.plans ?? false
    var answers = [LookupAnswer?](repeating: nil, count: fresh.count)
    var open = Array(fresh.indices)
    for level in levels {
      await level.turnstile.wait(for: number)
      try Task.checkCancellation()
      let (wanted, foreign) = try await level.enter(number, open.map { fresh[$0] })
      level.turnstile.pass(number)
      passed += 1
      if open.isEmpty { continue }
      if !foreign.isEmpty {
        try await level.wait(others: foreign) { for level in levels { try await level.flush() } }
      }
      for (place, answer) in zip(open, try await wanted.all()) {
        level.count(answer)
        answers[place] = answers[place].map { $0.giving(way: answer) } ?? answer
      }
      // What a plan does not ask for may have to be asked of the next provider.
      open = open.filter { place in answers[place].map { $0.isOpen || plans && $0.status == .skipped } ?? true }
    }
    let found = answers.compactMap(\.self)
    if !found.isEmpty { try await keep(found, of: number, levels) }
    return Known(places: places, outcomes: zip(fresh, found).map { LookupErrors.Outcome($0, $1) })
  }

  /// Keeps a batch's answers for its rows, and for those of later batches that have the same keys.
  private func keep(_ answers: [LookupAnswer], of number: Int, _ levels: [LookupLevel]) async throws {
    context.counters.enrich { summary in for answer in answers { summary.count(answer) } }
    if lookup.settings.provenance.contains(.answerID) { try await context.run.answers?.noteOrigins(answers) }
    let (width, extras) = (lookup.answerColumns.count, join.extras)
    let segment = try await context.run.workers.run { AnswerSegment(answers, width: width, extras: extras) }
    segments.put(segment, of: number)
  }

  /// Counts the rows of a batch for `plan`.
  private func plan(_ places: [AnswerPlace], _ levels: [LookupLevel]) {
    guard let part = context.run.part, part.plans else { return }
    let isOpen = part.lookups.isOpen(lookup.inputs.flatMap(\.columnNames))
    let skipped = places.count(where: \.isSkipped)
    levels.first?.notePlan { plan in
      plan.rows += places.count
      if isOpen { plan.openRows += skipped } else { plan.skippedRows += skipped }
    }
  }
}

/// The batches of a dataset with their numbers from 0.
private final class NumberedBatches: Sendable {
  private let reader: DatasetReader
  private let count = Mutex(0)
  private let ending: @Sendable (Int) async throws -> Void

  /// - Parameter ending: Told how many there were, once the last one is out.
  init(_ reader: DatasetReader, _ ending: @escaping @Sendable (Int) async throws -> Void = { _ in }) {
    self.reader = reader
    self.ending = ending
  }

  /// The schema of all rows, once the end has been reached.
  var finalSchema: DatasetSchema { reader.finalSchema ?? DatasetSchema() }

  func next() async throws -> (Int, Batch)? {
    guard let batch = try await reader.next() else {
      try await ending(count.withLock { $0 })
      return nil
    }
    return count.withLock { count in
      defer { count += 1 }
      return (count, batch)
    }
  }
}

extension LookupAnswer {
  /// Whether a further provider may find what this one has not.
  fileprivate var isOpen: Bool {
    switch status {
    case .notFound, .error: true
    case .ambiguous: !hasFound
    case .skipped, .ok: false
    }
  }

  /// Whether it brings something: where several things fit, one of them was chosen.
  var hasFound: Bool { status == .ok || status == .ambiguous && cells.contains { $0 != .null } }

  /// This answer, or that of a further provider: what was found counts before what was not, and a look-up that broke may
  /// yet find something.
  fileprivate func giving(way later: LookupAnswer) -> LookupAnswer {
    func rank(_ status: LookupStatus) -> Int {
      switch status {
      case .ok: 4
      case .skipped: 3
      case .error: 2
      case .ambiguous: 1
      case .notFound: 0
      }
    }
    return later.status == .ambiguous && !later.isOpen || rank(later.status) >= rank(status) ? later : self
  }
}
