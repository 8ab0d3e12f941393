package import AssayColumns
package import AssayDefinition

/// A template with its columns found in a batch.
package struct BoundTemplate: Sendable {
  private enum Part: Sendable {
    case literal(String)
    /// Nil for a column that the batch does not have: all of its cells are null.
    case column(Column?, optional: Bool)
  }

  private let parts: [Part]

  /// A column that the batch does not have counts as null, since it may come with a later batch; `requireColumns` says
  /// whether it ever did.
  package init(_ template: Template, _ batch: Batch) {
    parts = template.parts.map { part in
      switch part {
      case .literal(let text): .literal(text)
      case .column(let name, let optional): .column(batch.column(name), optional: optional)
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
        guard let text = column?[row].text else {
          if optional { continue }
          return nil
        }
        filled += text
      }
    }
    return filled
  }
}

extension Template {
  /// Checks that a dataset has, in the end, every column that the template names and that may not be null.
  func requireColumns(in schema: DatasetSchema) throws(RunFailure) {
    for case .column(let name, optional: false) in parts where schema.index(of: name) == nil {
      throw RunFailure(
        "the template \"\(text)\" names a column '\(name)' that the rows do not have"
          + suggestion(for: name, among: schema.names))
    }
  }
}
