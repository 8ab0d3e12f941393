import AssayColumns

/// The order in which the values of a column are to come.
package struct OrderRule: Sendable, Hashable {
  package var isDecreasing: Bool
  /// Whether equal neighbours break it.
  package var isStrict: Bool

  package init(isDecreasing: Bool = false, isStrict: Bool = false) {
    self.isDecreasing = isDecreasing
    self.isStrict = isStrict
  }

  /// How a value is to stand to the last one before it.
  var comparison: Comparison {
    isDecreasing ? (isStrict ? .less : .atMost) : (isStrict ? .greater : .atLeast)
  }
}

/// Finds the rows that break an order against the last value before them, batch after batch.
///
/// Nulls are passed over. A value of another kind than the one before it breaks the order.
struct OrderScan: Sendable {
  private let column: String
  private let rule: OrderRule
  /// The first value that was seen, with its row in its batch, and the last one.
  private(set) var first: (value: OrderedValue, row: Int)?
  private(set) var last: OrderedValue?

  /// A scan that has seen nothing.
  init(_ rule: OrderRule, column: String) {
    self.rule = rule
    self.column = column
  }

  /// The failing rows of the next batch among `rows`. O(rows).
  mutating func failures(in view: BatchView, among rows: Bitmap) -> Bitmap {
    var failed = Bitmap(count: rows.count)
    guard let place = view.batch.schema.index(of: column) else { return failed }
    var rows = rows
    if let validity = view.batch.columns[place].validity { rows.formIntersection(validity) }
    let values = OrderedColumn(view, place)
    for row in rows.setIndices() {
      let value = values[row]
      if let last, breaks(value, after: last) { failed[row] = true }
      if first == nil { first = (value.own, row) }
      last = value
    }
    last = last?.own
    return failed
  }

  /// Whether a value breaks the order behind another.
  func breaks(_ value: OrderedValue, after last: OrderedValue) -> Bool {
    !rule.comparison.holds(value.order(to: last))
  }
}

/// Counts the rows that break an order, and keeps the first of them.
struct OrderCounter: RowAccumulator {
  private let column: String
  private let filter: String?
  private let sampling: Sampling
  private let fresh: OrderScan
  /// The last value of the batches so far.
  private var last: OrderedValue?
  private var value = RowTestValue(evaluated: 0, failed: 0)
  /// Names in the filter that some batch had no column for.
  private var absent: [String] = []

  init(column: String, rule: OrderRule, filter: String?, sampling: Sampling) {
    self.column = column
    self.filter = filter
    self.sampling = sampling
    fresh = OrderScan(rule, column: column)
    if sampling.keepsAllRows { value.rows = RowSet() }
  }

  struct Part: Sendable {
    /// The rows that break the order within the batch.
    var value: RowTestValue
    /// The first value, which only the batches before it can judge.
    var first: (value: OrderedValue, row: FailingRow)?
    var last: OrderedValue?
    var absent: [String]
    /// All failing rows, where they are kept.
    var rows: Bitmap?
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    var rows = Bitmap(repeating: true, count: batch.rowCount)
    var absent: [String] = []
    if let filter {
      let outcome = view.outcome(of: filter)
      rows = outcome.verdict.isTrue
      absent = outcome.absent
    }
    var scan = fresh
    let failed = scan.failures(in: view, among: rows)
    if let place = batch.schema.index(of: column) {
      if let validity = batch.columns[place].validity { rows.formIntersection(validity) }
    } else {
      rows = Bitmap(count: batch.rowCount)
    }
    let sampled = SampledColumns(of: [column], in: batch, sampling)
    return Part(
      value: RowTestValue(
        evaluated: rows.setCount, failed: failed.setCount,
        failures: failed.setIndices(limit: sampling.keptRows).map { sampled.failingRow($0) }),
      first: scan.first.map { ($0.value, sampled.failingRow($0.row)) }, last: scan.last, absent: absent,
      rows: sampling.keepsAllRows ? failed : nil)
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    for name in part.absent where !absent.contains(name) { absent.append(name) }
    value.evaluated += part.value.evaluated
    value.failed += part.value.failed
    if let rows = part.rows { value.rows?.insert(rows, rowsBefore: rowsBefore) }
    var failures = part.value.failures
    if let last, let first = part.first, fresh.breaks(first.value, after: last) {
      value.failed += 1
      // Failing rows are numbered from 1.
      value.rows?.insert(rowsBefore + first.row.row - 1)
      failures.insert(first.row, at: 0)
    }
    for var row in failures.prefix(max(0, sampling.keptRows - value.failures.count)) {
      row.row += rowsBefore
      value.failures.append(row)
    }
    if let last = part.last { self.last = last }
  }

  var heldBytes: Int { value.rows?.heldBytes ?? 0 }
  mutating func spill(to file: SpillFile) throws(GradingFault) { try value.rows?.spill(to: file) }

  func finish(_ schema: DatasetSchema) -> MeasureValue {
    let missing = stillAbsent(absent, schema)
    return missing.isEmpty ? .rows(value) : .missing(missing)
  }
}
