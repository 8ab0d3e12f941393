package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `distinct_count`: a column has a number of distinct values within bounds.
package struct DistinctCountCheck: NumberCheck, Component {
  package var bounds = NumberBounds()
  private static let bounds = NumberBounds.schema(of: "distinct count", in: "distinct_count")

  package static let schema = Schema(
    "distinct_count", DistinctCountCheck(), summary: "A column has a number of distinct values within bounds.",
    details: """
      For columns of which the number of values is known, such as 50 states, or that must not shrink to one value. Texts are
      counted as they are written, JSON values by value. Nulls are no values; without a value there is no data.
      """,
    keys: bounds.keys(at: \.bounds), rules: bounds.rules(at: \.bounds),
    examples: [
      "columns: {state: [{distinct_count: {min: 50, max: 51}}]}",
      "columns: {store: [{distinct_count: {min: {warn: 12, fail: 10}}}]}",
    ],
    faults: [FaultExample("columns: {state: [⟪distinct_count]}", "'distinct_count' needs 'min', 'max' or both")])

  package var subject: String { "distinct count" }
  package var measure: ColumnMeasure { .distinct }
  package func read(_ value: MeasureValue) -> NumberReading? {
    if case .count(let count) = value {
      NumberReading(values: count, numbers: count, value: Double(count))
    } else {
      nil
    }
  }
}
