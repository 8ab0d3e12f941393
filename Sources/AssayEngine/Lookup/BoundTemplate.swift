package import AssayColumns
package import AssayDefinition

/// A template with its columns found in a batch.
package struct BoundTemplate: Sendable {
  private enum Part: Sendable {
    case literal(String)
    case column(Column, optional: Bool)
  }

  private var parts: [Part]

  /// Throws where the batch has no column of a name that the template names.
  package init(_ template: Template, _ batch: Batch) throws(RunFailure) {
    parts = []
    for part in template.parts {
      switch part {
      case .literal(let text): parts.append(.literal(text))
      case .column(let name, let optional):
        if let column = batch.column(name) {
          parts.append(.column(column, optional: optional))
        } else if !optional {
          throw RunFailure(
            "the template \"\(template.text)\" names a column '\(name)' that the rows do not have"
              + suggestion(for: name, among: batch.schema.names))
        }
      }
    }
  }

  /// The text for a row; nil where a column that may not be null is null.
  package func fill(_ row: Int) -> String? {
    var filled = ""
    for part in parts {
      switch part {
      case .literal(let text): filled += text
      case .column(let column, let optional):
        guard let text = column[row].text else {
          if optional { continue }
          return nil
        }
        filled += text
      }
    }
    return filled
  }
}
