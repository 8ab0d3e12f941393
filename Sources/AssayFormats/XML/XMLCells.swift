import AssayColumns

/// The cells of the piece at hand, column by column, over one run of bytes.
///
/// The memory is managed by hand, since every element of a document passes here: `slots` has room for `slotCapacity`
/// columns, of which the first `names.count` are initialised; each has room for `capacity` cells, of which the first
/// `count` are. All of it is freed by `take` or in `deinit`; no pointer leaves the type.
struct XMLCells: ~Copyable {
  /// A column as it grows. It may be shorter than the rows: missing cells are filled in later.
  private struct Slot {
    var starts: UnsafeMutablePointer<UInt32>
    /// `nullLength` for a null.
    var lengths: UnsafeMutablePointer<UInt32>
    var count = 0
    var capacity: Int
    var nullCount = 0
  }

  private struct Occurrence {
    var start: Int
    var length: Int
    var isNull: Bool
  }

  /// No text is that long: a record may have 1 GiB.
  private static let nullLength = UInt32.max

  /// The texts of all columns; bytes that no cell names are left from texts that were put elsewhere.
  var bytes = XMLBytes()
  private var slots: UnsafeMutablePointer<Slot>
  private var slotCapacity = 16
  private var names: [String] = []
  private var places: [String: Int] = [:]
  private(set) var columnCount = 0
  private(set) var rowCount = 0
  /// The number of the piece, from 0.
  private(set) var piece: Int32 = 0
  /// How many rows a new column should have room for: pieces are much alike.
  private var expectedRows = 64
  /// What occurred more than once in the row at hand, by column.
  private var repeated: [Int: [Occurrence]] = [:]
  private var hasRepeated = false

  init() { slots = .allocate(capacity: slotCapacity) }

  deinit {
    Self.free(slots, columnCount)
    slots.deallocate()
  }

  private static func free(_ slots: UnsafeMutablePointer<Slot>, _ count: Int) {
    for index in 0..<count {
      slots[index].starts.deallocate()
      slots[index].lengths.deallocate()
    }
  }

  mutating func column(named name: String) -> Int {
    if let known = places[name] { return known }
    if columnCount == slotCapacity {
      let larger = UnsafeMutablePointer<Slot>.allocate(capacity: slotCapacity * 2)
      larger.moveInitialize(from: slots, count: slotCapacity)
      slots.deallocate()
      slots = larger
      slotCapacity *= 2
    }
    let capacity = max(expectedRows, rowCount + 1)
    (slots + columnCount).initialize(
      to: Slot(starts: .allocate(capacity: capacity), lengths: .allocate(capacity: capacity), capacity: capacity))
    places[name] = columnCount
    names.append(name)
    columnCount += 1
    return columnCount - 1
  }

  /// Sets a cell of the row at hand to a text that stands in `bytes`, or adds it to what is there.
  @inline(__always)
  mutating func set(_ column: Int, start: Int, length: Int) {
    put(column, start: UInt32(truncatingIfNeeded: start), length: UInt32(truncatingIfNeeded: length))
  }

  /// Sets a cell of the row at hand to null, or adds a null to what is there.
  mutating func setNull(_ column: Int) {
    let isFirst = slots[column].count <= rowCount
    put(column, start: 0, length: Self.nullLength)
    if isFirst { slots[column].nullCount += 1 }
  }

  @inline(__always)
  private mutating func put(_ column: Int, start: UInt32, length: UInt32) {
    let slot = slots + column
    let row = rowCount
    if slot.pointee.count != row || slot.pointee.capacity == row {
      guard slot.pointee.count <= row else { return putAgain(column, start: start, length: length) }
      Self.prepare(slot, row: row)
    }
    slot.pointee.starts[row] = start
    slot.pointee.lengths[row] = length
    slot.pointee.count = row &+ 1
  }

  /// Makes room for a cell in a row, and fills the rows before it with nulls.
  private static func prepare(_ slot: UnsafeMutablePointer<Slot>, row: Int) {
    if slot.pointee.capacity <= row {
      let capacity = max(row + 1, slot.pointee.capacity * 2)
      let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
      let lengths = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
      starts.update(from: slot.pointee.starts, count: slot.pointee.count)
      lengths.update(from: slot.pointee.lengths, count: slot.pointee.count)
      free(slot, 1)
      slot.pointee.starts = starts
      slot.pointee.lengths = lengths
      slot.pointee.capacity = capacity
    }
    let missing = row - slot.pointee.count
    guard missing > 0 else { return }
    (slot.pointee.starts + slot.pointee.count).update(repeating: 0, count: missing)
    (slot.pointee.lengths + slot.pointee.count).update(repeating: nullLength, count: missing)
    slot.pointee.nullCount += missing
    slot.pointee.count = row
  }

  @inline(never)
  private mutating func putAgain(_ column: Int, start: UInt32, length: UInt32) {
    let first = Self.occurrence(slots[column].starts[rowCount], slots[column].lengths[rowCount])
    repeated[column, default: [first]].append(Self.occurrence(start, length))
    hasRepeated = true
  }

  private static func occurrence(_ start: UInt32, _ length: UInt32) -> Occurrence {
    let isNull = length == nullLength
    return Occurrence(start: Int(start), length: isNull ? 0 : Int(length), isNull: isNull)
  }

  @inline(__always)
  mutating func endRow() {
    if hasRepeated { joinRepeated() }
    rowCount &+= 1
  }

  @inline(never)
  private mutating func joinRepeated() {
    for column in repeated.keys.sorted() {
      let texts = repeated[column] ?? []
      let start = bytes.count
      appendJSON(texts)
      slots[column].starts[rowCount] = UInt32(truncatingIfNeeded: start)
      slots[column].lengths[rowCount] = UInt32(truncatingIfNeeded: bytes.count - start)
      if texts.first?.isNull == true { slots[column].nullCount -= 1 }
    }
    repeated.removeAll(keepingCapacity: true)
    hasRepeated = false
  }

  private mutating func appendJSON(_ texts: [Occurrence]) {
    bytes.append("[")
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(",") }
      if text.isNull {
        bytes.append("null")
        continue
      }
      bytes.append("\"")
      for place in text.start..<(text.start + text.length) {
        let byte = bytes.base[place]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
          bytes.append("\\")
          bytes.append(byte)
        case 0x0A: bytes.append("\\n")
        case 0x0D: bytes.append("\\r")
        case 0x09: bytes.append("\\t")
        default: bytes.append(byte)  // XML has no other control characters.
        }
      }
      bytes.append("\"")
    }
    bytes.append("]")
  }

  /// The rows so far; the next piece begins with none.
  mutating func take() -> DecodedRows {
    let shared = bytes.copy(from: 0, to: bytes.count)
    var columns: [Column] = []
    columns.reserveCapacity(columnCount)
    for index in 0..<columnCount {
      Self.prepare(slots + index, row: rowCount)
      columns.append(Self.column(slots[index], bytes: shared))
    }
    let rows = DecodedRows(names: names, columns: columns, rowCount: rowCount)
    Self.free(slots, columnCount)
    expectedRows = rowCount + rowCount / 8 + 1
    columnCount = 0
    names = []
    places = [:]
    bytes.cut(at: 0)
    rowCount = 0
    piece += 1
    return rows
  }

  private static func column(_ slot: Slot, bytes: [UInt8]) -> Column {
    let count = slot.count
    var validity: Bitmap?
    if slot.nullCount > 0 {
      var words = [UInt64](repeating: .max, count: (count + 63) / 64)
      for place in 0..<count where slot.lengths[place] == nullLength {
        slot.lengths[place] = 0
        words[place >> 6] &= ~(1 << UInt64(place & 63))
      }
      validity = Bitmap(words: words, count: count)
    }
    let texts = TextStorage(
      bytes: bytes, starts: [UInt32](UnsafeBufferPointer(start: slot.starts, count: count)),
      lengths: [UInt32](UnsafeBufferPointer(start: slot.lengths, count: count)))
    return Column(.text(texts), validity: validity)
  }
}
