package import AssayDefinition
internal import AssayEngine
package import AssayQuality

extension Comparison: ConfigChoice {}

/// `compare`: every value stands so to that of another column in its row.
package struct CompareCheck: PredicateCheck, Component {
  var comparison = Comparison.equal
  var other = ""

  package static let schema = Schema(
    "compare", CompareCheck(), summary: "Every value stands so to that of another column in its row.",
    details: """
      Numbers are compared by value, dates by when they are (zones are heeded, a time without a zone counts in UTC), texts by
      their bytes, false before true. Values of unlike kinds, such as a number and a word, are unequal and in no order, so all
      but `!=` fail. Rows with a null on either side are not evaluated. What spans more than two columns is an `expression`.
      """,
    keys: [
      Key("op", \.comparison, required: true, "How they must stand to each other; quote it."),
      Key("to", \.other, required: true, "The other column."),
    ],
    examples: [
      "columns: {ended_at: [{compare: {op: '>=', to: started_at}}]}",
      "columns: {billing_country: [{compare: {op: '==', to: country}, at_least: 90%}]}",
    ],
    faults: [
      FaultExample(
        "columns: {ended_at: [{compare: {op: ⟪'=', to: started_at}}]}", "expected one of ==, !=, <, <=, >, >=, not '='"),
      FaultExample("columns: {ended_at: [{compare: ⟪{op: '>='}}]}", "needs 'to'"),
    ])

  package var predicate: Predicate { .compare(comparison, to: other) }
  package var claim: RowClaim {
    RowClaim("every value is \(comparison.rawValue) \(other)", verb: "are \(comparison.rawValue) \(other)")
  }
}
