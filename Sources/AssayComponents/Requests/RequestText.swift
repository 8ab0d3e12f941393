package import AssayDefinition

/// A text of a request: one that stands as it is written, or one that is filled for each row.
package protocol RequestText: ConfigValue {
  /// A text of nothing.
  static var empty: Self { get }
  /// Whether `{column}` stands for what differs from row to row.
  static var isTemplate: Bool { get }
  /// Whether a text of a JSON body that is one `{column}` alone stands for the column's value with its kind.
  static var keepsKinds: Bool { get }
  /// The text as messages show it.
  var written: String { get }
  /// The columns that it names.
  var columns: [(name: String, isOptional: Bool)] { get }
  /// The column that is all of it; nil for any other text.
  var soleColumn: String? { get }
  /// The text with its columns filled; nil where one that may not be null is null.
  func filled(_ cell: (String) -> String?) -> String?
}

extension RequestText {
  package static var keepsKinds: Bool { false }
}

extension FilledText: RequestText {
  package static var empty: FilledText { FilledText() }
  package static var isTemplate: Bool { false }
  package var written: String { text }
  package var columns: [(name: String, isOptional: Bool)] { [] }
  package var soleColumn: String? { nil }
  package func filled(_ cell: (String) -> String?) -> String? { text }
}

extension Template: RequestText {
  package static var empty: Template { Template(parts: []) }
  package static var isTemplate: Bool { true }
  package var written: String { shown }
  package var columns: [(name: String, isOptional: Bool)] {
    parts.compactMap { part in
      if case .column(let name, let optional) = part { (name, optional) } else { nil }
    }
  }
  package var soleColumn: String? {
    if parts.count == 1, case .column(let name, _) = parts[0] { name } else { nil }
  }
  package func filled(_ cell: (String) -> String?) -> String? { fill(cell) }
}
