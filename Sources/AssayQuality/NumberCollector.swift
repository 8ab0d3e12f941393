import AssayColumns

/// Collects a column's numbers until a value that is none shows that the column is not numeric.
///
/// Memory: 4 or 8 bytes for each value of a numeric column.
struct NumberCollector: ColumnAccumulator {
  /// A batch's numbers; nil where some value is no number.
  typealias Part = NumberBlock?

  private var blocks = NumberBlocks()
  private var isNumeric = true

  func part(of view: BatchView, at place: Int) -> NumberBlock? {
    let column = view.batch.columns[place]
    let counts = view.classCounts(at: place)
    guard counts.numbers == counts.values else { return nil }
    if counts.numbers == 0 { return NumberBlock(.doubles([])) }
    if case .text(let texts) = column.storage,
      let block = NumberBlock(texts, view.classes(at: place), count: counts.numbers)
    {
      return block
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(counts.numbers)
    collect(column, view.classes(at: place), into: &numbers)
    return NumberBlock(numbers)
  }

  mutating func merge(_ part: NumberBlock?, rowsBefore: Int) {
    guard isNumeric else { return }
    if let part {
      if part.count > 0 { blocks.append(part) }
    } else {
      isNumeric = false
      blocks = NumberBlocks()
    }
  }

  var heldBytes: Int { blocks.heldBytes }
  mutating func spill(to file: SpillFile) throws(GradingFault) { try blocks.spill(to: file) }

  /// All numbers; nil where the column is not numeric, or holds no value.
  var blocksOfNumbers: NumberBlocks? { isNumeric && blocks.count > 0 ? blocks : nil }

  func finish() throws(GradingFault) -> MeasureValue { .numbers(try blocksOfNumbers.map(spread)) }
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
