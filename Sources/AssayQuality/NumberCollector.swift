import AssayColumns

/// Collects a column's numbers until a value that is none shows that the column is not numeric, and reads at the end
/// what is asked of them.
///
/// Memory: 4 or 8 bytes for each value of a numeric column.
struct NumberCollector: ColumnAccumulator {
  struct Part: Sendable {
    /// A batch's numbers; nil where some value is no number.
    var block: NumberBlock?
    var values: Int
    var numbers: Int
  }

  /// The measures that are read from the numbers.
  private let kinds: [ColumnMeasure]
  private var blocks = NumberBlocks()
  private var isNumeric = true
  private var valueCount = 0
  private var numberCount = 0

  init(_ kinds: [ColumnMeasure]) { self.kinds = kinds }

  func part(of view: BatchView, at place: Int) -> Part {
    let column = view.batch.columns[place]
    let counts = view.classCounts(at: place)
    guard counts.numbers == counts.values else {
      return Part(block: nil, values: counts.values, numbers: counts.numbers)
    }
    let block = numbers(of: column, view.classes(at: place), count: counts.numbers)
    return Part(block: block, values: counts.values, numbers: block.count)
  }

  private func numbers(of column: Column, _ classes: [CellClass], count: Int) -> NumberBlock {
    if count == 0 { return NumberBlock(.doubles([])) }
    if case .text(let texts) = column.storage, let block = NumberBlock(texts, classes, count: count) { return block }
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    collect(column, classes, into: &numbers)
    return NumberBlock(numbers)
  }

  mutating func merge(_ part: Part, rowsBefore: Int) {
    valueCount += part.values
    numberCount += part.numbers
    guard isNumeric else { return }
    if let block = part.block {
      if block.count > 0 { blocks.append(block) }
    } else {
      isNumeric = false
      blocks = NumberBlocks()
    }
  }

  var heldBytes: Int { blocks.heldBytes }
  mutating func spill(to file: SpillFile) throws(GradingFault) { try blocks.spill(to: file) }

  /// All numbers; nil where the column is not numeric, or holds no value.
  private var numbers: NumberBlocks? { isNumeric && blocks.count > 0 ? blocks : nil }

  func finish() throws(GradingFault) -> MeasureValue { .numbers(try numbers.map(spread)) }

  func values(of kind: ColumnMeasure) throws(GradingFault) -> [ColumnMeasure: MeasureValue] {
    var values: [ColumnMeasure: MeasureValue] = [:]
    if kinds.contains(.numberShape) {
      let shape = try numbers.map(shape)
      values[.numberShape] = .shape(shape)
      values[.numericValues] = .numbers(shape?.spread)
    } else if kinds.contains(.numericValues) {
      values[.numericValues] = try finish()
    }
    if kinds.contains(.moments) {
      values[.moments] = .moments(try NumberMoments(of: numbers, values: valueCount, numbers: numberCount))
    }
    let shares = kinds.compactMap { kind in if case .quantile(let share) = kind { share } else { nil } }
    if !shares.isEmpty {
      let found = try numbers.map { (blocks) throws(GradingFault) in try quantiles(shares, of: blocks) }
      for (index, share) in shares.enumerated() {
        values[.quantile(share)] = .reading(
          NumberReading(values: valueCount, numbers: numberCount, value: found?[index]))
      }
    }
    return values
  }
}

/// Appends the numbers among a column's cells. What is no number by value (NaN, which no text spells) is passed over.
func collect(_ column: Column, _ classes: [CellClass], into numbers: inout [Double]) {
  switch column.storage {
  case .text(let texts):
    let bytes = texts.bytes.span
    for row in 0..<classes.count where classes[row].isNumeric {
      if let number = parseDecimal(bytes.extracting(texts.range(at: row))) { numbers.append(number) }
    }
  case .integers(let values):
    for row in 0..<classes.count where classes[row].isNumeric { numbers.append(Double(values[row])) }
  case .decimals(let values):
    for row in 0..<classes.count where classes[row].isNumeric && !values[row].isNaN { numbers.append(values[row]) }
  case .booleans: break
  case .variant:
    for row in 0..<classes.count where classes[row].isNumeric {
      if let number = column.double(at: row), !number.isNaN { numbers.append(number) }
    }
  }
}
