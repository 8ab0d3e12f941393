/// The type of a column, as a pipeline file declares it and a report names it.
package enum ValueType: String, Sendable, Hashable, CaseIterable {
  case text, integer, decimal, boolean, date, datetime

  /// Whether the type's values take part in quartiles and arithmetic. Booleans do not.
  package var isNumeric: Bool { self == .integer || self == .decimal }
}

/// What one cell holds, as read from its text (CSV, XML) or as the format says (JSON, SQLite).
///
/// `code` is digits behind a leading zero, as in a zip code: a column that holds one is text.
package enum CellClass: UInt8, Sendable, Hashable, CaseIterable {
  case null, text, integer, decimal, boolean, date, datetime, code

  /// Whether the cell is a number. A code is none.
  package var isNumeric: Bool { self == .integer || self == .decimal }
}

/// How many cells of each class a column holds: what its type and its consistency are read from.
package struct ClassCounts: Sendable, Hashable {
  /// Cells by the raw value of their `CellClass`; eight entries.
  package private(set) var counts: InlineArray<8, Int>

  /// Counts of no cells.
  package init() { counts = InlineArray(repeating: 0) }

  /// Counts by the raw values of the classes.
  package init(_ counts: InlineArray<8, Int>) { self.counts = counts }

  /// Cells of a class.
  package subscript(_ cellClass: CellClass) -> Int {
    get { counts[Int(cellClass.rawValue)] }
    set { counts[Int(cellClass.rawValue)] = newValue }
  }

  /// Adds the counts of another part of the same column. Order does not matter.
  package mutating func merge(_ other: ClassCounts) {
    for index in 0..<8 { counts[index] += other.counts[index] }
  }

  /// Cells that are not null.
  package var values: Int {
    var sum = 0
    for index in 1..<8 { sum += counts[index] }
    return sum
  }

  /// Cells that are numbers.
  package var numbers: Int { self[.integer] + self[.decimal] }

  /// The narrowest type that holds all values, or nil for a column without values.
  ///
  /// A code beside anything else makes the column text, as does any pair of unlike classes except integer with
  /// decimal and date with datetime.
  package var narrowestType: ValueType? {
    let all = values
    if all == 0 { return nil }
    if self[.integer] == all { return .integer }
    if numbers == all { return .decimal }
    if self[.boolean] == all { return .boolean }
    if self[.date] == all { return .date }
    if self[.date] + self[.datetime] == all { return .datetime }
    return .text
  }

  /// Whether a column read from text mixes types: more than half of its values are numbers, and some value is
  /// neither a number nor a code.
  package var isMixedText: Bool {
    let all = values
    return all - numbers - self[.code] > 0 && numbers * 2 > all
  }

  /// Whether a column whose cells carry their own kinds mixes types: strings beside numbers or booleans.
  package var isMixedOwn: Bool {
    let strings = self[.text] + self[.date] + self[.datetime] + self[.code]
    return strings > 0 && values > strings
  }

  package static func == (left: ClassCounts, right: ClassCounts) -> Bool {
    (0..<8).allSatisfy { left.counts[$0] == right.counts[$0] }
  }

  package func hash(into hasher: inout Hasher) {
    for index in 0..<8 { hasher.combine(counts[index]) }
  }
}
