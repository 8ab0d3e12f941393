package import AssayColumns
package import AssayQuality
internal import AssayStore
internal import Synchronization

/// Evaluates SQL over batches: one connection for each thread that asks at once, kept with what it has compiled.
package final class SQLVerdicts: SQLPredicateEvaluator {
  private let idle = Mutex<[RowExpressions]>([])

  package init() {}

  package func verdicts(of expressions: [String], over batch: Batch) throws(SQLPredicateFault) -> [SQLVerdict] {
    if expressions.isEmpty { return [] }
    let evaluator = idle.withLock { $0.popLast() } ?? RowExpressions()
    defer { idle.withLock { $0.append(evaluator) } }
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
