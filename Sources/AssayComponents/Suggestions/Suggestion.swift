/// A check that holds today, and why it is worth having.
package struct Suggestion: Sendable, Hashable {
  /// The column that it stands under; nil for a check of the dataset.
  package var column: String?
  /// The check as a pipeline file has it, on one line.
  package var check: String
  package var why: String

  package init(column: String? = nil, _ check: String, why: String) {
    self.column = column
    self.check = check
    self.why = why
  }
}

/// What a file suggests: its key, its checks, and columns whose outliers say nothing.
package struct Suggestions: Sendable {
  package var key: [String] = []
  package var dataset: [Suggestion] = []
  package var columns: [(name: String, checks: [Suggestion])] = []
  /// Columns that validity should leave out, such as ids.
  package var withoutOutliers: [String] = []

  /// All checks, those of the dataset first.
  package var all: [Suggestion] { dataset + columns.flatMap(\.checks) }
}
