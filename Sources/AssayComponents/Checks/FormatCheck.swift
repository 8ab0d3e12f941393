package import AssayDefinition
internal import AssayEngine
package import AssayQuality

extension Format: ConfigChoice {}

/// `format`: every value is written as a known format asks.
package struct FormatCheck: PredicateCheck, Component {
  var format = Format.email

  package static let schema = Schema(
    "format", FormatCheck(), summary: "Every value is written as a known format asks.",
    details: "The form alone is judged: an e-mail address that nobody has is one all the same.",
    shorthand: "is",
    keys: [Key("is", \.format, required: true, "The format.")],
    examples: [
      "columns: {email: [{format: email, at_least: {warn: 99%, fail: 95%}}]}",
      "columns: {currency: [{format: currency_iso4217}]}",
    ],
    faults: [FaultExample("columns: {email: [{format: ⟪emial}]}", "did you mean 'email'?")])

  package var predicate: Predicate { .format(format) }
  package var claim: RowClaim {
    RowClaim("every value has the format \(format.rawValue)", verb: "have the format \(format.rawValue)")
  }
}
