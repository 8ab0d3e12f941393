package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `median`: the median of a column lies within bounds.
package struct MedianCheck: NumberCheck, Component {
  package var bounds = NumberBounds()
  private static let bounds = NumberBounds.schema(of: "median", in: "median")

  package static let schema = Schema(
    "median", MedianCheck(), summary: "The median of a column's numbers lies within bounds.",
    details: """
      The middle value, or the mean of the two in the middle. Unlike the mean it does not move with a few wild values. Nulls are
      no values; a column in which some value is no number does not hold.
      """,
    keys: bounds.keys(at: \.bounds), rules: bounds.rules(at: \.bounds),
    examples: [
      "columns: {revenue: [{median: {min: 20, max: 60}}]}",
      "columns: {revenue: [{median: {min: {warn: 20, fail: 5}}}]}",
    ],
    faults: [FaultExample("columns: {revenue: [⟪median]}", "'median' needs 'min', 'max' or both")])

  package var subject: String { "median" }
  package var measure: ColumnMeasure { .quantile(0.5) }
  package func read(_ value: MeasureValue) -> NumberReading? {
    if case .reading(let reading) = value { reading } else { nil }
  }
}
