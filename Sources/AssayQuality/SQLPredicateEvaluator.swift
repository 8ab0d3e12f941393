package import AssayColumns

/// The outcome of an SQL expression for each row of a batch. A row in neither bitmap is false.
package struct SQLVerdict: Sendable, Hashable {
  /// Rows for which the expression is true (a number other than zero).
  package var isTrue: Bitmap
  /// Rows for which it is null.
  package var isNull: Bitmap

  package init(isTrue: Bitmap, isNull: Bitmap) {
    self.isTrue = isTrue
    self.isNull = isNull
  }
}

/// Why an SQL expression has no verdict.
package enum SQLPredicateFault: Error, Sendable, Hashable {
  /// A name that is no column of the batch, as the expression spells it. The check fails, if the column never comes.
  case missingColumn(String)
  /// Anything else that SQL complains of, in its words. The run breaks.
  case broken(String)
}

/// Evaluates SQL expressions over the rows of a batch. Called from several threads at once.
package protocol SQLPredicateEvaluator: Sendable {
  /// One verdict for each expression, in order, each as long as the batch. Pure: the same batch has the same verdicts.
  func verdicts(of expressions: [String], over batch: Batch) throws(SQLPredicateFault) -> [SQLVerdict]
}

/// Why grading cannot go on: it breaks the run, as opposed to a check that fails.
package struct GradingFault: Error, Sendable, Hashable {
  package enum Code: String, Sendable, Hashable {
    /// SQL that does not compile or fails while it runs.
    case brokenSQL = "broken_sql"
    /// A pattern that does not compile.
    case brokenPattern = "broken_pattern"
    /// A pattern that took too many steps on some value.
    case patternLimit = "pattern_limit"
    /// A temporary file that cannot be made, written or read.
    case spill
  }

  package var code: Code
  /// What is wrong and what to do about it, without a full stop.
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// What `body` returns; the fault of a temporary file becomes one of grading.
  static func spilling<Value>(_ body: () throws(SpillFault) -> Value) throws(GradingFault) -> Value {
    do throws(SpillFault) {
      return try body()
    } catch {
      throw GradingFault(.spill, error.message)
    }
  }
}
