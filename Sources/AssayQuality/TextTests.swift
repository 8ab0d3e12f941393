import AssayColumns

/// Whether a text matches a pattern somewhere.
struct PatternTest: CellTest {
  let matcher: PatternMatcher
  let negated: Bool

  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) throws(GradingFault) -> Bool {
    try matcher.matches(text) != negated
  }
}

/// Whether a text has a format.
struct FormatTest: CellTest {
  let format: Format

  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) -> Bool { format.matches(text) }
}

/// Whether a text's length lies within bounds.
struct LengthTest: CellTest {
  let min: Int
  let max: Int

  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) -> Bool {
    var scalars = 0
    // Every scalar has one byte that does not continue another.
    for index in text.indices where text[index] & 0xC0 != 0x80 { scalars += 1 }
    return scalars >= min && scalars <= max
  }
}

/// Whether a cell is a value of a type.
struct TypeTest: CellTest {
  let type: ValueType
  /// Whether texts are to be read: otherwise a text is a text, and at most a date besides.
  let fromText: Bool
  var readsClasses: Bool { fromText }

  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) -> Bool {
    if type == .text { return true }
    if fromText { return fits(cellClass) }
    switch type {
    case .date, .datetime: return fits(classify(text))
    default: return false
    }
  }

  private func fits(_ cellClass: CellClass) -> Bool {
    switch type {
    case .text: true
    case .integer: cellClass == .integer
    case .decimal: cellClass.isNumeric
    case .boolean: cellClass == .boolean
    case .date: cellClass == .date
    case .datetime: cellClass == .date || cellClass == .datetime
    }
  }

  mutating func holds(integer: Int64) -> Bool { type.isNumeric }
  mutating func holds(decimal: Double) -> Bool { type == .decimal }
  mutating func holds(boolean: Bool) -> Bool { type == .boolean }
}
