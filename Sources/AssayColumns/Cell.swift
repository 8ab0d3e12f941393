/// One cell by itself: for samples, templates and small results, never in a loop over a column.
package enum Cell: Sendable, Hashable {
  case null
  case text(String)
  case integer(Int64)
  case decimal(Double)
  case boolean(Bool)

  /// The cell as text: `1.5`, `true`, the text itself; nil for null.
  package var text: String? {
    switch self {
    case .null: nil
    case .text(let value): value
    case .integer(let value): String(value)
    case .decimal(let value): decimalText(value)
    case .boolean(let value): value ? "true" : "false"
    }
  }
}

/// The shortest text that reads back as the same double: `1.5`, `5.0`, `1e+16`.
package func decimalText(_ value: Double) -> String { value.description }
