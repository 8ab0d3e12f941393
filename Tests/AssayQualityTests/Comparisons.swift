import AssayColumns
import AssayQuality

/// Evaluates `column >= number` and `column < number` row by row; `broken` is broken SQL.
struct Comparisons: SQLPredicateEvaluator {
  func verdicts(of expressions: [String], over batch: Batch) throws(SQLPredicateFault) -> [SQLVerdict] {
    var verdicts: [SQLVerdict] = []
    for expression in expressions {
      let words = expression.split(separator: " ").map(String.init)
      guard words.count == 3, let number = Double(words[2]) else {
        throw .broken("near \"\(expression)\": syntax error")
      }
      guard let column = batch.column(words[0]) else { throw .missingColumn(words[0]) }
      var verdict = SQLVerdict(isTrue: Bitmap(count: batch.rowCount), isNull: Bitmap(count: batch.rowCount))
      for row in 0..<batch.rowCount {
        guard let value = column.double(at: row) else {
          verdict.isNull[row] = true
          continue
        }
        verdict.isTrue[row] = words[1] == ">=" ? value >= number : value < number
      }
      verdicts.append(verdict)
    }
    return verdicts
  }
}
