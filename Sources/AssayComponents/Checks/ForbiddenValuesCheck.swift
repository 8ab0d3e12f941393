package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `forbidden_values`: no value is one of a list.
package struct ForbiddenValuesCheck: PredicateCheck, Component {
  var values: [String] = []

  package static let schema = Schema(
    "forbidden_values", ForbiddenValuesCheck(), summary: "No value is one of a list.",
    details: """
      For what stands for “unknown” without being null: `n/a`, `test`, -999. Numbers are compared as numbers: `0` forbids `0.0`.
      Texts are compared exactly.
      """,
    shorthand: "values",
    keys: [Key("values", \.values, required: true, "The values, as written: `NO` is a text.")],
    rules: [Rule("values") { $0.values.isEmpty ? "'values' is empty, so every value would hold" : nil }],
    examples: ["columns: {city: [{forbidden_values: [n/a, unknown, '?']}]}"],
    faults: [
      FaultExample("columns: {city: [{forbidden_values: ⟪[]}]}", "'values' is empty, so every value would hold")
    ])

  package var predicate: Predicate { .forbidden(values) }
  package var claim: RowClaim {
    let shown = values.prefix(8).joined(separator: ", ") + (values.count > 8 ? ", … (\(values.count))" : "")
    return RowClaim("no value is one of \(shown)", verb: "are none of \(shown)")
  }
}
