package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `max`: the greatest value of a column lies within bounds.
package struct MaximumCheck: ExtremeCheck, Component {
  package var bounds = ExtremeBounds()
  private static let bounds = ExtremeBounds.schema(of: "greatest value", in: "max")

  package static let schema = Schema(
    "max", MaximumCheck(), summary: "The greatest number or date of a column lies within bounds.",
    details: """
      With numbers for bounds, a column in which some value is no number does not hold; with dates, one in which some value is
      no date. Dates are compared by when they are: zones are heeded, and a time without a zone counts in UTC. For where
      the data must end, such as the last day of the month; that every single value is within bounds says `range`, which names
      the rows.
      Nulls are no values.
      """,
    keys: bounds.keys(at: \.bounds), rules: bounds.rules(at: \.bounds),
    examples: [
      "columns: {revenue: [{max: {min: 1000}}]}", "columns: {booked_on: [{max: {min: 2026-11-30, max: 2026-11-30}}]}",
    ],
    faults: [FaultExample("columns: {revenue: [⟪max]}", "'max' needs 'min', 'max' or both")])

  package var subject: String { "greatest value" }
  package var ofNumbers: KeyPath<NumberMoments, Double?> { \.maximum }
  package var ofDates: KeyPath<DateSpan, DateSpan.Entry?> { \.latest }
}
