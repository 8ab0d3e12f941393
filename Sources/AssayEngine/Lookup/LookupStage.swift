internal import AssayColumns
internal import AssayDefinition
internal import AssayHTTP
internal import AssayStore
internal import Synchronization

/// Runs a look-up over a dataset: rows and their order stay as they are, columns are added.
package struct LookupStage: Sendable {
  let name: String
  let lookup: any Lookup
  let context: NodeContext
  private let table = AnswerTable()
  /// Batches look for known answers, and reserve requests, in the order of rows.
  private let turnstile = Turnstile()
  private let errors: LookupErrors
  /// What broke first: later tasks fail with cancellations that say nothing.
  private let firstFailure = FirstFailure()

  /// How many batches are worked on at once; each keeps its place.
  private static let window = 4

  package init(name: String, lookup: any Lookup, context: NodeContext) {
    self.name = name
    self.lookup = lookup
    self.context = context
    errors = LookupErrors(maximum: lookup.settings.maxErrors)
  }

  /// The column that says what came of each row's look-up.
  package var statusColumn: String { "\(name)_status" }

  package func run(_ input: DatasetReader, _ output: DatasetLog) async throws {
    var aligner = BatchAligner()
    let memory = try LookupMemory(lookup, context)
    let numbers = Mutex(0)
    do {
      try await orderedWindow(
        width: Self.window,
        next: { () -> (Int, Batch)? in
          guard let batch = try await input.next() else { return nil }
          context.counters.add(rowsIn: batch.rowCount)
          return numbers.withLock { number in
            defer { number += 1 }
            return (number, batch)
          }
        },
        job: { number, batch in try await enrich(batch, number, memory) },
        deliver: { batch, outcomes in
          try errors.note(outcomes)
          context.counters.add(rowsOut: batch.rowCount)
          try await output.write(aligner.align(batch))
        })
      try errors.finish(context)
    } catch {
      throw firstFailure.error ?? error
    }
    let schema = input.finalSchema ?? DatasetSchema()
    if schema.count > 0 {
      for template in lookup.inputs + lookup.carried { try template.requireColumns(in: schema) }
    }
    output.finish(aligner.finished(try widened(schema)))
  }

  private func enrich(
    _ batch: Batch, _ number: Int, _ memory: LookupMemory?
  ) async throws -> (Batch, [LookupErrors.Outcome]) {
    var claimed: [LookupKey] = []
    do {
      return try await enrich(batch, number, memory, claiming: &claimed)
    } catch {
      // What broke in itself has been noted where it broke.
      if !Task.isCancelled, !(error is CancellationError) { firstFailure.note(error, isGenuine: false) }
      // Other batches wait for keys that this one has claimed.
      table.abandon(claimed, error)
      throw error
    }
  }

  private func enrich(
    _ batch: Batch, _ number: Int, _ memory: LookupMemory?, claiming claimed: inout [LookupKey]
  ) async throws -> (Batch, [LookupErrors.Outcome]) {
    let lookup = lookup
    let schema: DatasetSchema
    let rows: KeyedRows
    var known = LookupMemory.Claims()
    var requests: [Request] = []
    let plans = context.run.part?.plans ?? false
    do {
      defer { turnstile.pass(number) }
      schema = try widened(batch.schema)
      rows = try await context.run.workers.run { KeyedRows(batch, lookup) }
      await turnstile.wait(for: number)
      try Task.checkCancellation()
      claimed = table.claim(rows.keys)
      known = try await (plans ? memory?.peek(claimed) : memory?.claim(claimed)) ?? LookupMemory.Claims(toAsk: claimed)
      if !plans { requests = try self.requests(for: known.toAsk) }
    }
    for (key, answer) in known.remembered { table.settle(key, .success(answer)) }
    if let part = context.run.part, plans {
      try plan(part.lookups, rows, known)
    } else {
      context.counters.add(cacheHits: known.remembered.count)
      try await ask(requests, memory)
    }
    if let memory, !known.foreign.isEmpty { try await wait(others: known.foreign, memory) }
    var answers: [LookupAnswer] = []
    answers.reserveCapacity(rows.keys.count)
    for key in rows.keys { answers.append(try await table.answer(key)) }
    let found = answers
    let own = Set(claimed)
    let outcomes = zip(rows.keys, found).filter { own.contains($0.0) }.map { LookupErrors.Outcome($0.0, $0.1) }
    return (try await context.run.workers.run { join(batch, rows, found, schema) }, outcomes)
  }

  /// Counts what would be asked for, and leaves it unanswered.
  private func plan(_ plans: LookupPlans, _ rows: KeyedRows, _ known: LookupMemory.Claims) throws {
    let nulls = [Cell](repeating: .null, count: lookup.answerColumns.count)
    for key in known.toAsk { table.settle(key, .success(LookupAnswer(.skipped, cells: nulls))) }
    let isOpen = plans.isOpen(lookup.inputs.flatMap(\.columnNames))
    if !known.toAsk.isEmpty { plans.open(lookup.addedColumns.map(\.name)) }
    let width = max(1, lookup.keysPerRequest)
    let skipped = rows.places.count { $0 < 0 }
    let client = try lookup.client(context)
    plans.note(name) { plan in
      plan.step = name
      plan.api = client?.name ?? name
      plan.concurrency = client?.gate.concurrency ?? 1
      plan.rate = client?.gate.rate
      plan.budget = client?.budget?.remainders ?? []
      plan.cost = client?.cost ?? 1
      plan.keysPerRequest = width
      plan.rows += rows.places.count
      if isOpen { plan.openRows += skipped } else { plan.skippedRows += skipped }
      plan.keys += known.toAsk.count + known.remembered.count
      plan.remembered += known.remembered.count
      let requests = plan.requests + (known.toAsk.isEmpty ? 0 : (known.toAsk.count - 1) / width + 1)
      plan.requests = lookup.mostRequests.map { min($0, requests) } ?? requests
    }
  }

  /// Keys that are asked for together.
  private struct Request: Sendable {
    var keys: [LookupKey]
    /// A client that the budget has let through; nil where nothing is reserved.
    var client: APIClient?
  }

  /// The requests for keys, as many keys in each as the provider takes, paid for in the order of rows.
  private func requests(for keys: [LookupKey]) throws -> [Request] {
    if keys.isEmpty { return [] }
    let parts = lookup.requests(for: keys)
    // What all keys of a run share is paid for by who sends it.
    guard lookup.mostRequests == nil, let client = try lookup.client(context), client.budget != nil else {
      return parts.map { Request(keys: $0) }
    }
    return parts.map { keys in
      let paid = client.reserving(cost: lookup.cost(of: keys))
      return Request(keys: keys, client: paid)
    }
  }

  /// Asks, so many requests at once that the API's gate always has the next one at hand: answers are committed while
  /// others are under way. A task for each of many thousand keys would cost more than the keys.
  private func ask(_ requests: [Request], _ memory: LookupMemory?) async throws {
    if requests.isEmpty { return }
    let width = min(requests.count, Self.tasksPerPlace * (try lookup.client(context)?.gate.concurrency ?? 1))
    let next = NextPlace()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<width {
        group.addTask {
          while true {
            let place = next.take()
            guard place < requests.count else { return }
            do {
              try await ask(requests[place], memory)
            } catch {
              // What is not sent any more is another run's to ask; `enrich` settles its keys for this one.
              let rest = next.skip(to: requests.count)
              if rest < requests.count { await memory?.release(requests[rest...].flatMap(\.keys)) }
              throw error
            }
          }
        }
      }
      var working = width
      var failure: (any Error)?
      while working > 0, let result = await group.nextResult() {
        if case .failure(let error) = result {
          if error is GraceIsOver {
            group.cancelAll()
            continue
          }
          if failure == nil {
            failure = error
            group.addTask {
              try await Task.sleep(for: Self.grace)
              throw GraceIsOver()
            }
          }
        }
        working -= 1
      }
      group.cancelAll()
      if let failure { throw failure }
    }
  }

  private static let tasksPerPlace = 3

  /// How long requests that are under way may go on once another has broken: their answers are paid for.
  private static let grace = Duration.seconds(2)

  private struct GraceIsOver: Error {}

  /// Waits for answers that other runs are asking for; asks for those that they give up.
  private func wait(others keys: [LookupKey], _ memory: LookupMemory) async throws {
    var open = keys
    while !open.isEmpty {
      try await Task.sleep(for: .milliseconds(200))
      let known = try await memory.claim(open)
      for (key, answer) in known.remembered { table.settle(key, .success(answer)) }
      context.counters.add(cacheHits: known.remembered.count)
      open = known.foreign
      try await ask(try requests(for: known.toAsk), memory)
    }
  }

  /// Asks for keys that this task has claimed; whatever happens, each of them is settled.
  private func ask(_ request: Request, _ memory: LookupMemory?) async throws {
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
        throw RunFailure("step '\(name)': \(answers.count) answers for \(keys.count) keys, or answers of another width")
      }
      try await memory?.keep(zip(keys, answers))
      for (key, answer) in zip(keys, answers) {
        var kept = answer
        // It is in the store by now: the bodies of all answers of a run are not to be in memory.
        kept.origin = nil
        table.settle(key, .success(kept))
      }
    } catch let failure as HTTPFailure where failure.kind == .budget {
      await memory?.release(keys)
      context.counters.skip(unpaidKeys: keys.count, failure.shortage ?? failure.message)
      let nulls = [Cell](repeating: .null, count: lookup.answerColumns.count)
      for key in keys { table.settle(key, .success(LookupAnswer(.skipped, cells: nulls))) }
    } catch {
      await memory?.release(keys)
      // A wrong key or address of the service fails for every row alike: that is the file's fault, not the row's.
      let isFatal = (error as? HTTPFailure)?.isForEveryKey ?? (error is CancellationError || error is StoreFailure)
      guard lookup.settings.onError == .null, !isFatal else {
        if !Task.isCancelled, !(error is CancellationError) {
          let isUnrecorded = context.run.replays && (error as? HTTPFailure)?.attempts == 0
          firstFailure.note(error, isGenuine: !isUnrecorded)
        }
        for key in keys { table.settle(key, .failure(error)) }
        throw error
      }
      let nulls = [Cell](repeating: .null, count: lookup.answerColumns.count)
      let answer = LookupAnswer(.error, cells: nulls, reason: LookupReason(error, mask: context.run.mask))
      for key in keys { table.settle(key, .success(answer)) }
    }
  }

  private func widened(_ schema: DatasetSchema) throws -> DatasetSchema {
    var wider = schema
    let reason = lookup.settings.errorColumn.map { [LookupColumn($0, type: .text)] } ?? []
    let added = lookup.addedColumns + [LookupColumn(statusColumn, type: .text)] + reason
    for column in added {
      guard wider.index(of: column.name) == nil else {
        throw RunFailure(
          "step '\(name)' adds a column '\(column.name)', but its rows have one of that name already; name another under 'columns'"
        )
      }
      wider.append(Field(column.name, reading: .own, type: column.type))
    }
    return wider
  }

  private func join(_ batch: Batch, _ rows: KeyedRows, _ answers: [LookupAnswer], _ schema: DatasetSchema) -> Batch {
    var joined = batch
    joined.schema = schema
    joined.misfits = []
    if rows.carried.isEmpty {
      for column in lookup.addedColumns.indices {
        joined.columns.append(Column.cells(answers.map { $0.cells[column] }).gather(rows.places))
      }
    } else {
      let nulls = [Cell](repeating: .null, count: lookup.addedColumns.count)
      let cells = rows.places.enumerated().map { row, place in
        place < 0 ? nulls : lookup.cells(answers[Int(place)], carried: rows.carried.map { $0[row] })
      }
      for column in lookup.addedColumns.indices { joined.columns.append(.cells(cells.map { $0[column] })) }
    }
    let statuses = answers.map { Cell.text($0.status.rawValue) } + [.text(LookupStatus.skipped.rawValue)]
    let skipped = Int32(statuses.count - 1)
    let places = rows.places.map { $0 < 0 ? skipped : $0 }
    joined.columns.append(Column.cells(statuses).gather(places))
    if lookup.settings.errorColumn != nil {
      let reasons = answers.map { answer in answer.reason.map { Cell.text($0.text) } ?? .null } + [.null]
      joined.columns.append(Column.cells(reasons).gather(places))
    }
    return joined
  }
}

/// A place in a list that several tasks work through.
private final class NextPlace: Sendable {
  private let place = Atomic(0)

  /// The next place, each once.
  func take() -> Int { place.wrappingAdd(1, ordering: .relaxed).oldValue }

  /// Leaves out what was not taken yet; returns where that began.
  func skip(to end: Int) -> Int { place.exchange(end, ordering: .relaxed) }
}

/// The first genuine failure of a stage.
private final class FirstFailure: Sendable {
  private let state = Mutex<(error: any Error, isGenuine: Bool)?>(nil)

  var error: (any Error)? { state.withLock { $0?.error } }

  /// A genuine failure takes the place of one that only follows from it.
  func note(_ error: any Error, isGenuine: Bool = true) {
    state.withLock { if $0 == nil || isGenuine && $0?.isGenuine == false { $0 = (error, isGenuine) } }
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

/// The keys of a batch's rows: each distinct key once, and for each row its place among them, or −1 for a row that is skipped.
private struct KeyedRows: Sendable {
  var keys: [LookupKey] = []
  var places: [Int32] = []
  /// The carried inputs, one array a template.
  var carried: [[String?]]

  init(_ batch: Batch, _ lookup: any Lookup) {
    let templates = lookup.inputs.map { BoundTemplate($0, batch) }
    carried = lookup.carried.map { template in
      let bound = BoundTemplate(template, batch)
      return (0..<batch.rowCount).map { bound.fill($0) }
    }
    places.reserveCapacity(batch.rowCount)
    // Rows with equal inputs share the work of normalising, too.
    var raw: [[String]: Int32] = [:]
    var distinct: [LookupKey: Int32] = [:]
    for row in 0..<batch.rowCount {
      let inputs = templates.compactMap { $0.fill(row) }
      guard inputs.count == templates.count else {
        places.append(-1)
        continue
      }
      if let place = raw[inputs] {
        places.append(place)
        continue
      }
      var place: Int32 = -1
      if let key = lookup.key(inputs) {
        place = distinct[key] ?? Int32(keys.count)
        if place == keys.count {
          keys.append(key)
          distinct[key] = place
        }
      }
      raw[inputs] = place
      places.append(place)
    }
  }
}
