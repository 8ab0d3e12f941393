internal import AssayColumns
internal import AssayStore
internal import Synchronization

/// A dataset that is kept whole, so that it can be read as often as is wanted, values that did not fit their types included.
final class KeptDataset: Sendable {
  let rows: KeptRows
  private let keepsMisfits: Bool
  private let state = Mutex(State())

  private struct State {
    /// Misfits by the first row of their batch: the file of kept rows does not hold them.
    var misfits: [Int: [Misfit]] = [:]
    /// What the end told of the columns.
    var finalSchema: DatasetSchema?
  }

  /// - Parameters:
  ///   - memory: The most bytes of batches that stay in memory.
  ///   - keepsMisfits: Whether somebody reads the dataset who wants to know what did not fit.
  init(memory: Int, keepsMisfits: Bool) {
    rows = KeptRows(memory: memory)
    self.keepsMisfits = keepsMisfits
  }

  /// Keeps all rows of a reader.
  /// - Parameter note: Called with the number of rows of each batch.
  func keep(_ input: DatasetReader, on workers: Workers, note: (Int) -> Void = { _ in }) async throws {
    while let batch = try await input.next() {
      note(batch.rowCount)
      if keepsMisfits, !batch.misfits.isEmpty { state.withLock { $0.misfits[batch.firstRow] = batch.misfits } }
      let rows = rows
      try await workers.run { try rows.append(batch) }
    }
    guard let schema = input.finalSchema else { return }
    state.withLock { $0.finalSchema = schema }
    if rows.schema.count < schema.count {
      // The columns of a dataset without rows, and columns that only the end told of.
      let columns = schema.fields.map { _ in Column.nulls(count: 0) }
      try rows.append(Batch(schema: schema, columns: columns, rowCount: 0))
    }
  }

  /// Writes all rows to a log, and ends it.
  func write(to log: DatasetLog, on workers: Workers) async throws {
    let reader = KeptReader(rows.makeIterator())
    while var batch = try await workers.run({ try reader.next() }) {
      if batch.rowCount == 0 { continue }
      batch.misfits = state.withLock { $0.misfits[batch.firstRow] ?? [] }
      try await log.write(batch)
    }
    log.finish(state.withLock { $0.finalSchema } ?? rows.schema)
  }
}

/// Lets `body` read rows as a dataset of their own while `feed` writes and ends it.
func withDataset<R>(
  _ dataset: String, feed: @escaping @Sendable (DatasetLog) async throws -> Void,
  _ body: (DatasetReader) async throws -> R
) async throws -> R {
  let log = DatasetLog(dataset: dataset, readers: 1)
  let reader = DatasetReader(log, index: 0)
  async let feeding = failure(of: feed, log)
  let result: Result<R, any Error>
  do { result = .success(try await body(reader)) } catch { result = .failure(error) }
  reader.leave()
  // That the reader left is no failure; else it is what the reader saw of one.
  if let failure = await feeding, !(failure is CancellationError) { throw failure }
  return try result.get()
}

private func failure(
  of feed: @Sendable (DatasetLog) async throws -> Void, _ log: DatasetLog
) async -> (any Error)? {
  do {
    try await feed(log)
    return nil
  } catch {
    log.fail()
    return error
  }
}
