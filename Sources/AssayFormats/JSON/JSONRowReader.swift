import AssayColumns

/// Reads records, separated by white space, straight from bytes into columns.
///
/// No value is built in between, but for records in which a name occurs twice: there the last value counts, what an
/// earlier one set is taken back, and the row is warned of.
struct JSONRowReader: ~Copyable {
  private var cursor: JSONCursor
  private var shapes = JSONShapes()
  private var builder: JSONRowBuilder
  private var arrays = JSONCompactor()
  private var warnings: [RowWarning] = []

  /// A reader of bytes that outlive it.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    cursor = JSONCursor(bytes)
    builder = JSONRowBuilder(sourceCount: bytes.count)
  }

  /// The row that is being read, from 0.
  var row: Int { builder.row }

  /// Reads all records.
  mutating func readAll() throws(JSONStop) {
    while true {
      cursor.skipSpace()
      guard cursor.at < cursor.count else { return }
      let start = cursor.at
      do throws(JSONStop) {
        try record()
        try cursor.requireSeparator()
      } catch  where error.mistake == .tooManyCells {
        throw JSONStop(.tooManyCells, at: start)
      }
      if builder.row == 1 {
        // The first record tells how many rows there may be.
        builder.expectedRows = (cursor.count - start) / max(cursor.at - start, 1) + 16
      }
    }
  }

  /// The rows over the bytes that were read.
  consuming func finish(_ bytes: [UInt8]) -> DecodedRows {
    let warnings = warnings
    var rows = builder.finish(sharing: bytes)
    rows.warnings = warnings
    return rows
  }

  @inline(__always)
  private mutating func record() throws(JSONStop) {
    let start = cursor.at
    guard cursor.base[start] == UInt8(ascii: "{") else {
      return try builder.appendRecord(try cursor.value(depth: 0))
    }
    let columnCount = builder.names.count
    do throws(JSONStop) {
      if try cursor.openContainer(closing: UInt8(ascii: "}")) { try members(of: 0, depth: 1) }
      try builder.endRow()
    } catch  where error.mistake == .duplicateName {
      if builder.names.count > columnCount { shapes.forgetColumns(from: columnCount) }
      builder.undoRow(columnCount: columnCount)
      cursor.at = start
      let row = builder.row
      try builder.appendRecord(try cursor.value(depth: 0))
      warnings.append(RowWarning(kind: .repeatedName, row: row, cells: 0))
    }
  }

  /// Reads the members of an object that is open and has some.
  private mutating func members(of shape: Int32, depth: Int) throws(JSONStop) {
    var previous: Int32 = -1
    repeat {
      let entry = try name(after: previous, in: shape)
      previous = entry
      guard shapes.entries[Int(entry)].lastRow != builder.row else {
        throw JSONStop(.duplicateName, at: cursor.at)
      }
      shapes.entries[Int(entry)].lastRow = builder.row
      try cursor.colon()
      try value(of: entry, depth: depth)
    } while try cursor.hasNext(closing: UInt8(ascii: "}"))
  }

  @inline(__always)
  private mutating func name(after previous: Int32, in shape: Int32) throws(JSONStop) -> Int32 {
    cursor.skipSpace()
    guard try cursor.peek() == UInt8(ascii: "\"") else { throw JSONStop(.name, at: cursor.at) }
    cursor.at &+= 1
    let predicted = shapes.predicted(after: previous, in: shape)
    if predicted >= 0 {
      let length = shapes.entries[Int(predicted)].comparedLength
      if length <= cursor.count &- cursor.at,
        sameBytes(cursor.base + cursor.at, shapes.entries[Int(predicted)].name, count: length)
      {
        cursor.at &+= length
        return predicted
      }
    }
    return try unexpectedName(after: previous, in: shape)
  }

  @inline(never)
  private mutating func unexpectedName(after previous: Int32, in shape: Int32) throws(JSONStop) -> Int32 {
    let text = try cursor.string()
    let entry: Int32
    if text.isEscaped {
      var resolved: [UInt8] = []
      cursor.appendUnescaped(text, to: &resolved)
      entry = shapes.entry(resolved: resolved, in: shape)
    } else {
      entry = shapes.entry(cursor.base + text.start, text.length, in: shape)
    }
    shapes.note(entry, after: previous, in: shape)
    return entry
  }

  @inline(__always)
  private mutating func column(of entry: Int32) throws(JSONStop) -> Int {
    let column = shapes.entries[Int(entry)].column
    if column >= 0 { return Int(column) }
    let created = try builder.column(shapes.name(of: entry))
    shapes.entries[Int(entry)].column = Int32(created)
    return created
  }

  @inline(__always)
  private mutating func value(of entry: Int32, depth: Int) throws(JSONStop) {
    switch try cursor.peek() {
    case UInt8(ascii: "\""):
      cursor.at &+= 1
      let text = try cursor.string()
      let column = try column(of: entry)
      guard !text.isEscaped else { return try putResolved(text, in: column) }
      builder.put(.text, UInt64(text.start) << 32 | UInt64(text.length), in: column)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let number = try cursor.number()
      builder.put(number.isInteger ? .integer : .decimal, number.bits, in: try column(of: entry))
    case UInt8(ascii: "t"):
      try cursor.word("true")
      builder.put(.yes, 0, in: try column(of: entry))
    case UInt8(ascii: "f"):
      try cursor.word("false")
      builder.put(.no, 0, in: try column(of: entry))
    case UInt8(ascii: "n"):
      try cursor.word("null")
      builder.put(.null, 0, in: try column(of: entry))
    case UInt8(ascii: "{"): try nested(entry, depth: depth)
    case UInt8(ascii: "["):
      let start = builder.extras.count
      try arrays.appendArray(at: &cursor, depth: depth, to: &builder.extras)
      builder.put(.text, try builder.payload(ofExtraFrom: start), in: try column(of: entry))
    default: throw cursor.noValue()
    }
  }

  @inline(never)
  private mutating func putResolved(_ text: JSONCursor.Text, in column: Int) throws(JSONStop) {
    let start = builder.extras.count
    cursor.appendUnescaped(text, to: &builder.extras)
    builder.put(.text, try builder.payload(ofExtraFrom: start), in: column)
  }

  @inline(never)
  private mutating func nested(_ entry: Int32, depth: Int) throws(JSONStop) {
    guard depth < JSONParser.depthLimit else { throw JSONStop(.depth, at: cursor.at) }
    if try cursor.openContainer(closing: UInt8(ascii: "}")) {
      try members(of: shapes.child(of: entry), depth: depth + 1)
    } else {
      builder.put(.text, try builder.emptyObjectPayload(), in: try column(of: entry))
    }
  }
}
