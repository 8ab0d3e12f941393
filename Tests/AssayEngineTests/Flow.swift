import AssayColumns
import AssayEngine
import Synchronization

/// Lets other tasks run until a condition holds; gives up after very many turns, so that a fault is a failure and no hang.
func turns(until condition: () -> Bool) async -> Bool {
  for _ in 0..<2_000_000 {
    if condition() { return true }
    await Task.yield()
  }
  return false
}

/// Lets other tasks run for a while.
func someTurns(_ count: Int = 200) async {
  for _ in 0..<count { await Task.yield() }
}

let oneColumn = DatasetSchema([Field("id", reading: .own)])

/// A batch of integers in one column.
func batch(_ ids: Range<Int>) -> Batch {
  Batch(
    schema: oneColumn, columns: [Column(.integers(ids.map { Int64($0) }))], rowCount: ids.count,
    firstRow: ids.lowerBound)
}

/// The texts of a batch's column.
func texts(_ batch: Batch, _ name: String) -> [String?] {
  batch.column(name).map { column in (0..<batch.rowCount).map { column[$0].text } } ?? []
}

/// A value that several tasks write and read.
final class Shared<Value: Sendable>: Sendable {
  private let state: Mutex<Value>

  init(_ value: Value) { state = Mutex(value) }

  var value: Value { state.withLock { $0 } }

  @discardableResult
  func change<R: Sendable>(_ body: (inout Value) -> R) -> R { state.withLock { body(&$0) } }
}
