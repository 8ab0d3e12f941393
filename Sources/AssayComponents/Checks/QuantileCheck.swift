package import AssayDefinition
internal import AssayEngine
package import AssayQuality

/// `quantile`: a quantile of a column lies within bounds.
package struct QuantileCheck: NumberCheck, Component {
  var share = 0.5
  package var bounds = NumberBounds()
  private static let bounds = NumberBounds.schema(of: "quantile", in: "quantile")

  package static let schema = Schema(
    "quantile", QuantileCheck(), summary: "A quantile of a column's numbers lies within bounds.",
    details: """
      The value below which a share of the numbers lies, linearly interpolated between the two nearest (as NumPy does). For what
      nearly all rows must keep to: 95% of the answers within 2 seconds. Nulls are no values; a column in which some value is
      no number does not hold.
      """,
    keys: [
      Key("q", \.share, required: true, "The share of the numbers below it, 0 to 1: 0.95 for the 95th percentile.")
    ]
      + bounds.keys(at: \.bounds),
    rules: [Rule("q") { (0...1).contains($0.share) ? nil : "'q' is 0 to 1, such as 0.95" }]
      + bounds.rules(at: \.bounds),
    examples: [
      "columns: {seconds: [{quantile: {q: 0.95, max: 2}}]}",
      "columns: {revenue: [{quantile: {q: 0.05, min: {warn: 10, fail: 0}}}]}",
    ],
    faults: [
      FaultExample("columns: {seconds: [{quantile: {⟪q: 95, max: 2}}]}", "'q' is 0 to 1, such as 0.95"),
      FaultExample("columns: {seconds: [{quantile: ⟪{q: 0.95}}]}", "'quantile' needs 'min', 'max' or both"),
    ])

  package var subject: String { "quantile \(Double.display(share) ?? "")" }
  package var measure: ColumnMeasure { .quantile(share) }
  package func read(_ value: MeasureValue) -> NumberReading? {
    if case .reading(let reading) = value { reading } else { nil }
  }
}
