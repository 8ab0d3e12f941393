package import AssayColumns
package import AssayQuality
internal import AssayStore
internal import Synchronization

/// Evaluates SQL over batches: one connection for each thread that asks at once, kept with what it has compiled.
package final class SQLVerdicts: SQLPredicateEvaluator {
  private struct Pool {
    var idle: [RowExpressions] = []
    var all: [RowExpressions] = []
    var isStopped = false
  }

  private let pool = Mutex(Pool())

  package init() {}

  /// Ends evaluations that are under way, and all that follow: a condition may run for ever. May be called from any
  /// thread.
  package func stop() {
    let all = pool.withLock { pool in
      pool.isStopped = true
      return pool.all
    }
    for evaluator in all { evaluator.stop() }
  }

  private func take() -> RowExpressions {
    pool.withLock { pool in
      if let idle = pool.idle.popLast() { return idle }
      let made = RowExpressions()
      if pool.isStopped { made.stop() }
      pool.all.append(made)
      return made
    }
  }

  package func verdicts(of expressions: [String], over batch: Batch) throws(SQLPredicateFault) -> [SQLVerdict] {
    if expressions.isEmpty { return [] }
    let evaluator = take()
    defer { pool.withLock { $0.idle.append(evaluator) } }
    do throws(ExpressionFailure) {
      return try evaluator.evaluate(expressions, over: batch).map { verdict in
        var isTrue = verdict.holds
        isTrue.formIntersection(verdict.isNull.inverted())
        return SQLVerdict(isTrue: isTrue, isNull: verdict.isNull)
      }
    } catch {
      switch error {
      case .missingColumn(let name): throw .missingColumn(name)
      case .brokenSQL(let message): throw .broken(message)
      }
    }
  }
}
