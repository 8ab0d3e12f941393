/// A place in a pipeline file. Lines and columns count from 1; a column is a Unicode scalar.
package struct SourceLocation: Sendable, Hashable, Comparable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The beginning of the file.
  package static let start = SourceLocation(line: 1, column: 1)

  package static func < (left: SourceLocation, right: SourceLocation) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
