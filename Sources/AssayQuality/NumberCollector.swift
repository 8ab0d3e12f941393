import AssayColumns

/// Collects a column's numbers until a value that is none shows that the column is not numeric.
///
/// Memory: 8 bytes for each value of a numeric column, and as much again while it finishes.
struct NumberCollector: ColumnAccumulator {
  /// A batch's numbers; nil where some value is no number.
  typealias Part = [Double]?

  private var parts: [[Double]] = []
  private var isNumeric = true

  func part(of view: BatchView, at place: Int) -> [Double]? {
    let column = view.batch.columns[place]
    let classes = view.classes(at: place)
    let counts = countClasses(classes)
    guard counts.numbers == counts.values else { return nil }
    var numbers: [Double] = []
    numbers.reserveCapacity(counts.numbers)
    collect(column, classes, into: &numbers)
    return numbers
  }

  mutating func merge(_ part: [Double]?, rowsBefore: Int) {
    guard isNumeric else { return }
    if let part {
      if !part.isEmpty { parts.append(part) }
    } else {
      isNumeric = false
      parts = []
    }
  }

  func finish() -> MeasureValue {
    guard isNumeric, !parts.isEmpty else { return .numbers(nil) }
    var values: [Double] = []
    values.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for part in parts { values.append(contentsOf: part) }
    return .numbers(spread(of: values))
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
