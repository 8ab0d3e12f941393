package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `pattern`: a regular expression matches every value.
package struct PatternCheck: PredicateCheck, Component {
  var regex = ""

  package static let schema = Schema(
    "pattern", PatternCheck(), summary: "A regular expression matches every value.",
    details: """
      The expression (PCRE2) may match anywhere within a value; `^` and `$` bind it to its ends. An expression that takes too many
      steps on a value breaks the run.
      """,
    shorthand: "regex",
    keys: [Key("regex", \.regex, required: true, "The expression; quote it.")],
    rules: [
      Rule("regex", code: .badExpression) { check in
        do throws(PatternFault) {
          try validatePattern(check.regex)
          return nil
        } catch {
          return "'\(check.regex)' is no regular expression: \(error.message) (character \(error.offset + 1))"
        }
      }
    ],
    examples: ["columns: {sku: [{pattern: '^[A-Z]{2}-\\d+$'}]}"],
    faults: [FaultExample("columns: {sku: [{pattern: ⟪'^[A-Z'}]}", "'^[A-Z' is no regular expression")])

  package var predicate: Predicate { .pattern(regex) }
  package var claim: RowClaim { RowClaim("every value matches \(regex)", verb: "match \(regex)") }
}
