import AssayColumns

/// A batch with what several measures need of it, worked out once. Lives on one thread.
final class BatchView {
  let batch: Batch
  private let verdicts: [String: ExpressionOutcome]
  private var classesByPlace: [[CellClass]?]
  private var countsByPlace: [ClassCounts?]
  private var risingByPlace: [RisingColumn??]

  init(_ batch: Batch, verdicts: [String: ExpressionOutcome] = [:]) {
    self.batch = batch
    self.verdicts = verdicts
    classesByPlace = Array(repeating: nil, count: batch.columns.count)
    countsByPlace = Array(repeating: nil, count: batch.columns.count)
    risingByPlace = Array(repeating: nil, count: batch.columns.count)
  }

  /// The class of each cell of the column at a place. O(bytes) the first time.
  func classes(at place: Int) -> [CellClass] {
    if let classes = classesByPlace[place] { return classes }
    let (classes, counts) = batch.columns[place].countedClasses(under: batch.schema.fields[place])
    classesByPlace[place] = classes
    countsByPlace[place] = counts
    return classes
  }

  /// How many cells there are of each class in the column at a place. O(bytes) the first time.
  func classCounts(at place: Int) -> ClassCounts {
    _ = classes(at: place)
    return countsByPlace[place] ?? ClassCounts()
  }

  /// The integers of the column at a place, where they mostly rise, else nil. O(rows) the first time.
  func risingColumn(at place: Int) -> RisingColumn? {
    if let rising = risingByPlace[place] { return rising }
    let rising = RisingColumn(of: batch.columns[place])
    risingByPlace[place] = rising
    return rising
  }

  /// The outcome of an expression of the plan.
  func outcome(of expression: String) -> ExpressionOutcome {
    guard let outcome = verdicts[expression] else {
      preconditionFailure("an expression is evaluated before its test")
    }
    return outcome
  }
}

/// An expression's verdict over a batch, and the columns it had to be lent because the batch did not have them.
struct ExpressionOutcome: Sendable {
  var verdict: SQLVerdict
  var absent: [String] = []
}

/// Evaluates expressions over a batch; a name that is no column yet stands for nulls, as rows before a column's first
/// appearance do.
func evaluate(
  _ expressions: [String], over batch: Batch, with evaluator: any SQLPredicateEvaluator
) throws(GradingFault) -> [String: ExpressionOutcome] {
  if expressions.isEmpty { return [:] }
  var outcomes: [String: ExpressionOutcome] = [:]
  do throws(SQLPredicateFault) {
    let verdicts = try evaluator.verdicts(of: expressions, over: batch)
    for (expression, verdict) in zip(expressions, verdicts) {
      outcomes[expression] = ExpressionOutcome(verdict: verdict)
    }
    return outcomes
  } catch {
    // One by one, then: so each expression is known to lack its own columns, and a broken one is named.
  }
  for expression in expressions { outcomes[expression] = try evaluate(expression, over: batch, with: evaluator) }
  return outcomes
}

private func evaluate(
  _ expression: String, over batch: Batch, with evaluator: any SQLPredicateEvaluator
) throws(GradingFault) -> ExpressionOutcome {
  var batch = batch
  var absent: [String] = []
  while true {
    let missing: String
    do throws(SQLPredicateFault) {
      let verdicts = try evaluator.verdicts(of: [expression], over: batch)
      return ExpressionOutcome(verdict: verdicts[0], absent: absent)
    } catch {
      switch error {
      case .missingColumn(let name): missing = name
      case .broken(let message): throw brokenSQL(expression, message)
      }
    }
    guard batch.schema.index(of: missing) == nil else {
      throw brokenSQL(expression, "the column '\(missing)' cannot be read")
    }
    absent.append(missing)
    var schema = batch.schema
    schema.append(Field(missing, reading: .own))
    batch = batch.widened(to: schema)
  }
}

private func brokenSQL(_ expression: String, _ message: String) -> GradingFault {
  GradingFault(.brokenSQL, "the SQL expression '\(expression)' cannot be evaluated: \(message)")
}
