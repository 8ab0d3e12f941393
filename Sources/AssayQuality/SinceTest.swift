import AssayColumns

/// Whether a cell is a date or datetime that is not before a moment.
struct SinceTest: CellTest {
  let moment: Moment

  var readsClasses: Bool { true }

  mutating func holds(text: Span<UInt8>, as cellClass: CellClass) -> Bool {
    // Text that is declared as such, or lies beside other kinds, has no class of its own.
    guard cellClass == .date || cellClass == .datetime || cellClass == .text else { return false }
    return text.withUnsafeBytes { Moment(String(decoding: $0, as: UTF8.self)) }.map { $0 >= moment } ?? false
  }

  mutating func holds(integer: Int64) -> Bool { false }
  mutating func holds(decimal: Double) -> Bool { false }
  mutating func holds(boolean: Bool) -> Bool { false }
}
