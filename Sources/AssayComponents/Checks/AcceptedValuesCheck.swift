package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `accepted_values`: every value is one of a list.
package struct AcceptedValuesCheck: PredicateCheck, Component {
  var values: [String] = []

  package static let schema = Schema(
    "accepted_values", AcceptedValuesCheck(), summary: "Every value is one of a list.",
    details: "Numbers are compared as numbers: `1` accepts `1.0`. Texts are compared exactly.",
    shorthand: "values",
    keys: [Key("values", \.values, required: true, "The values, as written: `NO` is a text.")],
    rules: [Rule("values") { $0.values.isEmpty ? "'values' is empty, so no value would hold" : nil }],
    examples: ["columns: {state: [{accepted_values: [CA, NY, TX]}]}"],
    faults: [FaultExample("columns: {state: [{accepted_values: ⟪[]}]}", "'values' is empty, so no value would hold")])

  package var predicate: Predicate { .accepted(values) }
  package var claim: RowClaim {
    let shown = values.prefix(8).joined(separator: ", ") + (values.count > 8 ? ", … (\(values.count))" : "")
    return RowClaim("every value is one of \(shown)", verb: "are one of \(shown)")
  }
}
