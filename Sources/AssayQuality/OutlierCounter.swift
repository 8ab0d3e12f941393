import AssayColumns

/// What counts as an outlier: a number outside of Q1 − factor·IQR … Q3 + factor·IQR.
package struct OutlierRule: Sendable, Hashable {
  /// How many times the distance of the quartiles a number may lie beyond them (Tukey: Exploratory Data Analysis, 1977).
  package var factor: Double

  package init(factor: Double = 1.5) { self.factor = factor }

  /// The predicate of numbers that are no outliers. A fence that infinite quartiles leave undefined is none.
  func verdict(firstQuartile: Double, thirdQuartile: Double) -> (low: Double, high: Double) {
    let reach = factor * (thirdQuartile - firstQuartile)
    let (low, high) = (firstQuartile - reach, thirdQuartile + reach)
    // Quartiles whose distance no double holds bound nothing.
    if !reach.isFinite { return (-.infinity, .infinity) }
    return (low.isNaN ? -.infinity : low, high.isNaN ? .infinity : high)
  }
}

/// Counts the rows whose number lies far from the others, and those whose value is no number.
///
/// Which rows fail shows at the end, so all numbers are kept, with the cells that samples show.
/// Memory: 4 or 8 bytes a row, and the texts of the column and of the key; all but a quarter of a byte a row can be moved
/// to the file.
struct OutlierCounter: RowAccumulator {
  private let column: String
  private let rule: OutlierRule
  private let filter: String?
  private let sampling: Sampling
  /// A batch's rows with numbers, and those with other values.
  private struct Rows: Sendable {
    var before: Int
    var numbers: Bitmap
    var others: Bitmap
  }

  private var rows: [Rows] = []
  /// The numbers, a block for each entry of `rows`.
  private var blocks = NumberBlocks()
  private var samples = SampleLog()
  /// Names in the filter that some batch had no column for.
  private var absent: [String] = []

  init(column: String, rule: OutlierRule, filter: String?, sampling: Sampling) {
    self.column = column
    self.rule = rule
    self.filter = filter
    self.sampling = sampling
  }

  struct Part: Sendable {
    var numbers: Bitmap
    var others: Bitmap
    var block: NumberBlock
    var sampled: SampledColumns
    var absent: [String]
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    var numbers = Bitmap(count: batch.rowCount)
    var others = numbers
    var values: [Double] = []
    var rows = Bitmap(repeating: true, count: batch.rowCount)
    var absent: [String] = []
    if let filter {
      let outcome = view.outcome(of: filter)
      rows = outcome.verdict.isTrue
      absent = outcome.absent
    }
    if let place = batch.schema.index(of: column) {
      let column = batch.columns[place]
      let classes = view.classes(at: place)
      values.reserveCapacity(batch.rowCount)
      for row in 0..<batch.rowCount where classes[row] != .null && rows[row] {
        if classes[row].isNumeric, let number = column.double(at: row), !number.isNaN {
          numbers[row] = true
          values.append(number)
        } else {
          others[row] = true
        }
      }
    }
    return Part(
      numbers: numbers, others: others, block: NumberBlock(values),
      sampled: SampledColumns(of: [column], in: batch, sampling), absent: absent)
  }

  mutating func merge(_ part: Part, rowsBefore: Int) throws(GradingFault) {
    for name in part.absent where !absent.contains(name) { absent.append(name) }
    rows.append(Rows(before: rowsBefore, numbers: part.numbers, others: part.others))
    blocks.append(part.block)
    try samples.append(part.sampled, rowCount: part.numbers.count, rowsBefore: rowsBefore)
  }

  var heldBytes: Int { blocks.heldBytes + samples.heldBytes }

  mutating func spill(to file: SpillFile) throws(GradingFault) {
    try blocks.spill(to: file)
    try samples.spill(to: file)
  }

  func finish(_ schema: DatasetSchema) throws(GradingFault) -> MeasureValue {
    let missing = stillAbsent(absent, schema)
    if !missing.isEmpty { return .missing(missing) }
    var fences = (low: -Double.infinity, high: Double.infinity)
    if blocks.count > 0 {
      let quartiles = try quantiles([0.25, 0.75], of: blocks)
      fences = rule.verdict(firstQuartile: quartiles[0], thirdQuartile: quartiles[1])
    }
    var value = RowTestValue(
      evaluated: 0, failed: 0, rows: sampling.keepsAllRows ? RowSet() : nil,
      verdict: .range(
        min: fences.low == -.infinity ? nil : .number(fences.low),
        max: fences.high == .infinity ? nil : .number(fences.high)))
    var kept: [Int] = []
    var at = 0
    try blocks.forEach { block in
      let batch = rows[at]
      at += 1
      value.evaluated += block.count + batch.others.setCount
      var failed = batch.others
      for (index, row) in batch.numbers.setIndices().enumerated()
      where !(block[index] >= fences.low && block[index] <= fences.high) {
        failed[row] = true
      }
      value.failed += failed.setCount
      value.rows?.insert(failed, rowsBefore: batch.before)
      kept += failed.setIndices(limit: sampling.keptRows - kept.count).map { batch.before + $0 }
    }
    for row in kept {
      guard let (sampled, rowsBefore, _) = try samples.columns(of: row) else { continue }
      var failing = sampled.failingRow(row - rowsBefore)
      failing.row = row + 1
      value.failures.append(failing)
    }
    return .rows(value)
  }
}
