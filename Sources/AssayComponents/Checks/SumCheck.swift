package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `sum`: the sum of a column lies within bounds.
package struct SumCheck: NumberCheck, Component {
  package var bounds = NumberBounds()
  private static let bounds = NumberBounds.schema(of: "sum", in: "sum")

  package static let schema = Schema(
    "sum", SumCheck(), summary: "The sum of a column's numbers lies within bounds.",
    details: """
      For totals that must come to something: control sums, postings that add up to 0. Decimal numbers are added up as such,
      so that ten times 0.1 is 1. Nulls are no values; a column in which some value is no number does not hold.
      """,
    keys: bounds.keys(at: \.bounds), rules: bounds.rules(at: \.bounds),
    examples: [
      "columns: {revenue: [{sum: {min: 10000}}]}",
      "columns: {revenue: [{sum: {min: 0, max: 0}, where: \"account = 7\"}]}",
    ],
    faults: [FaultExample("columns: {revenue: [⟪sum]}", "'sum' needs 'min', 'max' or both")])

  package var subject: String { "sum" }
  package var measure: ColumnMeasure { .moments }
  package func read(_ value: MeasureValue) -> NumberReading? {
    if case .moments(let moments) = value { moments.reading(\.sum) } else { nil }
  }
}
