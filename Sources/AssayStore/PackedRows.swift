package import AssayColumns

/// A batch made ready for a stage: its rows as the pages of small databases, which SQLite moves into a table record by
/// record instead of value by value.
///
/// Packing is pure and may run on any thread, so that the one thread that writes does as little as possible. It costs
/// about as many bytes as the batch has.
package struct PackedRows: Sendable {
  /// The rows as they came.
  package let batch: Batch
  /// The rows in order, or nil where SQLite itself has to convert them: rows beyond 64 KB, and values that a column of
  /// their type would turn into others.
  let images: [RowImage]?

  /// Whether the rows could be packed.
  package var isPacked: Bool { images != nil }

  /// Packs a batch. O(bytes).
  package init(_ batch: Batch) {
    self.batch = batch
    images = RowPacker.pack(batch)
  }
}

/// A database of one table as SQLite's file format has it (https://www.sqlite.org/fileformat2.html), in memory: page 1
/// with the table's declaration, page 2 with the root, and the leaves with the rows.
///
/// Pages are as large as they can be, since a leaf is cheaper than a row is dear.
final class RowImage: @unchecked Sendable {
  // Safe to send: the packer fills it before anyone else has it, and afterwards one stage's writer has it alone.

  /// The size of a page, the largest that there is.
  static let pageSize = 65_536
  /// The most pages of an image: 64 MiB, and few enough that one root reaches all leaves.
  static let pageLimit = 1_024
  /// The table's name.
  static let table = "packed"
  /// Bytes behind the last page that may be written over: cells are copied in whole vectors.
  private static let slack = 64

  /// The rows' places in their batch.
  let rows: Range<Int>
  let pages: UnsafeMutableRawPointer
  let byteCount: Int

  /// Room for pages.
  init(pageCount: Int, rows: Range<Int>) {
    self.rows = rows
    byteCount = pageCount * Self.pageSize
    pages = .allocate(byteCount: byteCount + Self.slack, alignment: 16)
  }

  deinit { pages.deallocate() }

  /// Writes page 1: the file's header and the table's declaration.
  /// - Returns: false where the declaration does not fit on the page.
  func declare(_ fields: [Field]) -> Bool {
    let sql = Array("CREATE TABLE \(Self.table)(\(columnDeclarations(fields)))".utf8)
    let name = Array(Self.table.utf8)
    let type = Array("table".utf8)
    // type, name, tbl_name, rootpage, sql: a record of four texts and the number 2.
    var header: [UInt8] = []
    for text in [type, name, name] { header += varint(13 + 2 * text.count) }
    header += [1] + varint(13 + 2 * sql.count)
    let record = [UInt8(header.count + 1)] + header + type + name + name + [2] + sql
    let cell = varint(record.count) + [1] + record
    if 108 + 2 + cell.count > Self.pageSize { return false }

    pages.initializeMemory(as: UInt8.self, repeating: 0, count: Self.pageSize)
    let bytes = pages.assumingMemoryBound(to: UInt8.self)
    for (place, byte) in "SQLite format 3\0".utf8.enumerated() { bytes[place] = byte }
    put(UInt16(1), at: 16)  // stands for pages of 65,536 bytes
    for (place, byte) in [UInt8](arrayLiteral: 1, 1, 0, 64, 32, 32).enumerated() { bytes[18 + place] = byte }
    put(UInt32(1), at: 24)  // change counter
    put(UInt32(byteCount / Self.pageSize), at: 28)
    put(UInt32(1), at: 40)  // schema cookie
    put(UInt32(4), at: 44)  // schema format
    put(UInt32(1), at: 56)  // UTF-8
    put(UInt32(1), at: 92)  // the change counter for which the version below holds
    put(UInt32(3_040_001), at: 96)
    let start = Self.pageSize - cell.count
    putPageHeader(at: 100, kind: RowImage.leaf, cells: 1, contentStart: start)
    put(UInt16(start), at: 108)
    for (place, byte) in cell.enumerated() { bytes[start + place] = byte }
    return true
  }

  /// The kinds of pages of a table's tree.
  static let leaf: UInt8 = 0x0D
  static let interior: UInt8 = 0x05

  /// Writes a page's own header at an offset into the image: 8 bytes, or 12 of an interior page without the last 4.
  func putPageHeader(at offset: Int, kind: UInt8, cells: Int, contentStart: Int) {
    pages.storeBytes(of: kind, toByteOffset: offset, as: UInt8.self)
    put(UInt16(0), at: offset + 1)
    put(UInt16(cells), at: offset + 3)
    // 0 stands for 65,536.
    put(UInt16(truncatingIfNeeded: contentStart), at: offset + 5)
    pages.storeBytes(of: 0, toByteOffset: offset + 7, as: UInt8.self)
  }

  /// Writes a number with its highest byte first.
  @inline(__always)
  func put(_ number: some FixedWidthInteger & BitwiseCopyable, at offset: Int) {
    pages.storeBytes(of: number.bigEndian, toByteOffset: offset, as: type(of: number))
  }

  private func varint(_ number: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 9) { buffer, filled in
      guard let start = buffer.baseAddress else { return }
      filled = putVarint(number, at: start)
    }
  }
}

/// How many bytes a number from 0 to 2³⁵ − 1 takes as SQLite's variable-length integer.
@inline(__always)
func varintLength(_ number: Int) -> Int {
  if number < 0x80 { return 1 }
  if number < 0x4000 { return 2 }
  if number < 0x20_0000 { return 3 }
  return number < 0x1000_0000 ? 4 : 5
}

/// Writes a number from 0 to 2³⁵ − 1 as SQLite's variable-length integer and returns how many bytes it took.
@inline(__always) @discardableResult
func putVarint(_ number: Int, at target: UnsafeMutablePointer<UInt8>) -> Int {
  if number < 0x80 {
    target[0] = UInt8(truncatingIfNeeded: number)
    return 1
  }
  let length = varintLength(number)
  for place in 0..<length {
    let more: UInt8 = place < length - 1 ? 0x80 : 0
    target[place] = UInt8(truncatingIfNeeded: number >> (7 * (length - 1 - place))) & 0x7F | more
  }
  return length
}
