import AssayColumns
import CAssay

/// The places of the cells of one piece, column by column, in memory of its own.
final class CSVSplitter {
  private let columns: Int
  private let capacity: Int
  private let starts: UnsafeMutablePointer<UInt32>
  private let lengths: UnsafeMutablePointer<UInt32>
  private let ragged: UnsafeMutablePointer<UInt64>
  private var raggedCount = 0

  /// Room for `capacity` rows. With no columns and no capacity rows are counted only.
  init(columns: Int, capacity: Int) {
    self.columns = columns
    self.capacity = capacity
    starts = .allocate(capacity: max(columns * capacity, 1))
    lengths = .allocate(capacity: max(columns * capacity, 1))
    ragged = .allocate(capacity: max(capacity, 1))
  }

  deinit {
    starts.deallocate()
    lengths.deallocate()
    ragged.deallocate()
  }

  /// Splits the bytes and returns them, changed where fields had to be rewritten, with the number of rows.
  func split(
    _ bytes: [UInt8], dialect: CSVDialect, place: CSVPlace, isHeader: Bool = false
  ) throws(FormatFault) -> (bytes: [UInt8], rowCount: Int) {
    var state = assay_csv_split_state()
    // The bytes are written to only when `writable` says so, below.
    var status = bytes.withUnsafeBufferPointer {
      run(UnsafeMutablePointer(mutating: $0.baseAddress), $0.count, writable: 0, dialect, &state)
    }
    var shared = bytes
    if status == Int32(ASSAY_CSV_NEEDS_WRITE) {
      status = shared.withUnsafeMutableBufferPointer {
        run($0.baseAddress, $0.count, writable: 1, dialect, &state)
      }
    }
    if status == Int32(ASSAY_CSV_UNCLOSED) {
      throw FormatFault(
        "a quoted field does not end: its quote opens here", byte: place.byte + state.open,
        line: place.line + lineEnds(bytes[..<state.open]), record: isHeader ? nil : place.record + state.row + 1)
    }
    raggedCount = capacity == 0 ? 0 : state.ragged
    return (shared, state.row)
  }

  private func run(
    _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int, writable: Int32, _ dialect: CSVDialect,
    _ state: inout assay_csv_split_state
  ) -> Int32 {
    guard let bytes, count > 0 else { return Int32(ASSAY_CSV_DONE) }
    return assay_csv_split(
      bytes, count, writable, dialect.delimiter, dialect.quoteCode, columns, capacity, starts, lengths,
      capacity == 0 ? nil : ragged, &state)
  }

  /// The rows that had another number of cells than there are columns, in order.
  func raggedRows() -> [(row: Int, cells: Int)] {
    (0..<raggedCount).map { (Int(ragged[$0] >> 32), Int(ragged[$0] & 0xFFFF_FFFF)) }
  }

  /// Where a cell's text stands in the bytes that `split` returned.
  func range(column: Int, row: Int) -> Range<Int> {
    let start = Int(starts[column * capacity + row])
    return start..<(start + Int(lengths[column * capacity + row]))
  }

  /// A column over the bytes that `split` returned. `missing` are rows without this cell, null whatever nulls are.
  func column(_ index: Int, rowCount: Int, bytes: [UInt8], nulls: CSVNulls, missing: [Int]) -> Column {
    let starts = starts + index * capacity
    let lengths = lengths + index * capacity
    var nullCount = 0
    var words = [UInt64](unsafeUninitializedCapacity: (rowCount + 63) / 64) { words, filled in
      if rowCount > 0 { nullCount = assay_csv_nonempty(lengths, rowCount, words.baseAddress) }
      filled = (rowCount + 63) / 64
    }
    if !nulls.includeEmpty {
      for word in words.indices { words[word] = .max }
      nullCount = missing.count
      for row in missing { words[row >> 6] &= ~(1 << UInt64(row & 63)) }
    }
    if !nulls.texts.isEmpty {
      for row in 0..<rowCount where lengths[row] > 0 && Int(lengths[row]) <= nulls.longest {
        if nulls.contains(bytes, Int(starts[row])..<(Int(starts[row]) + Int(lengths[row]))) {
          words[row >> 6] &= ~(1 << UInt64(row & 63))
          starts[row] = 0
          lengths[row] = 0
          nullCount += 1
        }
      }
    }
    let texts = TextStorage(
      bytes: bytes, starts: Array(UnsafeBufferPointer(start: starts, count: rowCount)),
      lengths: Array(UnsafeBufferPointer(start: lengths, count: rowCount)))
    return Column(.text(texts), validity: nullCount == 0 ? nil : Bitmap(words: words, count: rowCount))
  }
}

/// The texts that stand for null.
struct CSVNulls {
  let includeEmpty: Bool
  /// Those that are not empty.
  let texts: [[UInt8]]
  let longest: Int

  init(_ nulls: [String]) {
    includeEmpty = nulls.contains("")
    texts = nulls.filter { !$0.isEmpty }.map { Array($0.utf8) }
    longest = texts.reduce(0) { max($0, $1.count) }
  }

  @inline(__always)
  func contains(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    for text in texts where text.count == range.count && text[0] == bytes[range.lowerBound] {
      if bytes[range].elementsEqual(text) { return true }
    }
    return false
  }
}
