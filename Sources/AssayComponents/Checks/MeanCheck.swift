package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `mean`: the mean of a column lies within bounds.
package struct MeanCheck: NumberCheck, Component {
  package var bounds = NumberBounds()
  private static let bounds = NumberBounds.schema(of: "mean", in: "mean")

  package static let schema = Schema(
    "mean", MeanCheck(), summary: "The mean of a column's numbers lies within bounds.",
    details: """
      For a shift of the whole that no single row shows: prices in cents, an average that halves. Nulls are no values; a column
      in which some value is no number does not hold; without a value there is no data.
      """,
    keys: bounds.keys(at: \.bounds), rules: bounds.rules(at: \.bounds),
    examples: [
      "columns: {revenue: [{mean: {min: 80, max: 120}}]}",
      "columns: {revenue: [{mean: {max: {warn: 110, fail: 150}}, where: \"NOT refunded\"}]}",
    ],
    faults: [FaultExample("columns: {revenue: [⟪mean]}", "'mean' needs 'min', 'max' or both")])

  package var subject: String { "mean" }
  package var measure: ColumnMeasure { .moments }
  package func read(_ value: MeasureValue) -> NumberReading? {
    if case .moments(let moments) = value { moments.reading(\.mean) } else { nil }
  }
}
