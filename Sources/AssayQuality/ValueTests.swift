import AssayColumns

/// Whether a cell is one of some values: equal text, equal numbers, or equal booleans.
struct AcceptedTest: CellTest {
  private let short: ShortTexts
  /// The hashes of texts that are not short.
  private let texts: HashTable
  private let numbers: Set<Double>
  private let acceptsTrue: Bool
  private let acceptsFalse: Bool
  private let negated: Bool
  /// Whether the numbers and booleans that texts spell count as such.
  var fromText = true

  init(_ values: [String], negated: Bool) {
    var short: [UInt64] = []
    var texts = HashTable(keepsNotes: false)
    var numbers: Set<Double> = []
    var booleans: Set<Bool> = []
    for value in values {
      let bytes = Array(value.utf8)
      bytes.withUnsafeBytes { bytes in
        if let key = ShortTexts.key(bytes) { short.append(key) } else { _ = texts.insert(hash(bytes)) }
      }
      switch classify(bytes.span) {
      case .integer, .decimal: parseDecimal(bytes.span).map { _ = numbers.insert($0) }
      case .boolean: parseBoolean(bytes.span).map { _ = booleans.insert($0) }
      default: break
      }
    }
    self.short = ShortTexts(short)
    self.texts = texts
    self.numbers = numbers
    acceptsTrue = booleans.contains(true)
    acceptsFalse = booleans.contains(false)
    self.negated = negated
  }

  var readsClasses: Bool { fromText && (!numbers.isEmpty || acceptsTrue || acceptsFalse) }

  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) -> Bool {
    let isOne = text.withUnsafeBytes { bytes in
      ShortTexts.key(bytes).map { short.contains($0) } ?? texts.contains(hash(bytes))
    }
    if isOne { return !negated }
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
  if let base = bytes.baseAddress { return hashText(base, bytes.count, room: bytes.count, 0) }
  return hashText([0], 0, room: 0, 0)
}

/// A set of texts of up to seven bytes, as codes and states are: each is a word with its length, compared as such.
private struct ShortTexts {
  /// Keys at most half full; no text has the key with all bits set.
  private var slots: [UInt64]

  init(_ keys: [UInt64]) {
    var size = 16
    while size < keys.count * 2 { size *= 2 }
    slots = Array(repeating: .max, count: size)
    for key in keys {
      var place = Self.place(key) & (size - 1)
      while slots[place] != .max { place = (place + 1) & (size - 1) }
      slots[place] = key
    }
  }

  /// The word of a text, or nil for one that is not short.
  @inline(__always)
  static func key(_ text: UnsafeRawBufferPointer) -> UInt64? {
    let count = text.count
    guard count <= 7 else { return nil }
    var word: UInt64 = 0
    if count >= 4 {
      let last = UInt64(UInt32(littleEndian: text.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
      word = UInt64(UInt32(littleEndian: text.loadUnaligned(as: UInt32.self))) | last << UInt64(8 * (count - 4))
    } else {
      for index in 0..<count { word |= UInt64(text[index]) << UInt64(8 * index) }
    }
    return word | UInt64(count) << 56
  }

  @inline(__always)
  func contains(_ key: UInt64) -> Bool {
    let mask = slots.count - 1
    var place = Self.place(key) & mask
    while slots[place] != key {
      if slots[place] == .max { return false }
      place = (place + 1) & mask
    }
    return true
  }

  @inline(__always)
  private static func place(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 40)
  }
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
