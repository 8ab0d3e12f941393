import AssayColumns

/// Counts the rows that fail a test, and keeps the first of them.
struct RowTestCounter: RowAccumulator {
  private let test: RowTest
  private let sampling: Sampling
  private let pattern: Pattern?
  private let accepted: AcceptedTest?
  private var value = RowTestValue(evaluated: 0, failed: 0)
  /// Names in SQL that some batch had no column for.
  private var absent: [String] = []

  init(_ test: RowTest, sampling: Sampling) throws(PatternFault) {
    self.test = test
    self.sampling = sampling
    if sampling.keepsAllRows { value.rows = RowSet() }
    if case .pattern(let text, _) = test.predicate { pattern = try Pattern(text) } else { pattern = nil }
    switch test.predicate {
    case .accepted(let values): accepted = AcceptedTest(values, negated: false)
    case .forbidden(let values): accepted = AcceptedTest(values, negated: true)
    default: accepted = nil
    }
  }

  struct Part: Sendable {
    var value: RowTestValue
    var absent: [String]
    /// All failing rows, where they are kept.
    var rows: Bitmap?
  }

  func part(of view: BatchView) throws(GradingFault) -> Part {
    let batch = view.batch
    var absent: [String] = []
    var rows = Bitmap(repeating: true, count: batch.rowCount)
    if let filter = test.filter {
      let outcome = view.outcome(of: filter)
      rows = outcome.verdict.isTrue
      absent = outcome.absent
    }
    if case .expression(let text) = test.predicate { absent += view.outcome(of: text).absent }
    let failed = try failures(view, among: &rows)
    let failedCount = failed.setCount
    var failures: [FailingRow] = []
    if failedCount > 0 {
      let sampled = SampledColumns(of: test.judgedColumns, in: batch, sampling)
      failures = failed.setIndices(limit: sampling.keptRows).map { sampled.failingRow($0) }
    }
    return Part(
      value: RowTestValue(evaluated: rows.setCount, failed: failedCount, failures: failures), absent: absent,
      rows: sampling.keepsAllRows ? failed : nil)
  }

  /// The failing rows among `rows`, from which those that are not evaluated are taken out.
  private func failures(_ view: BatchView, among rows: inout Bitmap) throws(GradingFault) -> Bitmap {
    if case .expression(let text) = test.predicate {
      let verdict = view.outcome(of: text).verdict
      var failed = rows
      failed.formIntersection(verdict.isTrue.inverted())
      failed.formIntersection(verdict.isNull.inverted())
      return failed
    }
    // Until its column appears, every row is null in it.
    let place = view.batch.schema.index(of: test.columns[0])
    let valid =
      if let place {
        view.batch.columns[place].validity ?? Bitmap(repeating: true, count: rows.count)
      } else {
        Bitmap(repeating: false, count: rows.count)
      }
    switch test.predicate {
    case .notNull:
      var failed = rows
      failed.formIntersection(valid.inverted())
      return failed
    case .isNull:
      var failed = rows
      failed.formIntersection(valid)
      return failed
    default: break
    }
    rows.formIntersection(valid)
    guard let place, rows.setCount > 0 else { return Bitmap(count: rows.count) }
    if case .compare(let comparison, let other) = test.predicate {
      return comparisonFailures(view, place, view.batch.schema.index(of: other), comparison, among: &rows)
    }
    return try cellFailures(view, place, rows)
  }

  private func cellFailures(_ view: BatchView, _ place: Int, _ rows: Bitmap) throws(GradingFault) -> Bitmap {
    let field = view.batch.schema.fields[place]
    let readsText = field.reading == .fromText && field.declared != .text
    switch test.predicate {
    case .notNull, .isNull, .compare, .expression: return Bitmap(count: rows.count)
    case .isOfType(let type):
      var test = TypeTest(type: type, fromText: field.reading == .fromText)
      return try test.failures(at: place, of: view, evaluated: rows)
    case .accepted, .forbidden:
      guard var test = accepted else { preconditionFailure("values are made ready with their test") }
      test.fromText = readsText
      return try test.failures(at: place, of: view, evaluated: rows)
    case .range(let min, let max, let excludesMin, let excludesMax):
      if isText(min) || isText(max) {
        var test = DateRangeTest(
          min: text(min), max: text(max), excludesMin: excludesMin, excludesMax: excludesMax)
        return try test.failures(at: place, of: view, evaluated: rows)
      }
      var test = NumberRangeTest(
        min: number(min) ?? -.infinity, max: number(max) ?? .infinity, excludesMin: excludesMin && min != nil,
        excludesMax: excludesMax && max != nil, fromText: readsText,
        acceptsCodes: field.declared?.isNumeric ?? false)
      return try test.failures(at: place, of: view, evaluated: rows)
    case .pattern(_, let negated):
      guard let pattern else { preconditionFailure("a pattern is compiled with its test") }
      var test = PatternTest(matcher: pattern.makeMatcher(), negated: negated)
      return try test.failures(at: place, of: view, evaluated: rows)
    case .format(let format):
      var test = FormatTest(format: format)
      return try test.failures(at: place, of: view, evaluated: rows)
    case .since(let moment):
      var test = SinceTest(moment: moment)
      return try test.failures(at: place, of: view, evaluated: rows)
    case .length(let min, let max):
      var test = LengthTest(min: min ?? 0, max: max ?? .max)
      return try test.failures(at: place, of: view, evaluated: rows)
    }
  }

  private func isText(_ bound: RangeBound?) -> Bool { text(bound) != nil }

  private func text(_ bound: RangeBound?) -> [UInt8]? {
    if case .text(let text) = bound { Array(text.utf8) } else { nil }
  }

  private func number(_ bound: RangeBound?) -> Double? {
    if case .number(let number) = bound { number } else { nil }
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    value.evaluated += part.value.evaluated
    value.failed += part.value.failed
    for name in part.absent where !absent.contains(name) { absent.append(name) }
    for var row in part.value.failures.prefix(sampling.keptRows - value.failures.count) {
      row.row += rowsBefore
      value.failures.append(row)
    }
    if let rows = part.rows { value.rows?.insert(rows, rowsBefore: rowsBefore) }
  }

  var heldBytes: Int { value.rows?.heldBytes ?? 0 }

  mutating func spill(to file: SpillFile) throws(GradingFault) { try value.rows?.spill(to: file) }

  func finish(_ schema: DatasetSchema) -> MeasureValue {
    let missing = stillAbsent(absent, schema)
    return missing.isEmpty ? .rows(value) : .missing(missing)
  }
}

/// The names in SQL that never became columns. SQL folds their case, so a column counts as there however it is spelt.
func stillAbsent(_ absent: [String], _ schema: DatasetSchema) -> [String] {
  if absent.isEmpty { return [] }
  let names = Set(schema.names.map { $0.lowercased() })
  return absent.filter { !names.contains($0.lowercased()) }
}
