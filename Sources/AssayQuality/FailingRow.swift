/// A name with its text, nil for null: a cell of a failing row.
package struct NamedText: Sendable, Hashable {
  package var name: String
  package var text: String?

  package init(_ name: String, _ text: String?) {
    self.name = name
    self.text = text
  }
}

/// A row that fails a test.
package struct FailingRow: Sendable, Hashable {
  /// The row's number in its dataset, from 1.
  package var row: Int
  /// The cells that were judged. A private column has the text `Sampling.mask`.
  package var cells: [NamedText]
  /// The cells that tell the row from others. Private columns are left out.
  package var key: [NamedText]

  package init(row: Int, cells: [NamedText], key: [NamedText] = []) {
    self.row = row
    self.cells = cells
    self.key = key
  }

  /// The judged column, where it is one.
  package var column: String? { cells.count == 1 ? cells[0].name : nil }

  /// The judged cell's text, or `a: 1, b: 2` where there are several; nil for null or no cell.
  package var value: String? {
    if cells.count <= 1 { return cells.first?.text }
    return cells.map { "\($0.name): \($0.text ?? "null")" }.joined(separator: ", ")
  }
}

/// A failing row of a named check, as the store's `failed_rows` keeps it.
package struct FailedRow: Sendable, Hashable {
  /// The row's number in its dataset, from 1.
  package var row: Int
  package var check: String
  package var column: String?
  package var value: String?
  package var reason: String
  package var key: [NamedText]

  /// The row as a failure of a check; `reason` is a short sentence about the row: `is null`.
  package init(_ failing: FailingRow, check: String, reason: String) {
    row = failing.row
    self.check = check
    column = failing.column
    value = failing.value
    self.reason = reason
    key = failing.key
  }
}

/// How much of the failing rows of a dataset is kept.
package struct Sampling: Sendable, Hashable {
  /// The text in place of a private column's value.
  package static let mask = "***"

  /// Rows that a report shows for each check.
  package var sampleSize: Int
  /// Rows that are kept for each measure, the lowest row numbers: the bound of `failed_rows`.
  package var keptRows: Int
  /// Columns that tell rows apart, shown with each failing row. Names that are no column are passed over.
  package var keyColumns: [String]
  /// Columns whose values are never shown.
  package var privateColumns: Set<String>
  /// Whether the numbers of all failing rows are kept, for outputs that take the good rows or the bad ones.
  package var keepsAllRows: Bool

  package init(
    sampleSize: Int = 5, keptRows: Int = 1000, keyColumns: [String] = [], privateColumns: Set<String> = [],
    keepsAllRows: Bool = false
  ) {
    self.sampleSize = sampleSize
    self.keptRows = max(keptRows, sampleSize)
    self.keyColumns = keyColumns
    self.privateColumns = privateColumns
    self.keepsAllRows = keepsAllRows
  }
}
