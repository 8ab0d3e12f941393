internal import AssayColumns
internal import AssayDefinition
internal import AssayHTTP
internal import Synchronization

/// Runs a look-up over a dataset: rows and their order stay as they are, columns are added.
package struct LookupStage: Sendable {
  let name: String
  let lookup: any Lookup
  let context: NodeContext
  private let table = AnswerTable()
  /// What broke first: later tasks fail with cancellations that say nothing.
  private let firstFailure = FirstFailure()

  /// How many batches are worked on at once; each keeps its place.
  private static let window = 4

  package init(name: String, lookup: any Lookup, context: NodeContext) {
    self.name = name
    self.lookup = lookup
    self.context = context
  }

  /// The column that says what came of each row's look-up.
  package var statusColumn: String { "\(name)_status" }

  package func run(_ input: DatasetReader, _ output: DatasetLog) async throws {
    var aligner = BatchAligner()
    do {
      try await orderedWindow(
        width: Self.window,
        next: {
          let batch = try await input.next()
          context.counters.add(rowsIn: batch?.rowCount ?? 0)
          return batch
        },
        job: { batch in try await enrich(batch) },
        deliver: { batch in
          context.counters.add(rowsOut: batch.rowCount)
          try await output.write(aligner.align(batch))
        })
    } catch {
      throw firstFailure.error ?? error
    }
    let schema = input.finalSchema ?? DatasetSchema()
    if schema.count > 0 {
      for template in lookup.inputs + lookup.carried { try template.requireColumns(in: schema) }
    }
    output.finish(aligner.finished(try widened(schema)))
  }

  private func enrich(_ batch: Batch) async throws -> Batch {
    let lookup = lookup
    let schema = try widened(batch.schema)
    let rows = try await context.run.workers.run { KeyedRows(batch, lookup) }
    let claimed = table.claim(rows.keys)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for start in stride(from: 0, to: claimed.count, by: max(1, lookup.keysPerRequest)) {
        let keys = Array(claimed[start..<min(start + max(1, lookup.keysPerRequest), claimed.count)])
        group.addTask { try await ask(keys) }
      }
      try await group.waitForAll()
    }
    var answers: [LookupAnswer] = []
    answers.reserveCapacity(rows.keys.count)
    for key in rows.keys { answers.append(try await table.answer(key)) }
    let found = answers
    return try await context.run.workers.run { join(batch, rows, found, schema) }
  }

  /// Asks for keys that this task has claimed; whatever happens, each of them is settled.
  private func ask(_ keys: [LookupKey]) async throws {
    do {
      let answers = try await lookup.ask(keys, context)
      let width = lookup.answerColumns.count
      guard answers.count == keys.count, answers.allSatisfy({ $0.cells.count == width }) else {
        throw RunFailure("step '\(name)': \(answers.count) answers for \(keys.count) keys, or answers of another width")
      }
      for (key, answer) in zip(keys, answers) { table.settle(key, .success(answer)) }
    } catch {
      // A wrong key or address of the service fails for every row alike: that is the file's fault, not the row's.
      let isFatal = (error as? HTTPFailure)?.isForEveryKey ?? (error is CancellationError)
      guard lookup.onError == .null, !isFatal else {
        if !Task.isCancelled, !(error is CancellationError) { firstFailure.note(error) }
        for key in keys { table.settle(key, .failure(error)) }
        throw error
      }
      context.warn("\(error)")
      let nulls = [Cell](repeating: .null, count: lookup.answerColumns.count)
      for key in keys { table.settle(key, .success(LookupAnswer(.error, cells: nulls))) }
    }
  }

  private func widened(_ schema: DatasetSchema) throws -> DatasetSchema {
    var wider = schema
    let added = lookup.addedColumns + [LookupColumn(statusColumn, type: .text)]
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
    joined.columns.append(Column.cells(statuses).gather(rows.places.map { $0 < 0 ? skipped : $0 }))
    return joined
  }
}

/// The first genuine failure of a stage.
private final class FirstFailure: Sendable {
  private let state = Mutex<(any Error)?>(nil)

  var error: (any Error)? { state.withLock { $0 } }

  func note(_ error: any Error) { state.withLock { $0 = $0 ?? error } }
}

extension HTTPFailure {
  /// Statuses that speak of the one thing that was asked for.
  private static let ofOneKey: Set<Int> = [400, 404, 410, 413, 414, 422]

  /// Whether any other key would have failed in the same way.
  fileprivate var isForEveryKey: Bool {
    kind == .cancelled || kind == .config && !(status.map(Self.ofOneKey.contains) ?? false)
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
