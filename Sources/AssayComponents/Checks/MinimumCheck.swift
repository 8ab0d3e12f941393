package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `min`: the least value of a column lies within bounds.
package struct MinimumCheck: ExtremeCheck, Component {
  package var bounds = ExtremeBounds()
  private static let bounds = ExtremeBounds.schema(of: "least value", in: "min")

  package static let schema = Schema(
    "min", MinimumCheck(), summary: "The least number or date of a column lies within bounds.",
    details: """
      With numbers for bounds, a column in which some value is no number does not hold; with dates, one in which some value is
      no date. Dates are compared by when they are: zones are heeded, and a time without a zone counts in UTC. For where
      the data must begin; that every single value is within bounds says `range`, which names the rows.
      Nulls are no values.
      """,
    keys: bounds.keys(at: \.bounds), rules: bounds.rules(at: \.bounds),
    examples: [
      "columns: {revenue: [{min: {min: 0, max: 10}}]}", "columns: {signup_date: [{min: {max: 2020-01-31}}]}",
    ],
    faults: [FaultExample("columns: {revenue: [⟪min]}", "'min' needs 'min', 'max' or both")])

  package var subject: String { "least value" }
  package var ofNumbers: KeyPath<NumberMoments, Double?> { \.minimum }
  package var ofDates: KeyPath<DateSpan, DateSpan.Entry?> { \.earliest }
}
