package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `null`: every value is null.
package struct NullCheck: PredicateCheck, Component {
  package static let schema = Schema(
    "null", NullCheck(), summary: "Every value is null.",
    details: """
      For columns that must stay empty: one that has been retired, or, with `where`, a date of return of orders that are not
      returned. Every row is evaluated, and each value fails.
      """,
    keys: [],
    examples: [
      "columns: {fax: ['null']}", "columns: {returned_at: [{'null': {}, where: \"status <> 'returned'\"}]}",
    ],
    faults: [
      FaultExample(
        "dataset: [⟪'null']", "'null' judges a column; it stands under 'columns' and the column's name")
    ])

  package var predicate: Predicate { .isNull }
  package var claim: RowClaim { RowClaim("every value is null", noun: "rows", verb: "are null") }
}
