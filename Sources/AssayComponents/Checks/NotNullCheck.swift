package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `not_null`: no value is null.
package struct NotNullCheck: PredicateCheck, Component {
  package static let schema = Schema(
    "not_null", NotNullCheck(), summary: "No value is null.", keys: [],
    examples: ["columns: {email: [not_null]}", "columns: {email: [{not_null: {}, at_least: 98%, where: \"active\"}]}"],
    faults: [
      FaultExample(
        "dataset: [⟪not_null]", "'not_null' judges a column; it stands under 'columns' and the column's name")
    ])

  package var predicate: Predicate { .notNull }
  package var claim: RowClaim { RowClaim("no value is null", verb: "are not null") }
}
