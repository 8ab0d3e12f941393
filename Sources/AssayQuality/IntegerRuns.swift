import AssayColumns

/// Rows one after another whose integers go up by one from each to the next.
struct IntegerRun: Sendable {
  /// The integer of the first row.
  var value: Int64
  /// The number of the first row, from 0.
  var row: Int
  var count: Int

  var lastValue: Int64 { value + Int64(count - 1) }
}

/// Rows whose integers mostly rise, as ids do: each rising row is above all before it, few fall back.
///
/// A rising row differs from every row before it, and one that falls back can equal the one rising row of its integer or
/// others that fell back. So duplicates are found without a table of all rows.
struct IntegerRuns: Sendable {
  /// The rising rows, in row order, hence in the order of their integers too.
  private(set) var rising: [IntegerRun] = []
  /// Whether the integers were read from their canonical decimal texts.
  let isText: Bool
  /// How many rows rise.
  private(set) var risingCount = 0

  /// A row that falls back: its integer is at most the greatest before it.
  struct Fallen: Sendable {
    var value: Int64
    /// The row's number, from 0.
    var row: Int
  }

  init(isText: Bool) { self.isText = isText }

  /// The greatest integer so far, that of the last rising row.
  var last: Int64? { rising.last?.lastValue }

  var heldBytes: Int { rising.count * MemoryLayout<IntegerRun>.stride }

  /// Takes the next row, and says whether it rises.
  @inline(__always)
  mutating func take(_ value: Int64, row: Int) -> Bool {
    guard let end = rising.last else {
      rising.append(IntegerRun(value: value, row: row, count: 1))
      risingCount += 1
      return true
    }
    guard value > end.lastValue else { return false }
    if value == end.lastValue + 1, row == end.row + end.count {
      rising[rising.count - 1].count += 1
    } else {
      rising.append(IntegerRun(value: value, row: row, count: 1))
    }
    risingCount += 1
    return true
  }

  /// The rising row of an integer, or nil. O(log runs).
  func row(of value: Int64) -> Int? {
    var (low, high) = (0, rising.count)
    while low < high {
      let middle = (low + high) / 2
      if rising[middle].lastValue < value { low = middle + 1 } else { high = middle }
    }
    guard low < rising.count, rising[low].value <= value else { return nil }
    return rising[low].row + Int(value - rising[low].value)
  }

  /// Appends the rising rows of a later stretch, numbered on by `rowsBefore`; returns those that do not rise here.
  mutating func append(_ later: IntegerRuns, rowsBefore: Int) -> [Fallen] {
    var fallen: [Fallen] = []
    for run in later.rising {
      var passed = 0
      if let last, run.value <= last {
        passed = min(run.count, Int(last - run.value) + 1)
        for place in 0..<passed {
          fallen.append(Fallen(value: run.value + Int64(place), row: run.row + place + rowsBefore))
        }
      }
      if passed == run.count { continue }
      let (value, row, count) = (run.value + Int64(passed), run.row + passed + rowsBefore, run.count - passed)
      risingCount += count
      if let end = rising.last, value == end.lastValue + 1, row == end.row + end.count {
        rising[rising.count - 1].count += count
      } else {
        rising.append(IntegerRun(value: value, row: row, count: count))
      }
    }
    return fallen
  }

  /// The hashes of all rising rows, with their numbers, at most `limit` at a time.
  func forEachHash(seed: Int, limit: Int, _ body: (_ hashes: [Hash128], _ rows: [Int]) -> Void) {
    var hashes: [Hash128] = []
    var rows: [Int] = []
    for run in rising {
      for place in 0..<run.count {
        hashes.append(hash(ofInteger: run.value + Int64(place), isText: isText, seed: seed))
        rows.append(run.row + place)
        if hashes.count == limit {
          body(hashes, rows)
          hashes.removeAll(keepingCapacity: true)
          rows.removeAll(keepingCapacity: true)
        }
      }
    }
    if !hashes.isEmpty { body(hashes, rows) }
  }
}

/// The integers of one column of one batch, where they mostly rise.
struct RisingColumn: Sendable {
  var runs: IntegerRuns
  /// In row order.
  var fallen: [IntegerRuns.Fallen]

  /// One row in so many may fall back; with more, a table costs less.
  static let fallenShare = 16

  /// The integers of a column; nil where a cell is none, or where too many fall back. O(rows), and less where it is nil.
  init?(of column: Column) {
    guard column.nullCount == 0, column.count > 0 else { return nil }
    switch column.storage {
    case .text(let texts):
      self.init(isText: true)
      let bytes = texts.bytes.span
      for row in 0..<texts.count {
        guard let value = canonicalInteger(bytes.extracting(texts.range(at: row))), take(value, row) else { return nil }
      }
    case .integers(let values):
      self.init(isText: false)
      for row in values.indices where !take(values[row], row) { return nil }
    case .decimals, .booleans, .variant: return nil
    }
  }

  private init(isText: Bool) {
    runs = IntegerRuns(isText: isText)
    fallen = []
  }

  /// Takes the next row, and says whether the column still is one that mostly rises.
  @inline(__always)
  private mutating func take(_ value: Int64, _ row: Int) -> Bool {
    // So that a difference of two never overflows.
    guard value.magnitude < 1 << 62 else { return false }
    if runs.take(value, row: row) { return true }
    fallen.append(IntegerRuns.Fallen(value: value, row: row))
    return fallen.count <= row / Self.fallenShare + 8
  }
}

/// The integer from 0 to 10¹⁸ − 1 that a text spells without leading zeros or sign, else nil.
@inline(__always)
private func canonicalInteger(_ text: Span<UInt8>) -> Int64? {
  let count = text.count
  guard count > 0, count <= 18, text[0] != UInt8(ascii: "0") || count == 1 else { return nil }
  var value: Int64 = 0
  for index in 0..<count {
    let digit = text[index] &- 48
    guard digit < 10 else { return nil }
    value = value &* 10 &+ Int64(digit)
  }
  return value
}

extension IntegerRuns {
  /// Takes a batch's rows: the rising ones are kept, and those that fall back are returned in row order, with their rows
  /// in the dataset.
  mutating func take(_ column: RisingColumn, rowsBefore: Int) -> [Fallen] {
    var fallen = append(column.runs, rowsBefore: rowsBefore)
    let isOrdered = fallen.isEmpty || column.fallen.isEmpty
    fallen += column.fallen.map { Fallen(value: $0.value, row: $0.row + rowsBefore) }
    if !isOrdered { fallen.sort { $0.row < $1.row } }
    return fallen
  }
}
