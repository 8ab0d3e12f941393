internal import AssayColumns
internal import AssayQuality
internal import AssayStore
internal import Synchronization

/// The good rows of a dataset, or the bad ones with their reasons, read again once it is known which are which.
struct SplitRows: Sendable {
  private let dataset: String
  private let selection: RowSelection
  private let rows: KeptRows
  private let verdicts: RowVerdicts
  private let context: RunContext

  /// The column of reasons; where the dataset has one of that name, `_2`, `_3` … stands behind it.
  private static let reasonColumn = "failed_checks"

  init(
    _ dataset: String, _ selection: RowSelection, _ rows: KeptRows, _ verdicts: RowVerdicts, _ context: RunContext
  ) {
    self.dataset = dataset
    self.selection = selection
    self.rows = rows
    self.verdicts = verdicts
    self.context = context
  }

  /// Lets `body` read the rows as a dataset of their own.
  func read(_ body: (DatasetReader) async throws -> StagedOutput) async throws -> StagedOutput {
    try await withDataset(dataset, feed: feed, body)
  }

  private func feed(_ log: DatasetLog) async throws {
    do {
      let schema = outputSchema
      let position = Position(rows.makeIterator())
      var written = 0
      while var batch = try await context.workers.run({ try next(position, schema) }) {
        batch.firstRow = written
        written += batch.rowCount
        if batch.rowCount > 0 { try await log.write(batch) }
      }
      log.finish(schema)
    } catch let fault as GradingFault {
      throw RunFailure(fault.message)
    }
  }

  private var outputSchema: DatasetSchema {
    var schema = rows.schema
    guard selection == .failed else { return schema }
    // SQLite does not tell names apart that differ in case alone.
    let taken = Set(schema.names.map { $0.lowercased() })
    var name = Self.reasonColumn
    var number = 2
    while taken.contains(name) {
      name = "\(Self.reasonColumn)_\(number)"
      number += 1
    }
    schema.append(Field(name, reading: .own, declared: .text, type: .text))
    return schema
  }

  private func next(_ position: Position, _ schema: DatasetSchema) throws -> Batch? {
    guard let (batch, first) = try position.next() else { return nil }
    let (failed, reasons) = try verdicts.failures(from: first, count: batch.rowCount)
    let wanted = selection == .failed ? failed : failed.inverted()
    var part = batch.gather(wanted.setIndices().map { Int32($0) })
    guard selection == .failed else { return part }
    part.columns.append(.texts(reasons))
    part.schema = schema
    return part
  }

  /// A reader of the kept rows with the number of rows that it has read.
  private final class Position: Sendable {
    // `@unchecked Sendable`, since a batch iterator is not: it is a value of its own, and is used under the mutex alone.
    private struct State: @unchecked Sendable {
      var iterator: any BatchIterator
      var rowsBefore = 0
    }

    private let state: Mutex<State>

    init(_ iterator: any BatchIterator) { state = Mutex(State(iterator: iterator)) }

    func next() throws(StoreFailure) -> (batch: Batch, first: Int)? {
      let found = state.withLock { state -> Result<(batch: Batch, first: Int)?, StoreFailure> in
        Result { () throws(StoreFailure) in
          guard let batch = try state.iterator.next() else { return nil }
          defer { state.rowsBefore += batch.rowCount }
          return (batch, state.rowsBefore)
        }
      }
      return try found.get()
    }
  }
}
