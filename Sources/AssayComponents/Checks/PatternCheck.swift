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
    rules: [Rule("regex", code: .badExpression) { fault(of: $0.regex) }],
    examples: ["columns: {sku: [{pattern: '^[A-Z]{2}-\\d+$'}]}"],
    faults: [FaultExample("columns: {sku: [{pattern: ⟪'^[A-Z'}]}", "'^[A-Z' is no regular expression")])

  /// What is wrong with a regular expression, or nil.
  static func fault(of regex: String) -> String? {
    do throws(PatternFault) {
      try validatePattern(regex)
      return nil
    } catch {
      return "'\(regex)' is no regular expression: \(error.message) (character \(error.offset + 1))"
    }
  }

  package var predicate: Predicate { .pattern(regex) }
  package var claim: RowClaim { RowClaim("every value matches \(regex)", verb: "match \(regex)") }
}
