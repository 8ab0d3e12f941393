import AssayColumns

/// Whether a cell is one of some values: equal text, equal numbers, or equal booleans.
struct AcceptedTest: CellTest {
  private let texts: HashTable
  private let numbers: Set<Double>
  private let acceptsTrue: Bool
  private let acceptsFalse: Bool
  private let negated: Bool
  /// Whether the numbers and booleans that texts spell count as such.
  var fromText = true

  init(_ values: [String], negated: Bool) {
    var texts = HashTable(keepsNotes: false)
    var numbers: Set<Double> = []
    var booleans: Set<Bool> = []
    for value in values {
      let bytes = Array(value.utf8)
      bytes.withUnsafeBytes { _ = texts.insert(hash($0)) }
      switch classify(bytes.span) {
      case .integer, .decimal: parseDecimal(bytes.span).map { _ = numbers.insert($0) }
      case .boolean: parseBoolean(bytes.span).map { _ = booleans.insert($0) }
      default: break
      }
    }
    self.texts = texts
    self.numbers = numbers
    acceptsTrue = booleans.contains(true)
    acceptsFalse = booleans.contains(false)
    self.negated = negated
  }

  var readsClasses: Bool { fromText && (!numbers.isEmpty || acceptsTrue || acceptsFalse) }

  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) -> Bool {
    if text.withUnsafeBytes({ texts.contains(hash($0)) }) { return !negated }
    if !readsClasses { return negated }
    switch cellClass {
    case .integer, .decimal: return (parseDecimal(text).map { numbers.contains($0) } ?? false) != negated
    case .boolean: return (parseBoolean(text).map { accepts($0) } ?? false) != negated
    default: return negated
    }
  }

  mutating func holds(integer: Int64) -> Bool { numbers.contains(Double(integer)) != negated }
  mutating func holds(decimal: Double) -> Bool { numbers.contains(decimal) != negated }
  mutating func holds(boolean: Bool) -> Bool { accepts(boolean) != negated }

  private func accepts(_ value: Bool) -> Bool { value ? acceptsTrue : acceptsFalse }
}

@inline(__always)
private func hash(_ bytes: UnsafeRawBufferPointer) -> Hash128 {
  if let base = bytes.baseAddress { return hashText(base, bytes.count, 0) }
  return hashText([0], 0, 0)
}

/// Whether a number lies within bounds. What is no number does not.
struct NumberRangeTest: CellTest {
  let min: Double
  let max: Double
  let excludesMin: Bool
  let excludesMax: Bool
  /// Whether texts are read as numbers, and whether digits behind a leading zero count as one.
  let fromText: Bool
  let acceptsCodes: Bool
  var readsClasses: Bool { fromText && !acceptsCodes }

  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) -> Bool {
    guard fromText, acceptsCodes || cellClass.isNumeric, let value = parseDecimal(text) else { return false }
    return holds(decimal: value)
  }

  mutating func holds(integer: Int64) -> Bool { holds(decimal: Double(integer)) }
  mutating func holds(boolean: Bool) -> Bool { false }
  mutating func holds(decimal value: Double) -> Bool {
    (excludesMin ? value > min : value >= min) && (excludesMax ? value < max : value <= max)
  }
}

/// Whether a date or datetime lies within bounds, compared as text. What is neither does not.
struct DateRangeTest: CellTest {
  let min: [UInt8]?
  let max: [UInt8]?
  let excludesMin: Bool
  let excludesMax: Bool

  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) -> Bool {
    switch classify(text) {
    case .date, .datetime: break
    default: return false
    }
    if let min {
      let order = compare(text, min.span)
      if excludesMin ? order <= 0 : order < 0 { return false }
    }
    if let max {
      let order = compare(text, max.span)
      if excludesMax ? order >= 0 : order > 0 { return false }
    }
    return true
  }

  /// The order of a cell and a bound. A bound that is a date stands for its whole day; `T` and a space are one.
  private func compare(_ cell: Span<UInt8>, _ bound: Span<UInt8>) -> Int {
    let isDay = bound.count == 10
    let count = Swift.min(cell.count, bound.count)
    for index in 0..<count where cell[index] != bound[index] {
      if index == 10 { continue }
      return Int(cell[index]) - Int(bound[index])
    }
    return isDay ? 0 : cell.count - bound.count
  }

  mutating func holds(integer: Int64) -> Bool { false }
  mutating func holds(decimal: Double) -> Bool { false }
  mutating func holds(boolean: Bool) -> Bool { false }
}
