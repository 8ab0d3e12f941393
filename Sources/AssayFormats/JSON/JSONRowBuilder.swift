import AssayColumns

/// Columns that grow row by row, with names in order of first appearance; a cell that is not set is null.
///
/// The memory is managed by hand, because this is the innermost loop of the JSON reader: `slots` has room for
/// `slotCapacity` columns of which the first `names.count` are initialised; each has room for `capacity` cells of
/// which the first `count` are. All of it is freed in `deinit`; no pointer leaves the type.
struct JSONRowBuilder: ~Copyable {
  /// One column: tags and payloads as `VariantStorage` has them.
  private struct Slot {
    var tags: UnsafeMutablePointer<UInt8>
    var payloads: UnsafeMutablePointer<UInt64>
    var count = 0
    var capacity: Int
  }

  /// How many cells all columns of one piece may have together: sparse names multiply.
  static let cellLimit = 1 << 26

  private var slots: UnsafeMutablePointer<Slot>
  private var slotCapacity = 16
  private(set) var names: [String] = []
  private var places: [String: Int] = [:]
  /// How many rows are complete: the number of the row under construction.
  private(set) var row = 0
  /// How many rows a new column should have room for.
  var expectedRows = 16
  /// Texts that do not stand in the piece as they are. Payloads count on from `sourceCount`.
  var extras: [UInt8] = []
  /// How many bytes the piece has that texts may point into.
  private let sourceCount: Int
  private var emptyObject: UInt64?

  init(sourceCount: Int) {
    self.sourceCount = sourceCount
    slots = .allocate(capacity: slotCapacity)
  }

  deinit {
    for index in 0..<names.count {
      slots[index].tags.deallocate()
      slots[index].payloads.deallocate()
    }
    slots.deallocate()
  }

  /// The column of a name; a new one where there is none.
  ///
  /// Names that are canonically equivalent, such as `é` in one scalar and in two, are one column, as everywhere in a
  /// dataset.
  mutating func column(_ name: String) throws(JSONStop) -> Int {
    if let place = places[name] { return place }
    if names.count == slotCapacity {
      let larger = UnsafeMutablePointer<Slot>.allocate(capacity: slotCapacity * 2)
      larger.moveInitialize(from: slots, count: slotCapacity)
      slots.deallocate()
      slots = larger
      slotCapacity *= 2
    }
    let capacity = max(expectedRows, row + 1)
    guard (names.count + 1) * (row + 1) <= Self.cellLimit else { throw JSONStop(.tooManyCells, at: 0) }
    (slots + names.count).initialize(
      to: Slot(tags: .allocate(capacity: capacity), payloads: .allocate(capacity: capacity), capacity: capacity))
    places[name] = names.count
    names.append(name)
    return names.count - 1
  }

  /// Sets a cell of the current row. A cell that is set twice keeps its last value.
  @inline(__always)
  mutating func put(_ tag: VariantStorage.Tag, _ payload: UInt64, in column: Int) {
    let slot = slots + column
    if slot.pointee.count != row || slot.pointee.capacity == row { Self.prepare(slot, row: row) }
    slot.pointee.tags[row] = tag.rawValue
    slot.pointee.payloads[row] = payload
    slot.pointee.count = row &+ 1
  }

  /// Makes room for a cell in a row, and fills the rows before it with nulls.
  private static func prepare(_ slot: UnsafeMutablePointer<Slot>, row: Int) {
    if slot.pointee.capacity <= row {
      let capacity = max(row + 1, slot.pointee.capacity * 2)
      let tags = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
      let payloads = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
      tags.update(from: slot.pointee.tags, count: slot.pointee.count)
      payloads.update(from: slot.pointee.payloads, count: slot.pointee.count)
      slot.pointee.tags.deallocate()
      slot.pointee.payloads.deallocate()
      slot.pointee.tags = tags
      slot.pointee.payloads = payloads
      slot.pointee.capacity = capacity
    }
    let missing = row - slot.pointee.count
    guard missing > 0 else { return }
    (slot.pointee.tags + slot.pointee.count).update(repeating: VariantStorage.Tag.null.rawValue, count: missing)
    (slot.pointee.payloads + slot.pointee.count).update(repeating: 0, count: missing)
    slot.pointee.count = row
  }

  /// Ends the current row.
  @inline(__always)
  mutating func endRow() throws(JSONStop) {
    row &+= 1
    guard names.count &* row <= Self.cellLimit else { throw JSONStop(.tooManyCells, at: 0) }
  }

  /// Takes back what was set in the current row, and the columns from `columnCount` on, which it began.
  mutating func undoRow(columnCount: Int) {
    for index in columnCount..<names.count {
      slots[index].tags.deallocate()
      slots[index].payloads.deallocate()
      places[names[index]] = nil
    }
    names.removeLast(names.count - columnCount)
    for index in 0..<columnCount { slots[index].count = min(slots[index].count, row) }
  }

  /// The payload of the text that was appended to `extras` from a place on.
  func payload(ofExtraFrom start: Int) throws(JSONStop) -> UInt64 {
    // A payload has 32 bits for each of start and length.
    guard sourceCount + extras.count <= Int(UInt32.max) else { throw JSONStop(.tooManyCells, at: 0) }
    return UInt64(sourceCount + start) << 32 | UInt64(extras.count - start)
  }

  /// The payload of the text `{}`.
  mutating func emptyObjectPayload() throws(JSONStop) -> UInt64 {
    if let emptyObject { return emptyObject }
    let start = extras.count
    extras.append(contentsOf: [UInt8(ascii: "{"), UInt8(ascii: "}")])
    let payload = try payload(ofExtraFrom: start)
    emptyObject = payload
    return payload
  }

  /// The rows, over the bytes of the piece that texts point into. The builder is empty afterwards.
  consuming func finish(sharing source: [UInt8]) -> DecodedRows {
    let bytes = extras.isEmpty ? source : source + extras
    var columns: [Column] = []
    columns.reserveCapacity(names.count)
    for index in 0..<names.count {
      Self.prepare(slots + index, row: row)
      columns.append(Self.column(slots[index], bytes: bytes))
    }
    return DecodedRows(names: names, columns: columns, rowCount: row)
  }

  private static func column(_ slot: Slot, bytes: [UInt8]) -> Column {
    let tags = [UInt8](UnsafeBufferPointer(start: slot.tags, count: slot.count))
    let payloads = [UInt64](UnsafeBufferPointer(start: slot.payloads, count: slot.count))
    let null = VariantStorage.Tag.null.rawValue
    var words: [UInt64]?
    for place in 0..<slot.count where slot.tags[place] == null {
      if words == nil { words = [UInt64](repeating: .max, count: (slot.count + 63) / 64) }
      words?[place >> 6] &= ~(1 << UInt64(place & 63))
    }
    let text = VariantStorage.Tag.text.rawValue
    let hasText = tags.contains(text)
    return Column(
      .variant(VariantStorage(tags: tags, payloads: payloads, bytes: hasText ? bytes : [])),
      validity: words.map { Bitmap(words: $0, count: slot.count) })
  }
}
