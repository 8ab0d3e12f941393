package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `not_pattern`: a regular expression matches no value.
package struct NotPatternCheck: PredicateCheck, Component {
  var regex = ""

  package static let schema = Schema(
    "not_pattern", NotPatternCheck(), summary: "A regular expression matches no value.",
    details: """
      For what must not be within a value: spaces at its ends, a control character, a number of a card. The expression (PCRE2)
      may match anywhere; `^` and `$` bind it to the value's ends. One that takes too many steps on a value breaks the run.
      """,
    shorthand: "regex",
    keys: [Key("regex", \.regex, required: true, "The expression; quote it.")],
    rules: [Rule("regex", code: .badExpression) { PatternCheck.fault(of: $0.regex) }],
    examples: ["columns: {name: [{not_pattern: '^\\s|\\s$'}]}"],
    faults: [FaultExample("columns: {name: [{not_pattern: ⟪'(\\d{16}'}]}", "'(\\d{16}' is no regular expression")])

  package var predicate: Predicate { .pattern(regex, negated: true) }
  package var claim: RowClaim { RowClaim("no value matches \(regex)", verb: "do not match \(regex)") }
}
