package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `stddev`: the standard deviation of a column lies within bounds.
package struct StandardDeviationCheck: NumberCheck, Component {
  package var bounds = NumberBounds()
  private static let bounds = NumberBounds.schema(of: "standard deviation", in: "stddev")

  package static let schema = Schema(
    "stddev", StandardDeviationCheck(), summary: "The standard deviation of a column's numbers lies within bounds.",
    details: """
      The sample standard deviation, that with n − 1. For values that have come to scatter more than they should, or that no
      longer differ at all, as of a sensor that hangs. One value has no deviation: no data. Nulls are no values; a column in
      which some value is no number does not hold.
      """,
    keys: bounds.keys(at: \.bounds), rules: bounds.rules(at: \.bounds),
    examples: [
      "columns: {revenue: [{stddev: {max: 50}}]}", "columns: {revenue: [{stddev: {min: 0.001}, severity: warn}]}",
    ],
    faults: [FaultExample("columns: {revenue: [⟪stddev]}", "'stddev' needs 'min', 'max' or both")])

  package var subject: String { "standard deviation" }
  package var measure: ColumnMeasure { .moments }
  package func read(_ value: MeasureValue) -> NumberReading? {
    if case .moments(let moments) = value { moments.reading(\.deviation) } else { nil }
  }
}
