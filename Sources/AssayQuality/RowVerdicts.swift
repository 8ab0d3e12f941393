package import AssayColumns

/// Which rows of a dataset fail, and by which checks, once everything has been measured.
///
/// Made of the values of measures that were taken with `Sampling.keepsAllRows`, so that exactly those rows fail which the
/// checks have counted. A measure tells its failing rows in `RowTestValue.rows`.
package struct RowVerdicts: Sendable {
  /// What separates the reasons of one row.
  static let separator = "; "

  /// Characters of a value that a reason tells.
  private static let valueLength = 200

  private struct Check: Sendable {
    var reason: String
    var rows: RowSet
    /// What stood in the judged cell, by the row's number from 1, for the rows that samples are kept of.
    var texts: [Int: String] = [:]
  }

  private var checks: [Check] = []

  /// Verdicts of no check: no row fails.
  package init() {}

  /// Adds a check with the value of its measure. A value that tells of no rows, or of missing columns, fails none; one
  /// that was taken without `Sampling.keepsAllRows` is a programmer's mistake.
  /// - Parameter tellsValues: Whether reasons tell the values that fail, as far as samples of them were kept: `type total:
  ///   abc`. Those of private columns are not told.
  package mutating func add(_ value: MeasureValue?, reason: String, tellsValues: Bool = false) {
    guard case .rows(let found)? = value, found.failed > 0 else { return }
    guard let rows = found.rows else { preconditionFailure("the rows that fail '\(reason)' were not kept") }
    var check = Check(reason: reason, rows: rows)
    if tellsValues {
      for row in found.failures {
        guard let text = row.value, text != Sampling.mask else { continue }
        check.texts[row.row] = String(text.prefix(Self.valueLength))
      }
    }
    checks.append(check)
  }

  /// The rows that fail of a stretch of the dataset, and why: a text for each, `unique id; length state`, with the
  /// checks in the order in which they were added, each reason once.
  ///
  /// Throws `spill` where what was written to a temporary file cannot be read. O(rows × checks).
  package func failures(from first: Int, count: Int) throws(GradingFault) -> (rows: Bitmap, reasons: [String]) {
    var failed = Bitmap(count: count)
    var found: [(check: Check, rows: Bitmap)] = []
    for check in checks {
      let rows = try check.rows.rows(from: first, count: count)
      failed.formUnion(rows)
      found.append((check, rows))
    }
    let reasons = failed.setIndices().map { row in
      var names: [String] = []
      for (check, rows) in found where rows[row] {
        let name = check.texts[first + row + 1].map { "\(check.reason): \($0)" } ?? check.reason
        if !names.contains(name) { names.append(name) }
      }
      return names.joined(separator: Self.separator)
    }
    return (failed, reasons)
  }

  /// The numbers in the dataset of rows that are counted among the failing ones, or among the others, alone.
  ///
  /// Throws like `failures`. O(rows × checks).
  /// - Parameters:
  ///   - places: Counted from 1, as the numbers are, in rising order.
  ///   - rowCount: How many rows the dataset has.
  package func numbers(of places: [Int], areFailing: Bool, rowCount: Int) throws(GradingFault) -> [Int] {
    var numbers: [Int] = []
    var (first, before) = (0, 0)
    while first < rowCount, numbers.count < places.count {
      let count = min(1 << 15, rowCount - first)
      let failed = try failures(from: first, count: count).rows
      let rows = (areFailing ? failed : failed.inverted()).setIndices()
      while numbers.count < places.count, places[numbers.count] - before <= rows.count {
        numbers.append(first + rows[places[numbers.count] - before - 1] + 1)
      }
      before += rows.count
      first += count
    }
    return numbers
  }
}
