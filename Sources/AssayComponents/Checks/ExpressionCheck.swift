package import AssayDefinition
package import AssayEngine
package import AssayQuality

/// `expression`: an SQL condition holds in every row.
package struct ExpressionCheck: PredicateCheck, Component {
  var sql = SQLPredicate("")

  package static let schema = Schema(
    "expression", ExpressionCheck(), summary: "An SQL condition holds in every row.",
    details: """
      SQLite's SQL over the columns of the row: numbers are numbers, booleans 1 and 0, all else is text. A condition that is null
      holds. A column that does not exist fails the check.
      """,
    shorthand: "sql",
    keys: [Key("sql", \.sql, required: true, "The condition.")],
    examples: [
      "dataset: [{expression: \"revenue >= 0 OR refunded\"}]",
      "dataset: [{expression: \"ended_at >= started_at\", at_least: 99%}]",
    ],
    faults: [FaultExample("dataset: [{expression: ⟪\"revenue >=\"}]", "'revenue >=' is no SQL condition")])

  package var scope: CheckScope { .either }
  package var predicate: Predicate { .expression(sql.sql) }
  package var claim: RowClaim { RowClaim("\(sql.sql)", noun: "rows", verb: "satisfy \(sql.sql)") }
}
