package import AssayColumns

/// Which rows of a dataset fail, and by which checks, once everything has been measured.
///
/// Made of the values of measures that were taken with `Sampling.keepsAllRows`, so that exactly those rows fail which the
/// checks have counted. A measure tells its failing rows in `RowTestValue.rows`.
package struct RowVerdicts: Sendable {
  /// What separates the reasons of one row.
  static let separator = "; "

  private var checks: [(reason: String, rows: RowSet)] = []

  /// Verdicts of no check: no row fails.
  package init() {}

  /// Adds a check with the value of its measure. A value that tells of no rows, or of missing columns, fails none.
  package mutating func add(_ value: MeasureValue?, reason: String) {
    guard case .rows(let found)? = value, let rows = found.rows else { return }
    checks.append((reason, rows))
  }

  /// The rows that fail of a stretch of the dataset, and why: a text for each, `unique id; length state`, with the
  /// checks in the order in which they were added, each reason once.
  ///
  /// Throws `spill` where what was written to a temporary file cannot be read. O(rows × checks).
  package func failures(from first: Int, count: Int) throws(GradingFault) -> (rows: Bitmap, reasons: [String]) {
    var failed = Bitmap(count: count)
    var found: [(reason: String, rows: Bitmap)] = []
    for check in checks {
      let rows = try check.rows.rows(from: first, count: count)
      failed.formUnion(rows)
      found.append((check.reason, rows))
    }
    let reasons = failed.setIndices().map { row in
      var names: [String] = []
      for check in found where check.rows[row] && !names.contains(check.reason) { names.append(check.reason) }
      return names.joined(separator: Self.separator)
    }
    return (failed, reasons)
  }
}
